import { UnreachableError } from '../../domain/errors.js';
import { Turns } from '../contention.js';
import type { CachePort } from '../ports.js';

/** What all processes know of a host, as a health page shows it. */
export interface BreakerState {
  host: string;
  /** `half-open`: the pause is over, and the next request decides. */
  state: 'closed' | 'open' | 'half-open';
  /** Passing failures one after the other, up to now. */
  failures: number;
  /** Until when the host is not asked, epoch ms; null unless it is open. */
  until: number | null;
  lastFailure: string | null;
}

type Kept = Pick<BreakerState, 'failures' | 'lastFailure' | 'until'>;

export interface BreakerOptions {
  cache: Pick<CachePort, 'get' | 'set' | 'take'>;
  /** So many passing failures one after the other open it. */
  failures?: number;
  /** How long nobody asks then. */
  pauseMs?: number;
  now?: () => number;
}

const KEPT_MS = 86_400_000;

/**
 * Stops asking a host that fails again and again, for all processes together: the state lies in the cache. After the
 * pause one request of one process is let through; its result closes it or begins the pause anew.
 */
export function openBreaker({ cache, failures = 5, pauseMs = 60_000, now = Date.now }: BreakerOptions) {
  const turns = new Turns();
  const keyOf = (host: string): string => `http-breaker:${host}`;
  const read = async (host: string): Promise<Kept | null> => {
    const text = await cache.get(keyOf(host));
    return text === null ? null : (JSON.parse(text) as Kept);
  };
  const write = (host: string, kept: Kept): Promise<void> =>
    cache.set(keyOf(host), JSON.stringify(kept), KEPT_MS);

  return {
    /** @throws UnreachableError while the host is left alone, with the time that is left. */
    async admit(host: string): Promise<void> {
      const kept = await read(host);
      if (!kept || kept.until === null) return;
      let left = kept.until - now();
      // One probe for all processes; where it is lost with its process, the next is let through a pause later.
      if (left <= 0)
        left = (await cache.take(`http-probe:${host}`, { capacity: 1, refillPerSecond: 1000 / pauseMs }))
          .waitMs;
      if (left > 0)
        throw new UnreachableError(
          `${host} failed ${kept.failures} times and is left alone for ${Math.ceil(left / 1000)} s more; last: ${kept.lastFailure}`,
          { retryAfterMs: left },
        );
    },

    /** The host answered, whatever it said. */
    passed: (host: string): Promise<void> =>
      turns.take(host, async () => {
        if (((await read(host))?.failures ?? 0) > 0)
          await write(host, { failures: 0, until: null, lastFailure: null });
      }),

    /** It did not answer, or said that it cannot at present. */
    failed: (host: string, reason: string): Promise<void> =>
      turns.take(host, async () => {
        const count = ((await read(host))?.failures ?? 0) + 1;
        const until = count >= failures ? now() + pauseMs : null;
        await write(host, { failures: count, until, lastFailure: reason.slice(0, 300) });
      }),

    async state(host: string): Promise<BreakerState> {
      const {
        failures: count,
        until,
        lastFailure,
      } = (await read(host)) ?? {
        failures: 0,
        until: null,
        lastFailure: null,
      };
      const isOver = until !== null && until <= now();
      const state = until === null ? 'closed' : isOver ? 'half-open' : 'open';
      return { host, state, failures: count, until: isOver ? null : until, lastFailure };
    },
  };
}

export type Breaker = ReturnType<typeof openBreaker>;
