import { setTimeout as wait } from 'node:timers/promises';
import { UnreachableError } from '../../domain/errors.js';
import type { CachePort } from '../ports.js';

export interface Rate {
  /** Requests at once, where nobody asked for a while. */
  capacity: number;
  refillPerSecond: number;
}

/** All processes together ask a host no faster than this. */
const RATE: Rate = { capacity: 5, refillPerSecond: 1 };
/** A longer crawl-delay is taken for this one: a feed has to be read some time. */
const LONGEST_DELAY_S = 30;
/** Whoever would wait longer for his turn gets an error, so that no worker is held up. */
const LONGEST_WAIT_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

export interface Turn {
  host: string;
  /** By the host's robots.txt, seconds; null for the usual rate. */
  delay: number | null;
  signal?: AbortSignal | undefined;
}

/** One rate per host for all processes, and the pauses that hosts ask for. */
export function openPoliteness(options: {
  cache: Pick<CachePort, 'get' | 'set' | 'take'>;
  rate?: Rate | undefined;
  now: () => number;
}) {
  const { cache, rate = RATE, now } = options;
  const pauseKey = (host: string): string => `http-pause:${host}`;
  return {
    /** Waits for this request's turn. @throws UnreachableError where the host asked for a pause, or the turn is far. */
    async turn({ host, delay, signal }: Turn): Promise<void> {
      const left = Number((await cache.get(pauseKey(host))) ?? 0) - now();
      if (left > 0)
        throw new UnreachableError(`${host} asked for a pause; ${Math.ceil(left / 1000)} s of it are left`, {
          retryAfterMs: left,
        });
      const limit = delay ? { capacity: 1, refillPerSecond: 1 / Math.min(delay, LONGEST_DELAY_S) } : rate;
      for (let waited = 0; ;) {
        signal?.throwIfAborted();
        const { waitMs } = await cache.take(`http:${host}`, limit);
        if (waitMs === 0) return;
        waited += waitMs;
        if (waited > LONGEST_WAIT_MS)
          throw new UnreachableError(
            `No turn within ${LONGEST_WAIT_MS / 1000} s of the rate at which all processes ask ${host}`,
            { retryAfterMs: waitMs },
          );
        await wait(waitMs, undefined, signal ? { signal } : {}).catch((error: unknown) => {
          throw signal?.reason ?? error;
        });
      }
    },

    /** Keeps every process away for the time that the host names. */
    async pause(host: string, ms: number): Promise<void> {
      const bounded = Math.min(ms, LONGEST_PAUSE_MS);
      if (bounded > 0) await cache.set(pauseKey(host), String(now() + bounded), bounded);
    },
  };
}

export type Politeness = ReturnType<typeof openPoliteness>;
