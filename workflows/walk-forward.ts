import type { FoldWork, WalkForwardInput, WalkForwardWork } from '../activities/evaluation/walk-forward.js';
import type { Fold } from '../domain/evaluation/walk-forward.js';
import type { EvaluationRef } from '../domain/research.js';
import { runChild } from './children.js';
import { mapBounded } from './fan-out.js';
import { trackProgress, type Progress } from './progress.js';
import { gpu, io } from './steps.js';
import { buildDataset, trainModel } from './training.js';

/** Folds at a time: each holds a dataset in a worker's memory. */
const AT_ONCE = 2;

/**
 * Trains and measures a recipe on one part of the past after the other, as it would have been used, and pools what the
 * folds forecast. What a fold has done is found again, so that a lost worker costs the step it was in.
 */
export async function walkForward(input: WalkForwardInput): Promise<EvaluationRef[]> {
  const progress = trackProgress(['plan', 'folds', 'pool'], input);
  const { folds, ...work } = await progress.run(
    'plan',
    () => io.planWalkForward(input),
    ({ plan }) => `${plan.folds} folds of ${plan.testBars} bars, ${plan.scheme}`,
  );
  const done = await progress.run('folds', () => runFolds(folds, work, progress));
  return progress.run(
    'pool',
    async () => {
      const evaluations: EvaluationRef[] = [];
      for (const stream of work.dataset.streams) {
        const { id, from, to } = await gpu.poolFolds({ work, stream, folds: done });
        evaluations.push({ id, stream, from, to });
      }
      return evaluations;
    },
    (evaluations) => `${evaluations.length} streams`,
  );
}

function runFolds(
  folds: Fold[],
  work: Omit<WalkForwardWork, 'folds'>,
  progress: Progress,
): Promise<FoldWork[]> {
  let done = 0;
  return mapBounded(
    folds,
    async (fold): Promise<FoldWork> => {
      const made = await runFold(fold, work);
      progress.note('folds', `${++done} of ${folds.length}, the last by ${made.model}`);
      return made;
    },
    AT_ONCE,
  );
}

async function runFold(fold: Fold, work: Omit<WalkForwardWork, 'folds'>): Promise<FoldWork> {
  const { from, to, validationFrom, testFrom } = fold;
  const cut = { validationFrom, testFrom, embargoBars: work.plan.embargoBars };
  const dataset = await runChild(buildDataset, 'buildDataset', { ...work.dataset, from, to, cut });
  const training = await runChild(trainModel, 'trainModel', { ...work.training, dataset: dataset.id });
  const model = `${training.model}@${training.version}`;
  const explanation = work.explanation ? { explanation: work.explanation } : {};
  const shared = { model, dataset: dataset.id, costs: work.costs, ...explanation };
  const evaluations: FoldWork['evaluations'] = [];
  for (const stream of work.dataset.streams) {
    const { id } = await gpu.evaluateStream({ ...shared, stream });
    evaluations.push({ id, stream });
  }
  return { fold: fold.fold, model, dataset: dataset.id, evaluations };
}
