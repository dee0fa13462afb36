import { InvalidInputError } from '../errors.js';

/**
 * Moving averages equal to TA-Lib's. All indicators here return a column as long as the input, NaN in the
 * warm-up; NaN at the input's start (another indicator's warm-up) is stepped over, so that they can be chained.
 */
export type Column = ArrayLike<number>;

/** @throws InvalidInputError unless `period` is a whole number of bars, at least `least`. */
export function checkPeriod(period: number, least = 1): void {
  if (!Number.isInteger(period) || period < least)
    throw new InvalidInputError(`Indicator period ${period} is not a whole number of at least ${least}`);
}

export const undefinedColumn = (length: number): Float64Array => new Float64Array(length).fill(NaN);

/** Undefined before `from`; the rest is to be written by the caller, and is 0 until then. */
const undefinedUntil = (length: number, from: number): Float64Array =>
  new Float64Array(length).fill(NaN, 0, Math.max(0, Math.min(length, from)));

/** Reads a column at an index known to be inside it. */
export const at = (values: Column, index: number): number => values[index] as number;

export function firstDefined(values: Column): number {
  let index = 0;
  while (index < values.length && Number.isNaN(values[index])) index++;
  return index;
}

/** Simple moving average over `period` values. */
export function sma(values: Column, period: number): Float64Array {
  checkPeriod(period);
  const start = firstDefined(values);
  const result = undefinedUntil(values.length, start + period - 1);
  let sum = 0;
  for (let i = start; i < values.length; i++) {
    sum += at(values, i);
    if (i - start < period - 1) continue;
    result[i] = sum / period;
    sum -= at(values, i - period + 1);
  }
  return result;
}

/** Exponential moving average, factor 2/(period+1), seeded by the simple average of its first `period` values. */
export const ema = (values: Column, period: number): Float64Array =>
  emaSeededAt(values, period, firstDefined(values) + period - 1);

/** As `ema`, with the seed's window ending at index `seed`: MACD starts its fast average late. */
export function emaSeededAt(values: Column, period: number, seed: number): Float64Array {
  checkPeriod(period);
  const result = undefinedUntil(values.length, seed);
  if (seed >= values.length) return result;
  let average = 0;
  for (let i = seed - period + 1; i <= seed; i++) average += at(values, i) / period;
  result[seed] = average;
  const factor = 2 / (period + 1);
  for (let i = seed + 1; i < values.length; i++) {
    average += (at(values, i) - average) * factor;
    result[i] = average;
  }
  return result;
}

/** Linearly weighted moving average: the newest value weighs `period`, the oldest 1. */
export function wma(values: Column, period: number): Float64Array {
  checkPeriod(period);
  const result = undefinedColumn(values.length);
  const divisor = (period * (period + 1)) / 2;
  for (let i = firstDefined(values) + period - 1; i < values.length; i++) {
    let sum = 0;
    for (let k = 0; k < period; k++) sum += (period - k) * at(values, i - k);
    result[i] = sum / divisor;
  }
  return result;
}

/** Double exponential moving average. */
export function dema(values: Column, period: number): Float64Array {
  const first = ema(values, period);
  const second = ema(first, period);
  return second.map((value, i) => 2 * at(first, i) - value);
}

/** Triple exponential moving average. */
export function tema(values: Column, period: number): Float64Array {
  const first = ema(values, period);
  const second = ema(first, period);
  return ema(second, period).map((value, i) => 3 * at(first, i) - 3 * at(second, i) + value);
}

/** Kaufman's adaptive moving average, fastest 2, slowest 30. */
export function kama(values: Column, period: number): Float64Array {
  checkPeriod(period, 2);
  const result = undefinedColumn(values.length);
  const start = firstDefined(values);
  const slowest = 2 / 31;
  const span = 2 / 3 - slowest;
  let path = 0;
  let average = NaN;
  for (let i = start + 1; i < values.length; i++) {
    path += Math.abs(at(values, i) - at(values, i - 1));
    if (i - start < period) continue;
    if (i - start === period) average = at(values, i - 1);
    else path -= Math.abs(at(values, i - period) - at(values, i - period - 1));
    const net = at(values, i) - at(values, i - period);
    // TA-Lib compares with the signed move; a falling straight line therefore takes the division.
    const efficiency = path <= net || path < 1e-14 ? 1 : Math.abs(net / path);
    const factor = (efficiency * span + slowest) ** 2;
    average += (at(values, i) - average) * factor;
    result[i] = average;
  }
  return result;
}
