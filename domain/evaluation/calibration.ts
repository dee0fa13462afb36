import { wilson } from '../statistics.js';

export interface CalibrationBin {
  /** P(up) from and below; the last bin holds 1. */
  from: number;
  to: number;
  n: number;
  /** Mean P(up), and the share of rows that went up with its Wilson interval; NaN in an empty bin. */
  meanProbability: number;
  shareUp: number;
  wilson95: [number, number];
}

/** How far P(up) can be taken at its word, beside forecasts that know nothing of the row. */
export interface CalibrationFigures {
  /** Rows with a direction. */
  n: number;
  /** Mean of (P(up) − went up)² (Brier 1950). */
  brier: number;
  /** Always ½ scores 0.25; always the training part's share of ups is what a forecast has to beat. */
  baselines: { name: string; brier: number }[];
  /** Expected calibration error (Naeini et al. 2015): mean over the bins, by rows, of |share up − mean P(up)|. */
  ece: number;
  /** Ten of equal width. */
  bins: CalibrationBin[];
}

export const BINS = 10;

/**
 * @param probabilityUp one a row, 0..1
 * @param up whether the row went up; rows that did not move are left out by the caller
 * @param trainUpShare one a row: what was known of the direction before it
 */
export function calibrationOf(args: {
  probabilityUp: ArrayLike<number>;
  up: readonly boolean[];
  trainUpShare: ArrayLike<number>;
}): CalibrationFigures {
  const { probabilityUp, up, trainUpShare } = args;
  const n = up.length;
  const brierOf = (probability: (i: number) => number): number =>
    up.reduce((sum, went, i) => sum + (probability(i) - Number(went)) ** 2, 0) / n;
  const bins = Array.from({ length: BINS }, (_, bin) => binOf(args, bin));
  const gap = bins.reduce(
    (sum, bin) => sum + (bin.n > 0 ? bin.n * Math.abs(bin.shareUp - bin.meanProbability) : 0),
    0,
  );
  return {
    n,
    brier: brierOf((i) => probabilityUp[i] ?? NaN),
    baselines: [
      { name: 'coin', brier: brierOf(() => 0.5) },
      { name: 'training share', brier: brierOf((i) => trainUpShare[i] ?? NaN) },
    ],
    ece: n > 0 ? gap / n : NaN,
    bins,
  };
}

function binOf(
  args: { probabilityUp: ArrayLike<number>; up: readonly boolean[] },
  bin: number,
): CalibrationBin {
  let [n, sum, ups] = [0, 0, 0];
  args.up.forEach((went, i) => {
    const probability = args.probabilityUp[i] ?? NaN;
    if (Math.min(BINS - 1, Math.floor(probability * BINS)) !== bin) return;
    n++;
    sum += probability;
    if (went) ups++;
  });
  const [from, to] = [bin / BINS, (bin + 1) / BINS];
  return { from, to, n, meanProbability: sum / n, shareUp: ups / n, wilson95: wilson(ups, n) };
}
