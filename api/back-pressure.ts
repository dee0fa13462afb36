import { UnreachableError } from '../domain/errors.js';

export interface Turns {
  /** @throws UnreachableError with a time to come again where too much of this tenant's waits already */
  take<T>(by: { tenant: string; weight?: number }, work: () => Promise<T>): Promise<T>;
}

interface Line {
  waiting: (() => void)[];
  /** Turns had, each divided by the weight: who has the least is next. */
  had: number;
  weight: number;
}

/**
 * Work that is done so many at a time while so many more of each tenant may wait; whoever comes then is told at once, rather
 * than after a wait that only makes the queue longer. Tenants that wait take turns by weight (stride scheduling,
 * Waldspurger 1995): one with a thousand requests holds up another's one by a turn.
 */
export function boundedTurns(limits: {
  what: string;
  running: number;
  /** Of one tenant. */
  waiting: number;
  retryAfterMs: number;
}): Turns {
  const { what, retryAfterMs } = limits;
  const lines = new Map<string, Line>();
  let running = 0;
  /** What the last one who was served had: whoever comes anew begins there, not at all that was missed. */
  let now = 0;
  const next = (): (() => void) | undefined => {
    const [first] = [...lines].toSorted(([, a], [, b]) => a.had - b.had);
    if (!first) return undefined;
    const [tenant, line] = first;
    now = line.had;
    line.had += 1 / line.weight;
    const turn = line.waiting.shift();
    if (line.waiting.length === 0) lines.delete(tenant);
    return turn;
  };
  return {
    async take({ tenant, weight = 1 }, work) {
      if (running >= limits.running) {
        const line = lines.get(tenant) ?? { waiting: [], had: now + 1 / weight, weight };
        if (line.waiting.length >= limits.waiting)
          throw new UnreachableError(
            `Too many ${what} at once: ${running} are made and ${line.waiting.length} of the tenant "${tenant}" wait; come again in ${Math.ceil(retryAfterMs / 1000)} s`,
            { retryAfterMs },
          );
        lines.set(tenant, line);
        // Whoever ends hands its place on.
        await new Promise<void>((done) => line.waiting.push(done));
      } else running++;
      try {
        return await work();
      } finally {
        const turn = next();
        if (turn) turn();
        else running--;
      }
    },
  };
}
