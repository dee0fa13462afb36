import { DataQualityError, UnreachableError } from '../../../domain/errors.js';
import type { MappedSettings } from '../../../domain/news/mapping.js';
import type { KindTools } from '../kind.js';

/** Longer waits are Temporal's. */
const PATIENCE_MS = 60_000;
/** A bucket of a day is not filled again: the next day has its own. */
const NEVER = 1e-9;

/**
 * Waits until a source may be asked, by the rate that all processes share, and takes from the day's budget.
 * @throws DataQualityError where the budget of the day is spent, UnreachableError where the wait would be long
 */
export async function takeTurn(
  id: string,
  { rateLimit, budget, auth }: Pick<MappedSettings, 'rateLimit' | 'budget' | 'auth'>,
  { cache }: Pick<KindTools, 'cache'>,
): Promise<void> {
  if (rateLimit) {
    const { requests, perSeconds } = rateLimit;
    const limit = { capacity: requests, refillPerSecond: requests / perSeconds };
    for (let waited = 0; ;) {
      const { waitMs } = await cache.take(`news:rate:${id}`, limit);
      if (waitMs === 0) break;
      if (waited + waitMs > PATIENCE_MS)
        throw new UnreachableError(`its rate limit leaves no turn within ${PATIENCE_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      waited += waitMs;
    }
  }
  if (!budget) return;
  const day = new Date().toISOString().slice(0, 10);
  const limit = { capacity: budget.requestsPerDay, refillPerSecond: NEVER };
  const { waitMs } = await cache.take(`news:budget:${auth?.secret ?? id}:${day}`, limit);
  if (waitMs > 0)
    throw new DataQualityError(
      `its budget of ${budget.requestsPerDay} requests for ${day} is spent; the next day begins at 00:00 UTC`,
    );
}
