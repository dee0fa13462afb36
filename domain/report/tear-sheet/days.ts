import { deviation, mean } from '../../statistics.js';

const DAY = 86_400_000;

/** The last value of each UTC day. */
export interface Days {
  /** Midnight of the day, epoch ms. */
  time: number[];
  equity: number[];
  /** Against the day before; the first against the start value. */
  returns: number[];
}

/** Days that have bars; a day without any is left out, so that no flat stretch is made up. */
export function daysOf(time: ArrayLike<number>, equity: ArrayLike<number>, start: number): Days {
  const days: Days = { time: [], equity: [], returns: [] };
  let before = start;
  for (let i = 0; i < time.length; i++) {
    const day = Math.floor((time[i] ?? NaN) / DAY);
    if (i < time.length - 1 && Math.floor((time[i + 1] ?? NaN) / DAY) === day) continue;
    const value = equity[i] ?? NaN;
    days.time.push(day * DAY);
    days.equity.push(value);
    days.returns.push(before > 0 ? value / before - 1 : NaN);
    before = value;
  }
  return days;
}

/** Fall from the highest value so far, the start value included; 0 or below. */
export function drawdowns(equity: ArrayLike<number>, start: number): number[] {
  let peak = start;
  return Array.from(equity, (value) => {
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}

/** Sharpe of the last `window` days at each day, annualised; NaN before there are so many. */
export const rollingSharpe = (returns: number[], window: number, periodsPerYear: number): number[] =>
  returns.map((_, i) => {
    const last = returns.slice(i + 1 - window, i + 1);
    const spread = i + 1 < window ? NaN : deviation(last);
    return spread > 0 ? (mean(last) / spread) * Math.sqrt(periodsPerYear) : NaN;
  });

/** Growth by calendar month and of the whole year, by year; null where the year has no day in that month. */
export function monthlyReturns(days: Days): { year: number; months: (number | null)[]; total: number }[] {
  const years = new Map<number, { growth: (number | null)[]; total: number }>();
  days.time.forEach((time, i) => {
    const date = new Date(time);
    const year = years.get(date.getUTCFullYear()) ?? {
      growth: Array.from({ length: 12 }, () => null),
      total: 1,
    };
    const month = date.getUTCMonth();
    const factor = 1 + (days.returns[i] ?? NaN);
    year.growth[month] = (year.growth[month] ?? 1) * factor;
    year.total *= factor;
    years.set(date.getUTCFullYear(), year);
  });
  return [...years].map(([year, { growth, total }]) => ({
    year,
    months: growth.map((each) => (each === null ? null : each - 1)),
    total: total - 1,
  }));
}
