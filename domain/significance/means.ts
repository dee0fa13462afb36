import { correlation } from '../metrics/benchmark.js';
import { momentsOf } from '../metrics/shape.js';
import { seededRandom } from '../random.js';
import { deviation, mean, studentTail, type TestResult } from '../statistics.js';

/** Student's t of the mean against 0, two-sided p with n − 1 degrees of freedom. */
export function meanTest(values: Float64Array): TestResult {
  const statistic = (mean(values) / deviation(values)) * Math.sqrt(values.length);
  return { statistic, pValue: studentTail(statistic, values.length - 1) };
}

/** Are skewness and kurtosis those of a normal distribution (Jarque and Bera 1987)? p by χ² with two degrees of freedom. */
export function jarqueBera(values: Float64Array): TestResult {
  const { skewness, kurtosis } = momentsOf(values);
  const statistic = (values.length / 6) * (skewness ** 2 + (kurtosis - 3) ** 2 / 4);
  return { statistic, pValue: Math.exp(-statistic / 2) };
}

/** Pearson's correlation of the series with itself, 1 … `lags` places later. */
export const autocorrelations = (values: Float64Array, lags: number): number[] =>
  Array.from({ length: lags }, (_, i) =>
    correlation(values.subarray(0, Math.max(0, values.length - i - 1)), values.subarray(i + 1)),
  );

/**
 * The mean over its standard error under autocorrelation up to `lags` (Newey and West 1987: Bartlett weights, no
 * small-sample correction). NaN where the values never vary.
 */
export function neweyWest(values: Float64Array, lags: number): { t: number; standardError: number } {
  const centre = mean(values);
  const n = values.length;
  let variance = 0;
  for (let lag = 0; lag <= Math.min(lags, n - 1); lag++) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += ((values[i] ?? NaN) - centre) * ((values[i - lag] ?? NaN) - centre);
    variance += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * (sum / n);
  }
  const standardError = deviation(values) === 0 ? NaN : Math.sqrt(variance / n);
  return { t: centre / standardError, standardError };
}

/** Most values whose signs are all tried: 2^20 ways. */
const MOST_EXACT = 20;

/**
 * Share of all ways to flip the signs of the values whose mean is at least theirs: the one-sided p of "the values are as
 * often above as below 0" (Fisher 1935). Exact up to 20 values; beyond, `resamples` seeded draws, theirs among them.
 */
export function signFlip(values: Float64Array, { seed = 'sign-flip', resamples = 10_000 } = {}): number {
  if (values.length === 0) return NaN;
  const observed = values.reduce((sum, each) => sum + each, 0);
  const size = values.reduce((sum, each) => sum + Math.abs(each), 0);
  // Sums of the same numbers in another order may differ by a rounding.
  const least = observed - 1e-12 * size;
  return values.length <= MOST_EXACT
    ? exactShare(values, observed, least)
    : drawnShare(values, least, { seed, resamples });
}

/** Walks the ways by a Gray code, so that each differs from the one before by one sign. */
function exactShare(values: Float64Array, observed: number, least: number): number {
  const ways = 2 ** values.length;
  const signs = new Int8Array(values.length).fill(1);
  let sum = observed;
  let reached = 1;
  for (let way = 1; way < ways; way++) {
    const place = 31 - Math.clz32(way & -way);
    sum -= 2 * (signs[place] ?? NaN) * (values[place] ?? NaN);
    signs[place] = -(signs[place] ?? NaN);
    if (sum >= least) reached++;
  }
  return reached / ways;
}

function drawnShare(
  values: Float64Array,
  least: number,
  { seed, resamples }: { seed: string; resamples: number },
): number {
  const random = seededRandom(seed);
  let reached = 1;
  for (let draw = 0; draw < resamples; draw++) {
    let sum = 0;
    for (const each of values) sum += random() < 0.5 ? each : -each;
    if (sum >= least) reached++;
  }
  return reached / (resamples + 1);
}
