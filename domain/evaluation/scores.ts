import { InvalidInputError } from '../errors.js';

/** Levels at which forecasts without quantiles of their own are given those of their past residuals. */
export const LEVELS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

/**
 * Pinball loss of one quantile (Koenker and Bassett 1978): τ·(y − q) where y is above q, (τ − 1)·(y − q) where it is
 * below; in the unit of y. Its mean is smallest at the true τ-quantile.
 */
export const pinball = (args: { level: number; quantile: number; realised: number }): number => {
  const miss = args.realised - args.quantile;
  return miss >= 0 ? args.level * miss : (args.level - 1) * miss;
};

/**
 * Weight of each level where quantiles stand for a whole distribution: the share of (0, 1) that is nearer to it than to
 * any other level. The weights sum to 1. @throws InvalidInputError where levels do not ascend inside (0, 1).
 */
export function levelWeights(levels: readonly number[]): number[] {
  checkLevels(levels);
  const edge = (i: number): number => {
    if (i <= 0) return 0;
    if (i >= levels.length) return 1;
    return ((levels[i - 1] ?? NaN) + (levels[i] ?? NaN)) / 2;
  };
  return levels.map((_, i) => edge(i + 1) - edge(i));
}

function checkLevels(levels: readonly number[]): void {
  const bad = levels.findIndex((level, i) => !(level > (i === 0 ? 0 : (levels[i - 1] ?? 1)) && level < 1));
  if (levels.length > 0 && bad < 0) return;
  throw new InvalidInputError(
    `Quantile levels [${levels.join(', ')}] do not ascend between 0 and 1; give at least one, such as 0.05, 0.5, 0.95`,
  );
}

/** What a distribution that is known by its quantiles scores at one outcome. */
export interface QuantileScore {
  /** Mean of the pinball losses over the levels. */
  pinball: number;
  /**
   * Continuous ranked probability score, by CRPS = 2·∫₀¹ pinball_τ dτ (Laio and Tamea 2007, eq. 5; Gneiting and
   * Ranjan 2011): the integral is the sum over the levels with `levelWeights`. Few levels see little of the tails, so
   * compare scores of the same levels only.
   */
  crps: number;
}

/** @param quantiles one for each level, ascending with it; all in the unit of `realised` */
export function quantileScore(args: {
  levels: readonly number[];
  weights: readonly number[];
  quantiles: ArrayLike<number>;
  realised: number;
}): QuantileScore {
  const { levels, weights, quantiles, realised } = args;
  let [sum, integral] = [0, 0];
  levels.forEach((level, i) => {
    const loss = pinball({ level, quantile: quantiles[i] ?? NaN, realised });
    sum += loss;
    integral += (weights[i] ?? NaN) * loss;
  });
  return { pinball: sum / levels.length, crps: 2 * integral };
}

/**
 * Interval score (Winkler 1972; Gneiting and Raftery 2007, eq. 43) of a central interval: its width, and 2/α for each
 * unit by which the outcome lies outside. Smaller is better; infinite for an open interval.
 */
export function intervalScore(args: {
  lower: number;
  upper: number;
  realised: number;
  coverage: number;
}): number {
  const { lower, upper, realised, coverage } = args;
  const outside = Math.max(lower - realised, realised - upper, 0);
  // An open interval holds everything and says nothing: ∞ − ∞ must not become NaN.
  return upper - lower + (outside > 0 ? (2 / (1 - coverage)) * outside : 0);
}

export interface IntervalFigures {
  /** What was aimed at. */
  coverage: number;
  /** Share of outcomes inside, and the Wilson interval that would hold if they were independent. */
  measuredCoverage: number;
  n: number;
  /** Whole width and interval score, means over rows with a finite interval, in units of volatility·√horizon. */
  meanWidth: number;
  winkler: number;
}

/** Of symmetric intervals `mean ± halfWidth`; rows without an outcome or a forecast are left out. */
export function intervalFigures(args: {
  mean: Float64Array;
  halfWidth: Float64Array;
  realised: Float64Array;
  coverage: number;
}): IntervalFigures {
  const { mean, halfWidth, realised, coverage } = args;
  let [inside, n, finite, width, winkler] = [0, 0, 0, 0, 0];
  realised.forEach((outcome, i) => {
    const [centre, half] = [mean[i] ?? NaN, halfWidth[i] ?? NaN];
    if (!Number.isFinite(outcome - centre) || Number.isNaN(half)) return;
    n++;
    if (Math.abs(outcome - centre) <= half) inside++;
    if (half === Infinity) return;
    finite++;
    width += 2 * half;
    winkler += intervalScore({ lower: centre - half, upper: centre + half, realised: outcome, coverage });
  });
  const share = n > 0 ? inside / n : NaN;
  return { coverage, measuredCoverage: share, n, meanWidth: width / finite, winkler: winkler / finite };
}
