import { at, checkPeriod, ema, emaSeededAt, firstDefined, sma, undefinedColumn } from './averages.js';
import type { Column } from './averages.js';
import { highest, lowest } from './extremes.js';

/** A difference of two numbers that is no more than their rounding counts as none, as in TA-Lib. */
export const isFlat = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-14 * (Math.abs(a) + Math.abs(b));

/**
 * Relative strength index, 0..100, Wilder's smoothing; 0 where the price has never moved. While the price stands still
 * only roundings move the index, which its stochastic shows: hence TA-Lib's order of operations.
 */
export function rsi(values: Column, period: number): Float64Array {
  checkPeriod(period, 2);
  const result = undefinedColumn(values.length);
  const start = firstDefined(values);
  const share = 1 / period;
  let gain = 0;
  let loss = 0;
  for (let i = start + 1; i < values.length; i++) {
    const change = at(values, i) - at(values, i - 1);
    const isSeed = i - start <= period;
    gain = gain * (isSeed ? 1 : period - 1) + Math.max(change, 0);
    loss = loss * (isSeed ? 1 : period - 1) + Math.max(-change, 0);
    if (i - start < period) continue;
    gain *= share;
    loss *= share;
    const total = gain + loss;
    result[i] = total > 0 ? 100 * (gain / total) : 0;
  }
  return result;
}

export interface Macd {
  macd: Float64Array;
  signal: Float64Array;
  histogram: Float64Array;
}

/** Moving average convergence/divergence; all three columns start where the signal does. */
export function macd(values: Column, periods: { fast: number; slow: number; signal: number }): Macd {
  const fast = Math.min(periods.fast, periods.slow);
  const slow = Math.max(periods.fast, periods.slow);
  const seed = firstDefined(values) + slow - 1;
  const quick = emaSeededAt(values, fast, seed);
  const line = emaSeededAt(values, slow, seed).map((value, i) => at(quick, i) - value);
  const signal = ema(line, periods.signal);
  const histogram = signal.map((value, i) => at(line, i) - value);
  return { macd: startingWith(line, signal), signal, histogram };
}

export interface Stochastic {
  k: Float64Array;
  d: Float64Array;
}

export interface RangeColumns {
  high: Column;
  low: Column;
  close: Column;
}

/** Fast stochastic, 0..100: raw %K and its simple average; both columns start where %D does. */
export function stochasticFast(bars: RangeColumns, periods: { k: number; d: number }): Stochastic {
  const raw = rawStochastic(bars, periods.k);
  const d = sma(raw, periods.d);
  return { k: startingWith(raw, d), d };
}

/** Slow stochastic, 0..100; both columns start where %D does. */
export function stochasticSlow(
  bars: RangeColumns,
  periods: { k: number; slowK: number; d: number },
): Stochastic {
  const k = sma(rawStochastic(bars, periods.k), periods.slowK);
  const d = sma(k, periods.d);
  return { k: startingWith(k, d), d };
}

/** Fast stochastic of the RSI. */
export function stochasticRsi(values: Column, periods: { rsi: number; k: number; d: number }): Stochastic {
  const strength = rsi(values, periods.rsi);
  return stochasticFast({ high: strength, low: strength, close: strength }, periods);
}

/** Williams %R, −100..0. */
export function williamsR(bars: RangeColumns, period: number): Float64Array {
  const low = lowest(bars.low, period);
  return highest(bars.high, period).map((high, i) => {
    const range = high - at(low, i);
    return range === 0 ? 0 : (-100 * (high - at(bars.close, i))) / range;
  });
}

/** Change over `period` bars in price units. */
export function momentum(values: Column, period: number): Float64Array {
  checkPeriod(period);
  return undefinedColumn(values.length).map((none, i) =>
    i < period ? none : at(values, i) - at(values, i - period),
  );
}

/** Change over `period` bars in percent; 0 where the earlier value is 0. */
export function roc(values: Column, period: number): Float64Array {
  checkPeriod(period);
  return undefinedColumn(values.length).map((none, i) => {
    if (i < period) return none;
    const before = at(values, i - period);
    return before === 0 ? 0 : (at(values, i) / before - 1) * 100;
  });
}

/** One-bar change of the triple-smoothed value in percent. */
export const trix = (values: Column, period: number): Float64Array =>
  roc(ema(ema(ema(values, period), period), period), 1);

/** Distance of two simple averages in percent of the slow one. */
export function ppo(values: Column, periods: { fast: number; slow: number }): Float64Array {
  const fast = sma(values, Math.min(periods.fast, periods.slow));
  return sma(values, Math.max(periods.fast, periods.slow)).map((slow, i) =>
    slow === 0 ? 0 : ((at(fast, i) - slow) / slow) * 100,
  );
}

/** Commodity channel index of the typical price; 0 where it has not moved. */
export function cci(bars: RangeColumns, period: number): Float64Array {
  checkPeriod(period);
  const typical = typicalPrice(bars);
  const result = undefinedColumn(typical.length);
  for (let i = period - 1; i < typical.length; i++) {
    // Summed afresh: what a running sum has lost would pass for a move where there was none.
    let sum = 0;
    for (let k = i - period + 1; k <= i; k++) sum += at(typical, k);
    const mean = sum / period;
    let deviation = 0;
    for (let k = i - period + 1; k <= i; k++) deviation += Math.abs(at(typical, k) - mean);
    const distance = at(typical, i) - mean;
    const isStill = isFlat(at(typical, i), mean) || deviation === 0;
    result[i] = isStill ? 0 : distance / (0.015 * (deviation / period));
  }
  return result;
}

export const typicalPrice = (bars: RangeColumns): Float64Array =>
  Float64Array.from(bars.close, (close, i) => (at(bars.high, i) + at(bars.low, i) + close) / 3);

function rawStochastic(bars: RangeColumns, period: number): Float64Array {
  const low = lowest(bars.low, period);
  return highest(bars.high, period).map((high, i) =>
    isFlat(high, at(low, i)) ? 0 : (at(bars.close, i) - at(low, i)) / ((high - at(low, i)) / 100),
  );
}

/** TA-Lib starts all outputs of one indicator at the same bar. */
const startingWith = (column: Float64Array, other: Float64Array): Float64Array =>
  column.map((value, i) => (Number.isNaN(at(other, i)) ? NaN : value));
