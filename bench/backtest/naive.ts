import type { BarColumns } from '../../domain/bars.js';

interface Bar {
  time: number;
  open: number;
  close: number;
}

interface Broker {
  cash: number;
  units: number;
  order: number | null;
}

/** Bars as objects: what engines with callbacks hold. */
export const barObjects = (bars: BarColumns): Bar[] =>
  Array.from(bars.time, (time, i) => ({ time, open: bars.open[i]!, close: bars.close[i]! }));

/**
 * The engine that one would write first: an object a bar, a callback a bar, running sums. It marks equity at each close
 * and takes the largest fall, as ours does; daily returns are left out.
 */
export function naiveRun(
  bars: Bar[],
  { fast, slow }: { fast: number; slow: number },
): { entries: number; equity: number } {
  const broker: Broker = { cash: 20_000_000, units: 0, order: null };
  const sums = { fast: 0, slow: 0 };
  let [entries, peak, worst, equity] = [0, broker.cash, 0, broker.cash];
  const onBar = (bar: Bar, i: number): void => {
    sums.fast += bar.close - (i >= fast ? bars[i - fast]!.close : 0);
    sums.slow += bar.close - (i >= slow ? bars[i - slow]!.close : 0);
    const long = i >= slow - 1 && sums.fast / fast > (sums.slow / slow) * (1 + 1e-12);
    if (long !== broker.units > 0) broker.order = long ? 1 : 0;
  };
  bars.forEach((bar, i) => {
    if (broker.order !== null) {
      const change = broker.order - broker.units;
      broker.cash -= change * bar.open + Math.abs(change) * bar.open * 0.001;
      if (change > 0) entries++;
      broker.units = broker.order;
      broker.order = null;
    }
    equity = broker.cash + broker.units * bar.close;
    peak = Math.max(peak, equity);
    worst = Math.max(worst, (peak - equity) / peak);
    onBar(bar, i);
  });
  return { entries, equity };
}
