/**
 * The largest step of which all prices are whole multiples, as its reciprocal: 64 for 1/64, 100 for 0.01. Null where
 * there is none, or where sums over all bars would not be exact.
 */
export function ticksPerUnit(prices: Float64Array): number | null {
  for (const scale of SCALES) if (fits(prices, scale)) return scale;
  return null;
}

/** Binary steps come first: of those even the unscaled prices add up exactly. */
const SCALES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

function fits(prices: Float64Array, scale: number): boolean {
  const most = Number.MAX_SAFE_INTEGER / Math.max(1, prices.length);
  for (let i = 0; i < prices.length; i++) {
    const price = prices[i] as number;
    const ticks = Math.round(price * scale);
    if (ticks / scale !== price || ticks > most) return false;
  }
  return true;
}
