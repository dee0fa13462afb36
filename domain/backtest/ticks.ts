/** Sums of so many prices in ticks must stay below 2^53, where doubles are exact. */
const MOST_TICKS = 2 ** 36;
const FINEST_BINARY = 16;
const FINEST_DECIMAL = 8;

/**
 * Ticks to a unit of price where every price is a whole number of them: 2^k or 10^k, the coarser where both fit.
 * In ticks all sums of prices are exact, whatever their order. 0 where no such tick fits (adjusted or averaged
 * prices): floats are then taken as they are, and sums agree to about 1e-15 of their size.
 */
export function findTick(columns: readonly Float64Array[]): number {
  const binary = finest(columns, { base: 2, most: FINEST_BINARY });
  const decimal = finest(columns, { base: 10, most: FINEST_DECIMAL });
  if (binary === 0 || decimal === 0) return binary || decimal;
  return Math.min(binary, decimal);
}

/**
 * What prices are multiplied by so that their sums are exact. A tick of 1/2^k needs nothing: doubles hold its multiples,
 * and all sums of them, exactly as they are.
 */
export const scaleOf = (perUnit: number): number => (Number.isInteger(Math.log2(perUnit)) ? 1 : perUnit);

function finest(columns: readonly Float64Array[], { base, most }: { base: number; most: number }): number {
  let perUnit = 1;
  const limit = base ** most;
  for (const column of columns)
    for (let i = 0; i < column.length; i++) {
      const price = column[i]!;
      // A decimal is the double next to ticks / perUnit: dividing back tells whether this price is one.
      while (!(Math.round(price * perUnit) / perUnit === price)) {
        perUnit *= base;
        if (perUnit > limit) return 0;
      }
      if (!(Math.abs(price) * perUnit < MOST_TICKS)) return 0;
    }
  return perUnit;
}
