import { setTimeout as wait } from 'node:timers/promises';
import { UnreachableError } from '../domain/errors.js';

const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;

/**
 * Repeats a write that goes through only where nobody else wrote since it read: `attempt` gives null where another
 * writer was faster. The pauses grow and differ, so that writers do not meet again.
 * @throws UnreachableError where it has not gone through for half a minute.
 */
export async function untilWritten<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const done = await attempt();
    if (done !== null) return done;
    if (Date.now() > deadline)
      throw new UnreachableError(`Others have been writing ${what} all the time for ${PATIENCE_MS / 1000} s`);
    await wait(Math.random() * pause);
  }
}
