import { UnreachableError } from '../../domain/errors.js';

/** Work that waits for its turn before a server that takes so much at a time. */
export interface Line {
  /** @throws UnreachableError where too many wait, or the turn does not come in time; what the work throws */
  take<T>(work: () => Promise<T>): Promise<T>;
  running(): number;
  waiting(): number;
}

/** Who is busy is not to blame: others are asked, and it again. */
const SOON = { retryAfterMs: 100 };

/** First come, first served: what cannot be on its way waits here, and not in the server's memory. */
export function openLine(limits: {
  /** Of the server, for messages. */
  name: string;
  concurrency: number;
  waiting: number;
  timeoutMs: number;
}): Line {
  const { name, concurrency, timeoutMs } = limits;
  const waiters: { start: () => void; fail: (error: Error) => void; until: number }[] = [];
  let [running, head] = [0, 0];
  const next = (): void => {
    running--;
    while (head < waiters.length) {
      const waiter = waiters[head++];
      // Those before it have had their turn.
      if (head > 1024 && head * 2 > waiters.length) head = (waiters.splice(0, head), 0);
      if (!waiter) continue;
      if (performance.now() <= waiter.until) return waiter.start();
      waiter.fail(late());
    }
  };
  const late = (): Error =>
    new UnreachableError(
      `${name} is busy: no turn within ${timeoutMs / 1000} s, ${concurrency} batches run`,
      SOON,
    );
  const turn = (): Promise<void> =>
    new Promise((resolve, fail) => {
      const start = (): void => (running++, resolve());
      waiters.push({ start, fail, until: performance.now() + timeoutMs });
    });
  return {
    async take(work) {
      if (running < concurrency) running++;
      else if (waiters.length - head >= limits.waiting)
        throw new UnreachableError(`${name} is busy: ${limits.waiting} batches wait already`, SOON);
      else await turn();
      try {
        return await work();
      } finally {
        next();
      }
    },
    running: () => running,
    waiting: () => waiters.length - head,
  };
}
