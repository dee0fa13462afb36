import { deviation, mean, quantile } from '../../statistics.js';
import type { CombinatorialSplit, Stretch } from './splits.js';

/** Daily returns of each trial over one window, trial after trial: trial k's day t at k × days + t. */
export interface ReturnsMatrix {
  trials: number;
  days: number;
  values: Float64Array;
}

export interface PathResult {
  /** Daily returns of what was chosen without having seen them, in the order of the days. */
  returns: Float64Array;
  /** mean/std (ddof 1) of `returns`, per day. */
  sharpe: number;
}

export interface CrossValidation {
  /** For each split: the trial chosen on its training, and its Sharpe a day in training and test. */
  splits: { chosen: number; trainSharpe: number; testSharpe: number }[];
  paths: PathResult[];
  /** Of the paths' Sharpe: 5 %, 50 % and 95 % quantile. */
  quantiles: [number, number, number];
}

/**
 * What choosing the best trial by its training's Sharpe earns on days that the choice has not seen, on every path of a
 * combinatorial purged cross-validation. Each trial's run is one over the whole window: at the border of a test its
 * position is what its own rule held, and no cost is charged for the change from one chosen trial to the next.
 */
export function crossValidate(matrix: ReturnsMatrix, splits: readonly CombinatorialSplit[]): CrossValidation {
  const paths = 1 + Math.max(...splits.flatMap((split) => split.paths));
  const returns = Array.from({ length: paths }, () => new Float64Array(matrix.days).fill(NaN));
  const judged = splits.map((split) => {
    const { trial: chosen, sharpe: trainSharpe } = bestTrial(matrix, split.train);
    for (const [i, { from, to }] of split.test.entries())
      returns[split.paths[i] ?? 0]?.set(returnsOf(matrix, chosen, [{ from, to }]), from);
    return { chosen, trainSharpe, testSharpe: sharpeOf(returnsOf(matrix, chosen, split.test)) };
  });
  const results = returns.map((path) => ({ returns: path, sharpe: sharpeOf(path) }));
  const sharpes = Float64Array.from(results, ({ sharpe }) => sharpe);
  const at = (share: number): number => quantile(sharpes, share);
  return { splits: judged, paths: results, quantiles: [at(0.05), at(0.5), at(0.95)] };
}

/** The trial with the highest Sharpe on these days; the first of equals, and of all where none is defined. */
export function bestTrial(
  matrix: ReturnsMatrix,
  days: readonly Stretch[],
): { trial: number; sharpe: number } {
  let best = { trial: 0, sharpe: NaN };
  for (let trial = 0; trial < matrix.trials; trial++) {
    const sharpe = sharpeOfStretches(matrix, trial, days);
    if (sharpe > best.sharpe || (Number.isNaN(best.sharpe) && !Number.isNaN(sharpe)))
      best = { trial, sharpe };
  }
  return best;
}

/** In one pass over the days, without a copy: it runs once for each trial and split. */
function sharpeOfStretches(
  { days, values }: ReturnsMatrix,
  trial: number,
  stretches: readonly Stretch[],
): number {
  let [count, centre, squares] = [0, 0, 0];
  for (const { from, to } of stretches)
    for (let i = trial * days + from; i < trial * days + to; i++) {
      const value = values[i] as number;
      const away = value - centre;
      centre += away / ++count;
      squares += away * (value - centre);
    }
  const spread = Math.sqrt(squares / (count - 1));
  return spread > 0 ? centre / spread : NaN;
}

function returnsOf(
  { days, values }: ReturnsMatrix,
  trial: number,
  stretches: readonly Stretch[],
): Float64Array {
  const parts = stretches.map(({ from, to }) => values.subarray(trial * days + from, trial * days + to));
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function sharpeOf(returns: Float64Array): number {
  const spread = deviation(returns);
  return spread > 0 ? mean(returns) / spread : NaN;
}
