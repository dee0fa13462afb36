import { momentsOf } from '../metrics/shape.js';
import { deviation, mean, normalCdf } from '../statistics.js';
import { normalQuantile } from './normal.js';

/** A Sharpe ratio a period (not annualised) and what its uncertainty depends on. */
export interface SharpeMoments {
  /** Mean over deviation (ddof 1). */
  sharpe: number;
  /** Of the population; 0 and 3 for normal returns. */
  skewness: number;
  kurtosis: number;
  /** Returns it was taken from. */
  n: number;
}

export function sharpeMoments(returns: Float64Array): SharpeMoments {
  return { sharpe: mean(returns) / deviation(returns), ...momentsOf(returns), n: returns.length };
}

/** n × the variance of the estimate for returns of any shape (Mertens 2002; Bailey and López de Prado 2012). */
const spread = ({ sharpe, skewness, kurtosis }: SharpeMoments): number =>
  1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;

/**
 * Probability that the true Sharpe ratio is above `benchmark`, both a period's (Bailey and López de Prado 2012, "The Sharpe
 * ratio efficient frontier"). NaN where the returns never vary.
 */
export function probabilisticSharpe(moments: SharpeMoments, benchmark = 0): number {
  const error = Math.sqrt(spread(moments) / (moments.n - 1));
  return normalCdf((moments.sharpe - benchmark) / error);
}

export interface Trials {
  /** How many different things were tried. */
  trials: number;
  /** Variance of their Sharpe ratios a period; where some have real skill it is larger than luck's, and judges sternly. */
  variance: number;
}

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * The Sharpe ratio a period that the best of so many trials without any skill is expected to show (Bailey and López de
 * Prado 2014, "The deflated Sharpe ratio"); 0 for one trial.
 */
export function expectedMaximumSharpe({ trials, variance }: Trials): number {
  if (!(trials > 1) || variance === 0) return Number.isNaN(trials * variance) ? NaN : 0;
  const lower = normalQuantile(1 - 1 / trials);
  const upper = normalQuantile(1 - 1 / (trials * Math.E));
  return Math.sqrt(variance) * ((1 - EULER_MASCHERONI) * lower + EULER_MASCHERONI * upper);
}

/** Probability that the true Sharpe ratio is above what the best of the trials shows by luck (the same paper). */
export const deflatedSharpe = (moments: SharpeMoments, trials: Trials): number =>
  probabilisticSharpe(moments, expectedMaximumSharpe(trials));

/**
 * Returns that are needed to believe, with `confidence`, that the Sharpe ratio is above `benchmark` (both a period's;
 * Bailey and López de Prado 2012). Infinite where it is not above.
 */
export function minimumTrackRecord(moments: SharpeMoments, benchmark = 0, confidence = 0.95): number {
  const above = moments.sharpe - benchmark;
  if (Number.isNaN(above)) return NaN;
  return above > 0 ? 1 + spread(moments) * (normalQuantile(confidence) / above) ** 2 : Infinity;
}

/** Standard error of a Sharpe ratio a period for independent normal returns (Lo 2002, "The statistics of Sharpe ratios"). */
export const iidStandardError = ({ sharpe, n }: SharpeMoments): number =>
  Math.sqrt((1 + (sharpe * sharpe) / 2) / n);

/** The same for returns of any shape (Mertens 2002). */
export const standardError = (moments: SharpeMoments): number => Math.sqrt(spread(moments) / (moments.n - 1));
