import type { Evaluation } from '../evaluation.js';

/** What of an evaluation tells how good a model was on what it had not seen. */
type Evidence = Pick<Evaluation, 'mae' | 'baselines' | 'model' | 'createdAt'> & {
  /** Of a walk-forward: one part of the past after the other. */
  folds?: readonly object[];
};

/**
 * Mean absolute error against persistence's on the same rows, below 1 where the model is better: the mean over the
 * folds of a walk-forward where there are some, else over the held-out part. NaN where it cannot be told.
 */
export function relativeError(evidence: Evidence): number {
  const folds = (evidence.folds ?? []).map(ratioOf).filter(Number.isFinite);
  if (folds.length > 0) return folds.reduce((sum, each) => sum + each, 0) / folds.length;
  return ratioOf(evidence);
}

/** A fold tells its persistence as a figure of its own, or beside the other baselines. */
function ratioOf(part: object): number {
  const { mae, persistenceMae, baselines } = part as {
    mae?: number;
    persistenceMae?: number;
    baselines?: readonly { name: string; mae: number }[];
  };
  const rival = persistenceMae ?? baselines?.find(({ name }) => name === 'persistence')?.mae ?? NaN;
  return (mae ?? NaN) / rival;
}

/** The best first; who has no figure comes last, and of equals the one with the smaller name: never by chance. */
export function bySkill<T extends { skill: Evidence }>(candidates: readonly T[]): T[] {
  const rank = (each: T): number => {
    const error = relativeError(each.skill);
    return Number.isFinite(error) ? error : Infinity;
  };
  return candidates.toSorted(
    (a, b) =>
      compare(rank(a), rank(b)) ||
      compare(a.skill.model, b.skill.model) ||
      compare(b.skill.createdAt, a.skill.createdAt),
  );
}

const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
