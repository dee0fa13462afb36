import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { UnreachableError } from '../domain/errors.js';
import { checkPayload } from '../domain/payloads.js';

/** What the worker keeps of a step that runs. */
interface Attendance {
  /** Where the step stands; undefined where it keeps no cursor. */
  cursor: unknown;
  draining: AbortSignal;
}

const BEAT_MS = 2000;
/** After a cancellation a step may end its current page or write by itself; then it is left. */
const LEAVE_MS = 5000;
/** A host may ask for more; the next attempt then hears that it is still to be left alone. */
const LONGEST_DELAY_MS = 60_000;

const attendances = new WeakMap<Context, Attendance>();

/** The running activity, or null where a step is called in process (`finsight … --local`). */
const current = (): Context | null => {
  try {
    return Context.current();
  } catch {
    return null;
  }
};

/**
 * Says that the step is alive and where it stands. @throws CancelledFailure when it was cancelled, and a
 * retryable failure when the worker drains: the next attempt goes on at `cursor`.
 */
export function beat(cursor?: unknown): void {
  const context = current();
  if (!context) return;
  const attendance = attendances.get(context);
  if (attendance && cursor !== undefined) attendance.cursor = checkPayload('Cursor of a step', cursor);
  context.heartbeat(attendance?.cursor ?? cursor);
  context.cancellationSignal.throwIfAborted();
  if (cursor !== undefined && attendance?.draining.aborted) throw handedOver();
}

/** Where an attempt that was lost had got to, or undefined on a first attempt. */
export const resumed = <T>(): T | undefined =>
  (current()?.info.heartbeatDetails as T | undefined) ?? undefined;

/**
 * Runs a step with a heartbeat all the while, also between two beats of its own, so that a long page or a slow
 * vendor is no lost step and a cancellation is seen soon.
 * @throws CancelledFailure soon after the cancellation, whatever the step waits for.
 */
export async function attended<T>(
  context: Context,
  draining: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const attendance: Attendance = { cursor: context.info.heartbeatDetails ?? undefined, draining };
  attendances.set(context, attendance);
  const timer = setInterval(() => context.heartbeat(attendance.cursor), BEAT_MS);
  let leave: NodeJS.Timeout | undefined;
  const left = new Promise<never>((_, reject) => {
    context.cancellationSignal.addEventListener('abort', () => {
      const reason: unknown = context.cancellationSignal.reason;
      const failure = reason instanceof CancelledFailure ? reason : new CancelledFailure('The step was left');
      leave = setTimeout(() => reject(failure), LEAVE_MS);
    });
  });
  try {
    return await Promise.race([work(), left]);
  } catch (error) {
    throw delayed(error);
  } finally {
    clearInterval(timer);
    clearTimeout(leave);
  }
}

/** Which attempt of the step this is, from 1. */
export const attempt = (): number => current()?.info.attempt ?? 1;

/** Workflow id of the story whose step this is; null where it is called in process. */
export const workflowOf = (): string | null => current()?.info.workflowExecution?.workflowId ?? null;

/** Where something unreachable said for how long it is to be left alone, Temporal's next attempt waits for that. */
export function delayed(error: unknown): unknown {
  if (!(error instanceof UnreachableError) || !error.retryAfterMs) return error;
  const nextRetryDelay = Math.min(Math.ceil(error.retryAfterMs), LONGEST_DELAY_MS);
  return ApplicationFailure.fromError(error, { type: error.name, nextRetryDelay });
}

const handedOver = (): ApplicationFailure =>
  ApplicationFailure.create({
    message: 'The worker drains: the next one goes on at the cursor',
    type: 'HandedOver',
    nextRetryDelay: '100ms',
  });
