import type { DatasetInput, DatasetSummary } from '../activities/dataset.js';
import type { TrainingInput } from '../activities/training.js';
import type { TrainingReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { cpu, io, train } from './steps.js';

/** Features of all streams as one content-addressed matrix. */
export async function buildDataset(input: DatasetInput): Promise<DatasetSummary> {
  const progress = trackProgress(['features']);
  return progress.run(
    'features',
    () => cpu.buildDataset(input),
    (dataset) => `${dataset.rows} rows`,
  );
}

/** Trains one model on one dataset; the same spec and data are trained once. */
export async function trainModel(input: TrainingInput): Promise<TrainingReport> {
  const progress = trackProgress(['plan', 'train', 'register']);
  const plan = await progress.run('plan', () => io.planTraining(input));
  if (plan.existing) return { ...plan.existing, reused: true };
  const result = await progress.run('train', () =>
    plan.trainer === 'ridge' ? cpu.trainRidge(plan) : train.trainForecaster(plan.request),
  );
  return progress.run('register', () => io.registerModel({ plan, result }));
}
