import type { Evaluation } from '../evaluation.js';
import type { ScorecardCell } from './cells.js';
import { normalCdf, wilson } from '../statistics.js';

/** What the same model's evaluation found on the same stream, beside what came of it. */
export interface AgainstBacktest {
  /** `evl_…` */
  evaluation: string;
  n: number;
  directionalAccuracy: number;
  wilson95: [number, number];
  /** Against persistence. */
  maeRatio: number;
  coverage: number;
  /** Live less backtest, with the two-sided p of the two shares being equal (pooled z). */
  difference: { directionalAccuracy: number; pValue: number; coverage: number; coveragePValue: number };
}

/** Null where the evaluation says nothing of the cell's model. */
export function againstBacktest(cell: ScorecardCell, evaluation: Evaluation): AgainstBacktest | null {
  const model = String(cell.model ?? '');
  const baseline = model.startsWith('baseline:') ? model.slice('baseline:'.length) : null;
  const found =
    baseline === null
      ? evaluation.model === model
        ? evaluation
        : null
      : (evaluation.baselines.find(({ name }) => name === baseline) ?? null);
  if (!found) return null;
  const { n, directionalAccuracy, mae } = found;
  const persistence = evaluation.baselines.find(({ name }) => name === 'persistence')?.mae ?? NaN;
  const coverage = baseline === null ? evaluation.conformal.measuredCoverage : NaN;
  const { direction, interval, independent } = cell;
  const overlap = cell.n > 0 ? independent / cell.n : NaN;
  return {
    evaluation: evaluation.id,
    n,
    directionalAccuracy,
    wilson95: wilson(directionalAccuracy * n, n),
    maeRatio: mae / persistence,
    coverage,
    difference: {
      directionalAccuracy: direction.share - directionalAccuracy,
      pValue: equalShares([direction.share, direction.n * overlap], [directionalAccuracy, n]),
      coverage: interval.coverage - coverage,
      coveragePValue: equalShares([interval.coverage, independent], [coverage, evaluation.n]),
    },
  };
}

/** Two-sided p of two shares being equal, by the pooled z test; NaN where one has no rows or both are all the same. */
export function equalShares([a, n]: [number, number], [b, m]: [number, number]): number {
  const pooled = (a * n + b * m) / (n + m);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  const z = (a - b) / deviation;
  return n > 0 && m > 0 && deviation > 0 ? 2 * normalCdf(-Math.abs(z)) : NaN;
}
