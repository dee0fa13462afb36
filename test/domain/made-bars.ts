import type { BarColumns } from '../../domain/bars.js';

export const HOUR = 3_600_000;
/** Open of the first bar. */
export const START = 1_700_000_000_000 - (1_700_000_000_000 % HOUR);

/** A repeatable walk without Math.random: the same bars on every machine. */
export function walk(rows: number, seed = 1): BarColumns {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const bars: BarColumns = columnsOf(rows);
  let price = 100;
  for (let i = 0; i < rows; i++) {
    const open = price;
    price *= 1 + next() / 50;
    bars.time[i] = START + i * HOUR;
    bars.open[i] = open;
    bars.close[i] = price;
    bars.high[i] = Math.max(open, price) * (1 + Math.abs(next()) / 100);
    bars.low[i] = Math.min(open, price) * (1 - Math.abs(next()) / 100);
    bars.volume[i] = Math.abs(next()) * 10;
  }
  return bars;
}

/** Hourly bars of one price and no volume. */
export const columnsOf = (rows: number): BarColumns => ({
  time: Float64Array.from({ length: rows }, (_, i) => START + i * HOUR),
  open: new Float64Array(rows).fill(7.1),
  high: new Float64Array(rows).fill(7.1),
  low: new Float64Array(rows).fill(7.1),
  close: new Float64Array(rows).fill(7.1),
  volume: new Float64Array(rows),
});

/** The bars at these rows, in this order. */
export const reorder = (bars: BarColumns, order: number[]): BarColumns => {
  const pick = (column: Float64Array): Float64Array => Float64Array.from(order, (i) => column[i] ?? NaN);
  return {
    time: pick(bars.time),
    open: pick(bars.open),
    high: pick(bars.high),
    low: pick(bars.low),
    close: pick(bars.close),
    volume: pick(bars.volume),
  };
};
