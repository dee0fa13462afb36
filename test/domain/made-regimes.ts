import type { BarColumns } from '../../domain/bars.js';
import { seededNormal } from '../../domain/random.js';

export const HOUR = 3_600_000;
export const REGIME_START = Date.UTC(2023, 0, 1);

/** How a market moves: one bar's deviation, and how much of the last moves the next takes back. */
export interface Regime {
  bars: number;
  deviation: number;
  reversion: number;
  /** So many last moves count, their sum over its root; left out: one. */
  span?: number;
}

/**
 * Hourly bars of one regime after the other. Log volatility reverts to its mean (half-life two days), so that storms
 * last; moves are normal. Same seed, same bars.
 */
export function regimeBars(seed: string, regimes: readonly Regime[]): BarColumns {
  const n = regimes.reduce((sum, { bars }) => sum + bars, 0);
  const normal = seededNormal(`regimes ${seed}`);
  const column = (): Float64Array => new Float64Array(n);
  const [open, high, low, close, volume] = [column(), column(), column(), column(), column()];
  const moves = column();
  let [price, mood, row] = [100, 0, 0];
  for (const { bars, deviation, reversion, span = 1 } of regimes)
    for (let i = 0; i < bars; i++, row++) {
      mood = 0.986 * mood + 0.05 * normal();
      const before = moves.slice(Math.max(0, row - span), row).reduce((sum, move) => sum + move, 0);
      const last = deviation * Math.exp(mood) * normal() - (reversion * before) / Math.sqrt(span);
      moves[row] = last;
      open[row] = price;
      price *= Math.exp(last);
      close[row] = price;
      const wick = 0.4 * deviation * Math.exp(mood);
      high[row] = Math.max(open[row] ?? 0, price) * Math.exp(wick * Math.abs(normal()));
      low[row] = Math.min(open[row] ?? 0, price) * Math.exp(-wick * Math.abs(normal()));
      volume[row] = 1000 * Math.exp(mood + 0.3 * normal());
    }
  const time = Float64Array.from({ length: n }, (_, i) => REGIME_START + i * HOUR);
  return { time, open, high, low, close, volume };
}
