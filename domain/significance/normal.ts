import { normalCdf } from '../statistics.js';

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/**
 * Quantile of the standard normal distribution: the rational start of Abramowitz and Stegun 26.2.23, made exact by
 * Halley's iteration on the distribution function. ∓∞ at 0 and 1, NaN outside.
 */
export function normalQuantile(share: number): number {
  if (!(share >= 0 && share <= 1)) return NaN;
  if (share === 0 || share === 1) return share === 0 ? -Infinity : Infinity;
  // The lower tail keeps its digits; 1 − share is exact down from one half.
  if (share > 0.5) return -normalQuantile(1 - share);
  const t = Math.sqrt(-2 * Math.log(share));
  const top = 2.515517 + t * (0.802853 + t * 0.010328);
  const bottom = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  let x = top / bottom - t;
  for (let step = 0; step < 4; step++) {
    const error = (normalCdf(x) - share) / (Math.exp((-x * x) / 2) / ROOT_TWO_PI);
    x -= error / (1 + (x * error) / 2);
  }
  return x;
}
