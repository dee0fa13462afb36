import { deviation, mean, quantile } from './statistics.js';

const DAY = 86_400_000;

/**
 * Simple returns of the last equity of each UTC day; the first day's is against the start value. With `everyDay`
 * a day without bars counts as a day without change, so that scaling by 365 days a year stays right across
 * outages and for bars longer than a day. A return on nothing or on a debt is NaN.
 */
export function dailyReturns(args: {
  /** Bar opens, epoch ms, ascending. */
  time: Float64Array;
  equity: Float64Array;
  start: number;
  everyDay: boolean;
}): Float64Array {
  const { time, equity, start, everyDay } = args;
  const out: number[] = [];
  const n = equity.length;
  const dayOf = (i: number): number => Math.floor((time[i] ?? NaN) / DAY);
  let before = start;
  let lastDay = dayOf(0);
  let dayEnd = (lastDay + 1) * DAY;
  for (
    let i = lastOfDay(time, { from: 0, n, dayEnd });
    i < n;
    i = lastOfDay(time, { from: i + 1, n, dayEnd })
  ) {
    const day = dayOf(i);
    dayEnd = (dayOf(i + 1) + 1) * DAY;
    if (everyDay) for (let idle = lastDay + 1; idle < day; idle++) out.push(0);
    const value = equity[i] ?? NaN;
    out.push(before > 0 ? value / before - 1 : NaN);
    before = value;
    lastDay = day;
  }
  return Float64Array.from(out);
}

/** The last bar before the end of the day of bar `from`, found by halves; `from` itself beyond the last bar. */
function lastOfDay(
  time: Float64Array,
  { from, n, dayEnd }: { from: number; n: number; dayEnd: number },
): number {
  let [low, high] = [from, n - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((time[middle + 1] as number) < dayEnd) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The UTC days (epoch ms) of the returns that `dailyReturns` gives for the same bars. */
export function dailyTimes(time: Float64Array, everyDay: boolean): Float64Array {
  const days: number[] = [];
  for (const each of time) {
    const day = Math.floor(each / DAY) * DAY;
    const last = days.at(-1);
    if (day === last) continue;
    if (everyDay && last !== undefined) for (let idle = last + DAY; idle < day; idle += DAY) days.push(idle);
    days.push(day);
  }
  return Float64Array.from(days);
}

/** Largest fall from a peak as a positive fraction; the start value counts as a peak. NaN without values. */
export function maxDrawdown(equity: ArrayLike<number>, start: number): number {
  let peak = start;
  let trough = start;
  let worst = equity.length > 0 ? 0 : NaN;
  // One division a peak: below the same peak the lowest value is the largest fall.
  const fall = (): number => (trough < peak ? Math.max(worst, (peak - trough) / peak) : worst);
  for (let i = 0; i < equity.length; i++) {
    const value = equity[i] as number;
    if (value > peak) {
      worst = fall();
      peak = trough = value;
    } else if (value < trough) trough = value;
    else if (Number.isNaN(value)) return NaN;
  }
  return fall();
}

export interface ReturnMetrics {
  annualReturn: number;
  annualVolatility: number;
  sharpe: number;
  sortino: number;
  calmar: number;
  maxDrawdown: number;
  /** At 5 %, as a signed return: −0.03 is a loss of 3 %. */
  valueAtRisk: number;
  conditionalValueAtRisk: number;
}

/**
 * Figures of simple returns per period, equal to empyrical's; risk figures at 5 % are historical, drawdown
 * is printed positive. `periods` is the number of periods a year (365 crypto, 252 where markets close).
 */
export function returnMetrics(returns: Float64Array, periods: number): ReturnMetrics {
  const n = returns.length;
  const equity = growthOf(returns);
  const annualReturn = n > 0 ? (equity[n - 1] ?? NaN) ** (periods / n) - 1 : NaN;
  const drawdown = maxDrawdown(equity, 1);
  const calmar = drawdown > 0 ? annualReturn / drawdown : NaN;
  return {
    annualReturn,
    annualVolatility: deviation(returns) * Math.sqrt(periods),
    sharpe: sharpeRatio(returns, periods),
    sortino: sortinoRatio(returns, periods),
    // Growth beyond every number, of a few huge returns, is no ratio.
    calmar: Number.isFinite(calmar) ? calmar : NaN,
    maxDrawdown: drawdown,
    valueAtRisk: quantile(returns, 0.05),
    conditionalValueAtRisk: conditionalValueAtRisk(returns),
  };
}

/** mean/std (ddof 1) of the returns above `riskFree` (a period's), times √periods. */
export function sharpeRatio(returns: Float64Array, periods: number, riskFree = 0): number {
  const excess = returns.map((each) => each - riskFree);
  return (mean(excess) / deviation(excess)) * Math.sqrt(periods);
}

/** Mean return a year over downside risk; NaN below two returns, infinite without a loss. */
export const sortinoRatio = (returns: Float64Array, periods: number): number =>
  returns.length > 1 ? (mean(returns) * periods) / downsideRisk(returns, periods) : NaN;

/** Root mean square of the negative returns over all periods, a year. */
export const downsideRisk = (returns: Float64Array, periods: number): number =>
  Math.sqrt(mean(returns.map((each) => Math.min(each, 0) ** 2))) * Math.sqrt(periods);

/** Gains over losses against a required return a year (Keating and Shadwick 2002); NaN without losses, and below two returns. */
export function omegaRatio(returns: Float64Array, periods: number, requiredReturn = 0): number {
  const threshold = (1 + requiredReturn) ** (1 / periods) - 1;
  let [gains, losses] = [0, 0];
  for (const each of returns) {
    if (each > threshold) gains += each - threshold;
    else losses += threshold - each;
  }
  return losses > 0 && returns.length > 1 ? gains / losses : NaN;
}

/** Size of the 95 % quantile over the size of the 5 % quantile. */
export const tailRatio = (returns: Float64Array): number =>
  Math.abs(quantile(returns, 0.95)) / Math.abs(quantile(returns, 0.05));

/** Mean of the worst share of returns, at least one of them. */
export function conditionalValueAtRisk(returns: Float64Array, share = 0.05): number {
  if (returns.length === 0) return NaN;
  const count = Math.floor((returns.length - 1) * share) + 1;
  return mean(Float64Array.from(returns).sort().subarray(0, count));
}

/** Value of 1 after each period. */
export function growthOf(returns: Float64Array): Float64Array {
  let value = 1;
  return returns.map((each) => (value *= 1 + each));
}
