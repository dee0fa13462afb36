import { at, checkPeriod, firstDefined, undefinedColumn } from './averages.js';
import type { Column } from './averages.js';

/** Highest of the last `period` values. */
export const highest = (values: Column, period: number): Float64Array =>
  valuesAt(values, extremeIndex({ values, period, sign: 1 }));

/** Lowest of the last `period` values. */
export const lowest = (values: Column, period: number): Float64Array =>
  valuesAt(values, extremeIndex({ values, period, sign: -1 }));

/** Bars since the highest of the last `period` values; the latest counts where several are equal. */
export const barsSinceHighest = (values: Column, period: number): Float64Array =>
  extremeIndex({ values, period, sign: 1 }).map((index, i) => i - index);

/** Bars since the lowest of the last `period` values; the latest counts where several are equal. */
export const barsSinceLowest = (values: Column, period: number): Float64Array =>
  extremeIndex({ values, period, sign: -1 }).map((index, i) => i - index);

/** Index of each window's extreme; the window is searched again only when its extreme has left it. */
function extremeIndex(args: { values: Column; period: number; sign: 1 | -1 }): Float64Array {
  const { values, period, sign } = args;
  checkPeriod(period);
  const result = undefinedColumn(values.length);
  const start = firstDefined(values);
  let best = -1;
  for (let i = start + period - 1; i < values.length; i++) {
    const from = i - period + 1;
    const search = best < from ? from : i;
    if (best < from) best = from;
    for (let k = search; k <= i; k++) if (sign * (at(values, k) - at(values, best)) >= 0) best = k;
    result[i] = best;
  }
  return result;
}

const valuesAt = (values: Column, indexes: Float64Array): Float64Array =>
  indexes.map((index) => (Number.isNaN(index) ? NaN : at(values, index)));
