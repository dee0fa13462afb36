import { InvalidInputError } from '../../domain/errors.js';

/** A bucket that nobody used for a day is full again in any sensible limit. */
export const BUCKET_LIFE_MS = 86_400_000;

/** Sums of fractions may miss a whole token by a rounding error; the promised wait must be enough. */
export const ROUNDING = 1e-6;

/** @throws InvalidInputError for a time to live that is none. */
export function checkTtl(key: string, ttlMs: number): void {
  if (!(ttlMs > 0 && ttlMs < Infinity))
    throw new InvalidInputError(`Cache time ${ttlMs} of "${key}" is not a number of milliseconds above 0`);
}

export interface Take {
  bucket: string;
  cost: number;
  capacity: number;
  refillPerSecond: number;
}

/** @throws InvalidInputError for a limit that could only wait for ever. */
export function checkTake({ bucket, cost, capacity, refillPerSecond }: Take): void {
  if (!(cost > 0 && cost <= capacity && capacity < Infinity && refillPerSecond > 0))
    throw new InvalidInputError(
      `Cannot take ${cost} from "${bucket}": the cost must be above 0 and at most the capacity (${capacity}), ` +
        `the refill (${refillPerSecond} per second) above 0`,
    );
}
