import { UnreachableError } from '../../domain/errors.js';
import type { CachePort } from '../ports.js';

export type LimitCache = Pick<CachePort, 'take' | 'get' | 'set'>;

/** Requests that stay well below what most venues allow to one address; traits.ts names those that allow less. */
const LIMIT = { capacity: 20, refillPerSecond: 10 };
const LONGEST_WAIT_MS = 60_000;

/** One venue's request limit, shared by all processes through the cache. */
export function sharedLimit(exchange: string, cache: LimitCache, limit = LIMIT) {
  const pauseKey = `exchange-pause:${exchange}`;
  return {
    /** Waits for this caller's turn. @throws UnreachableError where the venue asked for a pause, or the turn is far. */
    async turn(): Promise<void> {
      const until = Number((await cache.get(pauseKey)) ?? 0);
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left > 0) throw new UnreachableError(`${exchange} asked for a pause; ${left} s of it are left`);
      for (let waited = 0; waited < LONGEST_WAIT_MS;) {
        const { waitMs } = await cache.take(`exchange:${exchange}`, limit);
        if (waitMs === 0) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        waited += waitMs;
      }
      throw new UnreachableError(
        `No turn within ${LONGEST_WAIT_MS / 1000} s of the shared limit of ${exchange}`,
      );
    },
    /** Keeps every process away for the time that the venue names: asking on lengthens its bans. */
    async pause(seconds: number): Promise<void> {
      const ms = Math.min(seconds * 1000, 3_600_000);
      if (ms > 0) await cache.set(pauseKey, String(Date.now() + ms), ms);
    },
  };
}
