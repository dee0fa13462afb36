import { Context } from '@temporalio/activity';

/** The running activity, or null where a step is called in process (`finsight … --local`). */
const current = (): Context | null => {
  try {
    return Context.current();
  } catch {
    return null;
  }
};

/** Says that the step is alive and where it stands; throws CancelledFailure's cause when it was cancelled. */
export function beat(cursor?: unknown): void {
  const context = current();
  context?.heartbeat(cursor);
  context?.cancellationSignal.throwIfAborted();
}

/** Where an attempt that was lost had got to, or undefined on a first attempt. */
export const resumed = <T>(): T | undefined => current()?.info.heartbeatDetails as T | undefined;

/** Runs work that takes long between two beats, beating all the while. */
export async function beating<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => current()?.heartbeat(), 5_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Which attempt of the step this is, from 1. */
export const attempt = (): number => current()?.info.attempt ?? 1;
