import { InvalidInputError } from './errors.js';

/** How the forecasts of several models become one. */
export const ENSEMBLES = ['mean', 'inverse-error', 'stacking'] as const;
export type EnsembleKind = (typeof ENSEMBLES)[number];

/** Held-out rows of fewer say nothing of how models go together. */
export const LEAST_STACKED = 50;

export interface EnsembleMember {
  name: string;
  /** Mean absolute error against persistence's. */
  relativeError: number;
  /** Log moves that it forecast on held-out rows, and what came, by the close time of the deciding bar. */
  heldOut: ReadonlyMap<number, { forecast: number; actual: number }>;
}

/**
 * Weights of the members, in their order. `mean`: all the same. `inverse-error`: by 1/error (Bates & Granger 1969
 * take squared errors; the absolute ones are what models are judged by here). `stacking`: the non-negative least
 * squares of Breiman 1996 ("Stacked regressions") on the rows that all members forecast; they need not sum to 1,
 * so that models without skill are drawn towards no move.
 * @throws InvalidInputError where an error is not known, or too few rows are shared.
 */
export function ensembleWeights(kind: EnsembleKind, members: readonly EnsembleMember[]): number[] {
  if (kind === 'mean') return members.map(() => 1 / members.length);
  if (kind === 'stacking') return stacked(members);
  const unknown = members.find(({ relativeError }) => !(relativeError > 0 && relativeError < Infinity));
  if (unknown)
    throw new InvalidInputError(
      `inverse-error needs the error of every member; ${unknown.name} has ${unknown.relativeError}`,
    );
  const inverse = members.map(({ relativeError }) => 1 / relativeError);
  const total = inverse.reduce((sum, each) => sum + each, 0);
  return inverse.map((each) => each / total);
}

function stacked(members: readonly EnsembleMember[]): number[] {
  const times = [...(members[0]?.heldOut.keys() ?? [])].filter((time) =>
    members.every(({ heldOut }) => heldOut.has(time)),
  );
  if (times.length < LEAST_STACKED)
    throw new InvalidInputError(
      `stacking needs ${LEAST_STACKED} held-out rows that all members forecast; ${members.map(({ name }) => name).join(', ')} share ${times.length}`,
    );
  const columns = members.map(({ heldOut }) => times.map((time) => heldOut.get(time)?.forecast ?? NaN));
  const wanted = times.map((time) => members[0]?.heldOut.get(time)?.actual ?? NaN);
  return nonNegativeLeastSquares(columns, wanted);
}

const ROUNDS = 10_000;

/**
 * Weights ≥ 0 that minimise the squared distance of the weighted columns from `wanted`, by coordinate descent on the
 * normal equations (convex, so it ends at the best weights; for equal columns, at the first).
 */
export function nonNegativeLeastSquares(columns: readonly number[][], wanted: readonly number[]): number[] {
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, each, i) => sum + each * (b[i] ?? NaN), 0);
  const gram = columns.map((a) => columns.map((b) => dot(a, b)));
  const right = columns.map((column) => dot(column, wanted));
  const weights = columns.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    weights.forEach((before, j) => {
      const own = gram[j]?.[j] ?? 0;
      if (!(own > 0)) return;
      const rest = (right[j] ?? NaN) - dot(gram[j] ?? [], weights) + own * before;
      const after = Math.max(0, rest / own);
      moved = Math.max(moved, Math.abs(after - before));
      weights[j] = after;
    });
    if (moved < 1e-12) break;
  }
  return weights;
}

/** The weighted sum of the members' forecasts. */
export const combined = (weights: readonly number[], forecasts: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * (forecasts[i] ?? NaN), 0);
