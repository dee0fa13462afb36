import { UnreachableError } from '../domain/errors.js';

export interface Turns {
  /** @throws UnreachableError with a time to come again where too many wait already */
  take<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Work that is done so many at a time while so many more may wait; whoever comes then is told at once, rather than
 * after a wait that only makes the queue longer.
 */
export function boundedTurns(limits: {
  what: string;
  running: number;
  waiting: number;
  retryAfterMs: number;
}): Turns {
  const { what, retryAfterMs } = limits;
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async take(work) {
      if (running >= limits.running) {
        if (waiting.length >= limits.waiting)
          throw new UnreachableError(
            `Too many ${what} at once: ${running} are made and ${waiting.length} wait; come again in ${Math.ceil(retryAfterMs / 1000)} s`,
            { retryAfterMs },
          );
        // Whoever ends hands its place on.
        await new Promise<void>((done) => waiting.push(done));
      } else running++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running--;
      }
    },
  };
}
