import { incompleteBeta } from '../statistics.js';
import { sharedEffect, welch } from './residuals.js';

export interface CalibrationDrift {
  n: number;
  /** Share of the settled moves that lay in their interval, and what the interval promised. */
  coverage: number;
  promised: number;
  /** Two-sided, exact binomial. */
  coverageP: number;
  brier: number;
  referenceBrier: number;
  /** One-sided: is it worse than the evaluation's? */
  brierP: number;
  effect: number;
}

/**
 * Do intervals still cover what they promise, and probabilities still mean what they say? Coverage by the binomial test
 * at the effective number of forecasts, since misses come in storms; the Brier score by Welch's test against the
 * evaluation's, worse only. NaN where there is nothing to test.
 * @param args of forecasts whose horizons do not overlap, in order of time; the reference is the evaluation's
 */
export function calibrationDrift(args: {
  inside: ArrayLike<number>;
  promised: number;
  brier: ArrayLike<number>;
  referenceInside: ArrayLike<number>;
  referenceBrier: ArrayLike<number>;
}): CalibrationDrift {
  const { inside, promised } = args;
  const n = inside.length;
  let hits = 0;
  for (let i = 0; i < n; i++) hits += inside[i] ?? NaN;
  const effect = sharedEffect(args.referenceInside, inside);
  const worth = Math.round(n / effect);
  const coverageP = binomialTest(Math.round(hits / effect), worth, promised);
  const scores = welch({ first: args.referenceBrier, second: args.brier });
  const brierP = scores.statistic > 0 ? scores.pValue / 2 : 1 - scores.pValue / 2;
  return {
    n,
    coverage: hits / n,
    promised,
    coverageP,
    brier: scores.secondMean,
    referenceBrier: scores.firstMean,
    brierP,
    effect,
  };
}

/**
 * Exact binomial test, two-sided: all outcomes that are no likelier than what was seen (as R's and scipy's).
 * NaN without trials.
 */
export function binomialTest(successes: number, trials: number, share: number): number {
  if (!(trials > 0) || !(successes >= 0 && successes <= trials) || !(share > 0 && share < 1)) return NaN;
  const seen = pointOf(successes, trials, share) * (1 + 1e-7);
  const expected = trials * share;
  if (successes === expected) return 1;
  let far = 0;
  // Likelihoods fall on either side of the middle: what is as far out on the other side is found from the end.
  if (successes < expected) {
    for (let k = trials; k > expected && pointOf(k, trials, share) <= seen; k--)
      far += pointOf(k, trials, share);
    return Math.min(1, upTo(successes, trials, share) + far);
  }
  for (let k = 0; k < expected && pointOf(k, trials, share) <= seen; k++) far += pointOf(k, trials, share);
  return Math.min(1, far + from(successes, trials, share));
}

/** P(X ≤ k) of B(n, p) is I_{1−p}(n − k, k + 1) (DLMF 8.17.5). */
const upTo = (k: number, n: number, share: number): number =>
  k < 0 ? 0 : k >= n ? 1 : incompleteBeta(1 - share, n - k, k + 1);

/** P(X ≥ k) = I_p(k, n − k + 1). */
const from = (k: number, n: number, share: number): number =>
  k <= 0 ? 1 : k > n ? 0 : incompleteBeta(share, k, n - k + 1);

function pointOf(k: number, n: number, share: number): number {
  // Over the smaller of both sides, so that the product stays short.
  const few = Math.min(k, n - k);
  let log = k * Math.log(share) + (n - k) * Math.log1p(-share);
  for (let i = 1; i <= few; i++) log += Math.log((n - few + i) / i);
  return Math.exp(log);
}
