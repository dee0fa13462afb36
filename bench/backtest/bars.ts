import type { BarColumns } from '../../domain/bars.js';
import { seededNormal } from '../../domain/random.js';

/** Minutes of a seeded geometric random walk, on a tick of 1/64 or on none. */
export function walkBars(count: number, perUnit: number): BarColumns {
  const normal = seededNormal('backtest bench');
  const column = (): Float64Array => new Float64Array(new SharedArrayBuffer(count * 8));
  const bars: BarColumns = {
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  const onTick = (value: number): number => (perUnit > 0 ? Math.round(value * perUnit) / perUnit : value);
  let price = 30_000;
  for (let i = 0; i < count; i++) {
    const open = price * Math.exp(0.0001 * normal());
    price = open * Math.exp(0.0008 * normal());
    bars.time[i] = Date.UTC(2020, 0, 1) + i * 60_000;
    bars.open[i] = onTick(open);
    bars.close[i] = onTick(price);
    bars.high[i] = onTick(Math.max(open, price) * 1.0003);
    bars.low[i] = onTick(Math.min(open, price) * 0.9997);
    bars.volume[i] = 1 + Math.abs(normal());
  }
  return bars;
}
