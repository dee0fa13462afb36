/**
 * The most decimals that are looked for: the finest ticks of venues have 10. More digits than that are not a tick but
 * arithmetic, and stay float64.
 */
const MOST_DECIMALS = 12;
/** Above this a float64 times a power of ten may round to the neighbour of the whole number that it means. */
const LARGEST = 2 ** 49;

/** Powers of ten up to 22 are exact in float64. */
const POWERS = Array.from({ length: MOST_DECIMALS + 1 }, (_, i) => 10 ** i);

/**
 * The fewest decimals with which every value is a whole number of ticks, so that `round(value × 10^s) / 10^s` gives
 * back each of them bit for bit; null where there is no such scale. A negative zero has no place among whole numbers.
 */
export function scaleOf(values: Float64Array): number | null {
  let scale = 0;
  let power = 1;
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    while (Math.round(value * power) / power !== value) {
      if (++scale > MOST_DECIMALS || Number.isNaN(value)) return null;
      power = POWERS[scale] ?? NaN;
    }
    if (value === 0 && Object.is(value, -0)) return null;
    largest = Math.max(largest, Math.abs(value));
  }
  return largest * power < LARGEST ? scale : null;
}
