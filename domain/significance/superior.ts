import { indexOfLargest, quantile } from '../statistics.js';
import { checkReturns, type Runs } from './resampling.js';

/** What several strategies earned above a benchmark, a period: row by row, one column a strategy. */
export interface Performance {
  /** periods × strategies, row by row. */
  excess: Float64Array;
  strategies: number;
}

export interface SuperiorOptions {
  /** Each strategy's sum over each resample of the periods, by `resampledSums`; kept, they serve several tests. */
  draws: Iterable<Float64Array>;
  /** Mean length of their blocks: the standard errors are those of this bootstrap. */
  block: number;
  /** By standard errors, as Hansen (2005) does; otherwise means are compared as they are, as White (2000) does. */
  studentise: boolean;
}

export interface SuperiorResult {
  /** max(0, largest √n × mean, over its standard error where studentised). */
  statistic: number;
  /** Index of the best strategy, by the same measure. */
  best: number;
  /** Standard errors of √n × mean; NaN for a strategy that never differs from the benchmark. */
  omega: Float64Array;
  /** Of √n × mean, studentised or not. */
  statistics: Float64Array;
  /**
   * Shares of resamples that reach the statistic. `upper` centres every strategy (the reality check), `lower` none that is
   * worse than the benchmark, `consistent` none that is significantly worse.
   */
  pValues: { lower: number; consistent: number; upper: number };
  /** Strategies that `consistent` centres. */
  relevant: number;
}

/**
 * Is the best of many strategies better than the benchmark, all of them considered: White's reality check (2000) as `upper`
 * without studentising, Hansen's test for superior predictive ability (2005) as `consistent` with it.
 */
export function superiorTest(performance: Performance, options: SuperiorOptions): SuperiorResult {
  const model = modelOf(performance, options);
  const { n, means, scales, thresholds, statistics } = model;
  const root = Math.sqrt(n);
  const counts = { lower: 0, consistent: 0, upper: 0 };
  const best = indexOfLargest(statistics);
  const statistic = Math.max(0, statistics[best] ?? 0);
  let resampled = 0;
  for (const sums of options.draws) {
    let [lower, consistent, upper] = [0, 0, 0];
    for (let k = 0; k < sums.length; k++) {
      const scale = scales[k] ?? NaN;
      const mean = means[k] ?? NaN;
      const here = (sums[k] ?? NaN) / n;
      const centred = root * (here - mean) * scale;
      if (centred > upper) upper = centred;
      if (mean >= (thresholds[k] ?? NaN)) consistent = Math.max(consistent, centred);
      else consistent = Math.max(consistent, root * here * scale);
      lower = Math.max(lower, root * (here - Math.max(mean, 0)) * scale);
    }
    resampled++;
    // Nothing earned is reached by every resample, also where none of them can vary.
    if (lower > statistic || statistic === 0) counts.lower++;
    if (consistent > statistic || statistic === 0) counts.consistent++;
    if (upper > statistic || statistic === 0) counts.upper++;
  }
  const { lower, consistent, upper } = counts;
  return {
    statistic,
    best,
    omega: model.omega,
    statistics,
    pValues: { lower: lower / resampled, consistent: consistent / resampled, upper: upper / resampled },
    relevant: means.filter((mean, k) => mean >= (thresholds[k] ?? NaN)).length,
  };
}

/**
 * Which strategies are better than the benchmark, with one level for all of them together (Romano and Wolf 2005, StepM):
 * those above the quantile of the largest centred mean are taken out, and the rest is looked at again. Indices, ascending.
 */
export function stepwiseSuperior(
  performance: Performance,
  options: SuperiorOptions & { level?: number },
): number[] {
  const { n, means, scales, statistics } = modelOf(performance, options);
  const root = Math.sqrt(n);
  const draws = Array.from(options.draws, (sums) =>
    sums.map((sum, k) => root * (sum / n - (means[k] ?? NaN)) * (scales[k] ?? NaN)),
  );
  const left = new Set(statistics.keys());
  const superior: number[] = [];
  for (let found = true; found && left.size > 0;) {
    const largest = draws.map((draw) => {
      let most = -Infinity;
      for (const k of left) most = Math.max(most, draw[k] ?? -Infinity);
      return most;
    });
    const bound = quantile(largest, 1 - (options.level ?? 0.05));
    found = false;
    for (const k of left) {
      if (!((statistics[k] ?? NaN) > Math.max(0, bound))) continue;
      left.delete(k);
      superior.push(k);
      found = true;
    }
  }
  return superior.sort((a, b) => a - b);
}

interface Model {
  n: number;
  means: Float64Array;
  omega: Float64Array;
  /** 1 / ω, or 1; 0 for a strategy that never differs, which then decides nothing. */
  scales: Float64Array;
  statistics: Float64Array;
  /** Means below are significantly below 0, by the law of the iterated logarithm. */
  thresholds: Float64Array;
}

function modelOf(performance: Performance, { block, studentise }: SuperiorOptions): Model {
  const { excess, strategies } = performance;
  checkReturns(excess, strategies);
  const n = excess.length / strategies;
  const means = new Float64Array(strategies);
  for (let i = 0; i < excess.length; i++) means[i % strategies]! += (excess[i] ?? NaN) / n;
  const omega = bootstrapErrors(performance, means, block);
  const differs = omega.map((each) => (each > 0 ? 1 : 0));
  const scales = differs.map((does, k) => (does === 0 ? 0 : studentise ? 1 / (omega[k] ?? NaN) : 1));
  const reach = Math.sqrt((2 * Math.log(Math.log(n))) / n);
  return {
    n,
    means,
    omega: omega.map((each) => (each > 0 ? each : NaN)),
    scales,
    statistics: means.map((mean, k) => Math.sqrt(n) * mean * (scales[k] ?? NaN)),
    thresholds: omega.map((each) => -each * reach),
  };
}

/**
 * Standard errors of √n × mean under the stationary bootstrap, without drawing: autocovariances weighted by its kernel
 * (Politis and Romano 1994; Hansen 2005, section 4). Weights that cannot change the 16th digit are left out.
 */
function bootstrapErrors(
  { excess, strategies }: Performance,
  means: Float64Array,
  block: number,
): Float64Array {
  const n = excess.length / strategies;
  const from = excess.map((each, i) => each - (means[i % strategies] ?? NaN));
  const variances = new Float64Array(strategies);
  const stay = 1 - 1 / Math.max(1, block);
  for (let lag = 0; lag < n; lag++) {
    const weight = lag === 0 ? 1 : 2 * ((1 - lag / n) * stay ** lag + (lag / n) * stay ** (n - lag));
    if (weight * (1 - lag / n) < 1e-18) continue;
    const shift = lag * strategies;
    for (let row = shift; row < from.length; row += strategies)
      for (let k = 0; k < strategies; k++)
        variances[k]! += (weight / n) * (from[row + k] ?? NaN) * (from[row - shift + k] ?? NaN);
  }
  const size = new Float64Array(strategies);
  for (let i = 0; i < excess.length; i++) size[i % strategies]! += (excess[i] ?? NaN) ** 2 / n;
  // What is left of equal numbers by rounding is no variance.
  return variances.map((each, k) => (each > 1e-24 * (size[k] ?? NaN) ? Math.sqrt(each) : 0));
}

/** Sums of each strategy over each resample. */
export function* resampledSums(
  { excess, strategies }: Performance,
  resamples: Iterable<Runs>,
): Generator<Float64Array> {
  const cumulated = new Float64Array(excess.length + strategies);
  for (let i = 0; i < excess.length; i++)
    cumulated[i + strategies] = (cumulated[i] ?? NaN) + (excess[i] ?? NaN);
  for (const runs of resamples) {
    const sums = new Float64Array(strategies);
    for (let r = 0; r < runs.length; r += 2) {
      const start = (runs[r] ?? 0) * strategies;
      addDifference(sums, cumulated, { start, end: start + (runs[r + 1] ?? 0) * strategies });
    }
    yield sums;
  }
}

function addDifference(
  sums: Float64Array,
  cumulated: Float64Array,
  { start, end }: { start: number; end: number },
): void {
  for (let k = 0; k < sums.length; k++)
    sums[k]! += (cumulated[end + k] ?? NaN) - (cumulated[start + k] ?? NaN);
}
