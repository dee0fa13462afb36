import { normalCdf, quantile } from '../statistics.js';
import { normalQuantile } from './normal.js';
import { powerSums, sharpeOfSums, sumOverRuns, sumsWithout, type PowerSums } from './power-sums.js';
import type { Runs } from './resampling.js';

export type Interval = [low: number, high: number];

/** Intervals of a Sharpe ratio a period, from the same resamples. */
export interface SharpeIntervals {
  sharpe: number;
  /** 2θ̂ less the upper and lower quantile of the resamples. */
  basic: Interval;
  percentile: Interval;
  /** Corrected for bias and for the acceleration that the jackknife shows (Efron 1987). */
  bca: Interval;
  /** By the resamples' t, with the standard error of Mertens (2002). */
  studentized: Interval;
  /** Resamples that had a Sharpe ratio. */
  resamples: number;
  /** Share of them at or below 0: a one-sided p. */
  shareBelowZero: number;
}

/** @param level Share of the truth that the interval is to hold, such as 0.95. NaN where the returns never vary. */
export function sharpeIntervals(
  returns: Float64Array,
  resamples: Iterable<Runs>,
  level = 0.95,
): SharpeIntervals {
  const sums = powerSums(returns);
  const n = returns.length;
  const whole = sharpeOfSums(sums, sumOverRuns(sums, Int32Array.of(0, n)), n);
  const estimates: number[] = [];
  const ts: number[] = [];
  for (const runs of resamples) {
    const { sharpe, error } = sharpeOfSums(sums, sumOverRuns(sums, runs), n);
    if (!Number.isFinite(sharpe)) continue;
    estimates.push(sharpe);
    ts.push((sharpe - whole.sharpe) / error);
  }
  const tail = (1 - level) / 2;
  const [low, high] = [quantile(estimates, tail), quantile(estimates, 1 - tail)];
  return {
    sharpe: whole.sharpe,
    basic: [2 * whole.sharpe - high, 2 * whole.sharpe - low],
    percentile: [low, high],
    bca: accelerated(sums, { estimates, sharpe: whole.sharpe, tail }),
    studentized: [
      whole.sharpe - quantile(ts, 1 - tail) * whole.error,
      whole.sharpe - quantile(ts, tail) * whole.error,
    ],
    resamples: estimates.length,
    shareBelowZero: estimates.filter((each) => each <= 0).length / estimates.length,
  };
}

function accelerated(
  sums: PowerSums,
  about: { estimates: number[]; sharpe: number; tail: number },
): Interval {
  const { estimates, sharpe, tail } = about;
  const bias = normalQuantile(estimates.filter((each) => each < sharpe).length / estimates.length);
  const acceleration = accelerationOf(sums);
  const at = (share: number): number => {
    const z = bias + normalQuantile(share);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  const end = (share: number): number => {
    const moved = at(share);
    return Number.isNaN(moved) ? NaN : quantile(estimates, moved);
  };
  return [end(tail), end(1 - tail)];
}

/** From the Sharpe ratios without each of the values. */
function accelerationOf(sums: PowerSums): number {
  const { n } = sums;
  const without = new Float64Array(n);
  for (let i = 0; i < n; i++) without[i] = sharpeOfSums(sums, sumsWithout(sums, i), n - 1).sharpe;
  const centre = without.reduce((sum, each) => sum + each, 0) / n;
  let [squares, cubes] = [0, 0];
  for (const each of without) {
    squares += (centre - each) ** 2;
    cubes += (centre - each) ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : NaN;
}
