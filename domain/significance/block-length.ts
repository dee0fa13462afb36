import { deviation, mean } from '../statistics.js';

export interface BlockLengths {
  /** Mean length for the stationary bootstrap. */
  stationary: number;
  /** Length for the circular one. */
  circular: number;
}

/**
 * The block lengths that estimate the variance of a mean best (Politis and White 2004, with the correction of Patton,
 * Politis and White 2009). They may be below 1, which stands for independent draws; NaN below 10 values or where these
 * never vary.
 */
export function optimalBlockLength(values: Float64Array): BlockLengths {
  const n = values.length;
  if (n < 10 || !(deviation(values) > 0)) return { stationary: NaN, circular: NaN };
  const insignificant = Math.max(5, Math.floor(Math.log10(n)));
  const mostLags = Math.ceil(Math.sqrt(n)) + insignificant;
  const { covariances, correlations } = correlogram(values, Math.min(mostLags, n - 2));
  const lags = Math.min(2 * memoryOf(correlations, { n, insignificant }), covariances.length - 1);
  let slope = 0;
  let variance = covariances[0] ?? NaN;
  for (let lag = 1; lag <= lags; lag++) {
    const weight = 2 * flatTop(lag / lags) * (covariances[lag] ?? NaN);
    slope += weight * lag;
    variance += weight;
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  const length = (factor: number): number =>
    Math.min(longest, Math.cbrt((2 * slope * slope) / (factor * variance * variance)) * Math.cbrt(n));
  return { stationary: length(2), circular: length(4 / 3) };
}

/** The lag after which so many correlations in a row are insignificant; the longest one where there is none. */
function memoryOf(
  correlations: number[],
  { n, insignificant }: { n: number; insignificant: number },
): number {
  const bound = 2 * Math.sqrt(Math.log10(n) / n);
  for (let lag = 0; lag + insignificant < correlations.length; lag++)
    if (correlations.slice(lag, lag + insignificant).every((each) => each < bound)) return Math.max(1, lag);
  return correlations.length;
}

/** The trapezoidal lag window. */
const flatTop = (share: number): number => (share <= 0.5 ? 1 : 2 * (1 - share));

/** Autocovariances (divided by n) and sizes of autocorrelations, from lag 0. */
function correlogram(values: Float64Array, lags: number): { covariances: number[]; correlations: number[] } {
  const centre = mean(values);
  const from = values.map((each) => each - centre);
  const product = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, each, i) => sum + each * (b[i] ?? NaN), 0);
  const covariances: number[] = [];
  const correlations: number[] = [];
  const n = values.length;
  for (let lag = 0; lag <= lags; lag++) {
    const cross = product(from.subarray(lag), from.subarray(0, n - lag));
    // Each side is scaled by its own part of the series, one place further in, as the authors' program does.
    const [late, early] = [from.subarray(lag + 1), from.subarray(0, n - lag - 1)];
    covariances.push(cross / n);
    correlations.push(Math.abs(cross) / Math.sqrt(product(late, late) * product(early, early)));
  }
  return { covariances, correlations };
}
