import { deviation, mean, quantile, studentTail, type TestResult } from '../statistics.js';
import { designEffect } from './dependence.js';

/** Two samples' means by Welch's test. */
export interface MeanTest extends TestResult {
  freedom: number;
  /** Values that are worth one independent one. */
  effect: number;
  firstMean: number;
  secondMean: number;
}

export interface ResidualDrift {
  n: number;
  referenceN: number;
  /** Mean of the recent residuals less the reference's, in deviations of the reference's. */
  meanShift: number;
  meanP: number;
  /** Mean absolute deviation from the median, recent over reference. */
  scaleRatio: number;
  scaleP: number;
  /** Residuals that are worth one independent one, of the values and of their sizes. */
  effects: { mean: number; scale: number };
  /** Place of the recent residual from which on the sum of deviations turns: the likely start of a shift. */
  turn: number;
}

/**
 * Have a model's errors moved? Mean by Welch (1947), scale by Brown and Forsythe (1974): the same test on distances from
 * the median. Both samples count at their effective size n / effect (`designEffect`), for errors that follow each other
 * resemble each other, their sizes above all. NaN p values where a sample has fewer than two residuals or never varies.
 * @param args realised less forecast in units of volatility·√horizon, in order of time, horizons not overlapping
 */
export function residualDrift(args: {
  reference: ArrayLike<number>;
  recent: ArrayLike<number>;
}): ResidualDrift {
  const { reference, recent } = args;
  const means = welch({ first: reference, second: recent });
  const [first, second] = [distances(reference), distances(recent)];
  const scales = welch({ first, second });
  return {
    n: recent.length,
    referenceN: reference.length,
    meanShift: (means.secondMean - means.firstMean) / deviation(reference),
    meanP: means.pValue,
    scaleRatio: scales.secondMean / scales.firstMean,
    scaleP: scales.pValue,
    effects: { mean: means.effect, scale: scales.effect },
    turn: turnOf(recent, means.firstMean),
  };
}

/**
 * Welch's test of two means with the degrees of freedom of Welch and Satterthwaite; positive where the second is larger.
 * @param args.effect how many values are worth one; left out: estimated from their order in time ({@link sharedEffect})
 */
export function welch(args: {
  first: ArrayLike<number>;
  second: ArrayLike<number>;
  effect?: number;
}): MeanTest {
  const { first, second, effect = sharedEffect(first, second) } = args;
  const [n, m] = [first.length / effect, second.length / effect];
  const [a, b] = [deviation(first) ** 2 / n, deviation(second) ** 2 / m];
  const [firstMean, secondMean] = [mean(first), mean(second)];
  const statistic = (secondMean - firstMean) / Math.sqrt(a + b);
  // An effective size near one leaves no freedom to estimate with.
  const freedom = Math.max(1, (a + b) ** 2 / (a ** 2 / Math.max(n - 1, 0.1) + b ** 2 / Math.max(m - 1, 0.1)));
  const known = Number.isFinite(statistic) && Number.isFinite(freedom);
  const pValue = known ? studentTail(statistic, freedom) : NaN;
  return { statistic: known ? statistic : NaN, pValue, freedom, effect, firstMean, secondMean };
}

/** The larger of two samples' design effects: a short sample does not show how long its storms last. */
export const sharedEffect = (first: ArrayLike<number>, second: ArrayLike<number>): number =>
  Math.max(designEffect(first), designEffect(second));

function distances(values: ArrayLike<number>): Float64Array {
  const centre = quantile(values, 0.5);
  return Float64Array.from(values, (value) => Math.abs(value - centre));
}

/** Where the cumulated deviation from a mean is farthest from its chord (Page's CUSUM, 1954, looked at afterwards). */
function turnOf(values: ArrayLike<number>, centre: number): number {
  const n = values.length;
  let total = 0;
  for (let i = 0; i < n; i++) total += (values[i] ?? NaN) - centre;
  let [sum, best, at] = [0, -1, 0];
  for (let i = 0; i < n; i++) {
    const far = Math.abs(sum - (total * i) / n);
    if (far > best) [best, at] = [far, i];
    sum += (values[i] ?? NaN) - centre;
  }
  return at;
}
