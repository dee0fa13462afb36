import { ZONE } from './blocks.js';
import { ROUNDING } from './rules.js';

/**
 * The smallest and the largest value of each zone. A zone with an undefined value has undefined ends (as
 * `Math.min` has it): nothing is said of it, and its bars are looked at.
 */
export function zone(
  values: Float64Array,
  count: number,
  { low, high }: { low: Float64Array; high: Float64Array },
): void {
  for (let from = 0, z = 0; from < count; from += ZONE, z++) {
    const to = Math.min(from + ZONE, count);
    let least = values[from]!;
    let most = least;
    // Two chains, so that one need not wait for the other.
    let other = values[to - 1]!;
    let second = other;
    for (let k = from + 1; k + 1 < to; k += 2) {
      const [a, b] = [values[k]!, values[k + 1]!];
      least = Math.min(least, a);
      most = Math.max(most, a);
      other = Math.min(other, b);
      second = Math.max(second, b);
    }
    low[z] = Math.min(least, other);
    high[z] = Math.max(most, second);
  }
}

/** Raises right sides of comparisons by the rounding, so that a plain `>` compares; it keeps their order. */
export function raise(source: Float64Array, target: Float64Array, count: number): void {
  const [above, below] = [1 + ROUNDING, 1 - ROUNDING];
  for (let k = 0; k < count; k++) {
    const value = source[k]!;
    target[k] = value * (value < 0 ? below : above);
  }
}
