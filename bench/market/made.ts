import type { BarColumns } from '../../domain/bars.js';
import { seededRandom } from '../../domain/random.js';
import { timeframeMs, type Timeframe } from '../../domain/streams.js';

/** A walk in cents: the same bars for the same seed. */
export function madeBars(options: {
  seed: string;
  timeframe: Timeframe;
  from: number;
  count: number;
}): BarColumns & { knownAt: Float64Array } {
  const { seed, timeframe, from, count } = options;
  const step = timeframeMs(timeframe);
  const next = seededRandom(seed);
  const column = (): Float64Array => new Float64Array(count);
  const [time, open, high, low, close, volume, knownAt] = Array.from({ length: 7 }, column) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let price = 4_000_000;
  for (let i = 0; i < count; i++) {
    time[i] = from + i * step;
    knownAt[i] = from + (i + 1) * step;
    open[i] = price / 100;
    const before = price;
    price = Math.max(100_000, Math.round(price * (1 + (next() - 0.5) / 500)));
    high[i] = (Math.max(before, price) + Math.round(next() * 250)) / 100;
    low[i] = (Math.min(before, price) - Math.round(next() * 250)) / 100;
    close[i] = price / 100;
    volume[i] = Math.round(next() * 1e6) / 1000;
  }
  return { time, open, high, low, close, volume, knownAt };
}

/** Names of as many made markets. */
export const madeSymbols = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `M${String(i).padStart(3, '0')}-USDT`);
