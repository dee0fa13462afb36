import { at, checkPeriod, firstDefined, sma, undefinedColumn } from './averages.js';
import type { Column } from './averages.js';
import type { RangeColumns } from './momentum.js';

/**
 * Standard deviation over `period` values, `ddof` 0 (population) or 1 (sample). Each window is summed
 * afresh: running sums of squares lose digits and leave a residue where the values stand still.
 */
export function standardDeviation(values: Column, period: number, ddof: 0 | 1 = 0): Float64Array {
  checkPeriod(period, ddof + 1);
  const result = undefinedColumn(values.length);
  for (let i = firstDefined(values) + period - 1; i < values.length; i++) {
    let sum = 0;
    for (let k = i - period + 1; k <= i; k++) sum += at(values, k);
    const mean = sum / period;
    let squares = 0;
    for (let k = i - period + 1; k <= i; k++) squares += (at(values, k) - mean) ** 2;
    result[i] = Math.sqrt(squares / (period - ddof));
  }
  return result;
}

export interface Bands {
  upper: Float64Array;
  middle: Float64Array;
  lower: Float64Array;
}

/** Bollinger bands: simple average ± `width` population standard deviations. */
export function bollinger(values: Column, period: number, width: number): Bands {
  const middle = sma(values, period);
  const deviation = standardDeviation(values, period);
  return {
    upper: middle.map((value, i) => value + width * at(deviation, i)),
    middle,
    lower: middle.map((value, i) => value - width * at(deviation, i)),
  };
}

/** Largest of high − low and the distances of both to the close before; undefined for the first bar. */
export function trueRange(bars: RangeColumns): Float64Array {
  return Float64Array.from(bars.close, (_, i) => {
    if (i === 0) return NaN;
    const before = at(bars.close, i - 1);
    const high = at(bars.high, i);
    const low = at(bars.low, i);
    return Math.max(high - low, Math.abs(high - before), Math.abs(low - before));
  });
}

/** Average true range in price units: Wilder's smoothing, seeded by the mean of the first `period` ranges. */
export function atr(bars: RangeColumns, period: number): Float64Array {
  const ranges = trueRange(bars);
  const result = sma(ranges, period);
  for (let i = period + 1; i < result.length; i++)
    result[i] = (at(result, i - 1) * (period - 1) + at(ranges, i)) / period;
  return result;
}

/** Average true range in percent of the close. */
export const natr = (bars: RangeColumns, period: number): Float64Array =>
  atr(bars, period).map((range, i) => (at(bars.close, i) === 0 ? 0 : (range / at(bars.close, i)) * 100));
