import { setTimeout as wait } from 'node:timers/promises';
import { UnreachableError } from '../domain/errors.js';

const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;

/** What this process does under one name waits for each other. */
export class Turns {
  readonly #turns = new Map<string, Promise<unknown>>();

  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(work);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(name) === settled) this.#turns.delete(name);
      });
    this.#turns.set(name, settled);
    return turn;
  }
}

/** So many pieces of work at a time; what comes further waits, first come, first served. */
export class Lanes {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(lanes: number) {
    this.#free = lanes;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // A lane is handed on, so that nobody who comes now is before those that wait.
      if (next) next();
      else this.#free++;
    }
  }
}

const turns = new Turns();

/**
 * Repeats a write that goes through only where nobody else wrote since it read: `attempt` gives null where another
 * writer was faster. Writers of this process take turns; the pauses grow and differ, so that processes do not meet
 * again.
 * @throws UnreachableError where it has not gone through for half a minute.
 */
export const untilWritten = <T>(what: string, attempt: () => Promise<T | null>): Promise<T> =>
  turns.take(what, () => repeated(what, attempt));

async function repeated<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const done = await attempt();
    if (done !== null) return done;
    if (Date.now() > deadline)
      throw new UnreachableError(`Others have been writing ${what} all the time for ${PATIENCE_MS / 1000} s`);
    await wait(Math.random() * pause);
  }
}
