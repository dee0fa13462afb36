import { deviation, mean } from '../statistics.js';
import { standardError, type SharpeMoments } from './sharpe.js';
import type { Runs } from './resampling.js';

/**
 * Cumulated powers of a series, from which the Sharpe ratio of any resample and its standard error come in the time of its
 * runs. The powers are of the standardised values, so that no digits are lost to a large mean.
 */
export interface PowerSums {
  n: number;
  centre: number;
  scale: number;
  /** Four arrays of n + 1: sums of the first i values' first to fourth power. */
  cumulated: readonly Float64Array[];
}

export type Powers = [number, number, number, number];

export function powerSums(values: Float64Array): PowerSums {
  const n = values.length;
  const [centre, scale] = [mean(values), deviation(values)];
  const cumulated = [1, 2, 3, 4].map((power) => {
    const sums = new Float64Array(n + 1);
    for (let i = 0; i < n; i++)
      sums[i + 1] = (sums[i] ?? NaN) + (((values[i] ?? NaN) - centre) / scale) ** power;
    return sums;
  });
  return { n, centre, scale, cumulated };
}

/** Sums over the places of a resample. */
export function sumOverRuns({ cumulated }: PowerSums, runs: Runs): Powers {
  return cumulated.map((sums) => {
    let total = 0;
    for (let r = 0; r < runs.length; r += 2) {
      const start = runs[r] ?? 0;
      total += (sums[start + (runs[r + 1] ?? 0)] ?? NaN) - (sums[start] ?? NaN);
    }
    return total;
  }) as Powers;
}

/** Sums over all places but one. */
export function sumsWithout({ cumulated, n }: PowerSums, place: number): Powers {
  return cumulated.map(
    (sums) => (sums[n] ?? NaN) - ((sums[place + 1] ?? NaN) - (sums[place] ?? NaN)),
  ) as Powers;
}

/** The Sharpe ratio a period of `n` values with these sums, and its standard error. */
export function sharpeOfSums(
  { centre, scale }: PowerSums,
  sums: Powers,
  n: number,
): { sharpe: number; error: number } {
  const [first, second, third, fourth] = sums.map((sum) => sum / n) as Powers;
  const variance = second - first * first;
  const sharpe = (centre + scale * first) / (scale * Math.sqrt((variance * n) / (n - 1)));
  const cubes = third - 3 * first * second + 2 * first ** 3;
  const fours = fourth - 4 * first * third + 6 * first ** 2 * second - 3 * first ** 4;
  const moments: SharpeMoments = {
    sharpe,
    skewness: cubes / variance ** 1.5,
    kurtosis: fours / (variance * variance),
    n,
  };
  // A resample of one value repeated has no deviation but a rounding.
  return variance > 1e-12 ? { sharpe, error: standardError(moments) } : { sharpe: NaN, error: NaN };
}
