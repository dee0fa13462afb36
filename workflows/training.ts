import type { DatasetInput, DatasetSummary } from '../activities/dataset.js';
import type { TrainingInput } from '../activities/training.js';
import type { SentimentTrainingInput } from '../activities/training/sentiment.js';
import type { SentimentTrainingReport } from '../activities/training/sentiment-registry.js';
import type { TrainingReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { cpu, io, train } from './steps.js';

/** Features of all streams as one content-addressed matrix. */
export async function buildDataset(input: DatasetInput): Promise<DatasetSummary> {
  const progress = trackProgress(['features'], input);
  return progress.run(
    'features',
    () => cpu.buildDataset(input),
    (dataset) => `${dataset.rows} rows`,
  );
}

/** Trains one model on one dataset; the same spec and data are trained once. */
export async function trainModel(input: SentimentTrainingInput): Promise<SentimentTrainingReport>;
export async function trainModel(input: TrainingInput): Promise<TrainingReport>;
export async function trainModel(
  input: TrainingInput | SentimentTrainingInput,
): Promise<TrainingReport | SentimentTrainingReport> {
  return 'task' in input ? trainSentimentModel(input) : trainForecastModel(input);
}

async function trainForecastModel(input: TrainingInput): Promise<TrainingReport> {
  const progress = trackProgress(['plan', 'train', 'register'], input);
  const plan = await progress.run('plan', () => io.planTraining(input));
  if (plan.existing) {
    for (const step of ['train', 'register']) progress.skip(step, 'trained before');
    progress.label({ ModelVersion: plan.existing.version });
    return { ...plan.existing, reused: true };
  }
  const result = await progress.run(
    'train',
    () => (plan.trainer === 'ridge' ? cpu.trainRidge(plan) : train.trainForecaster(plan.request)),
    ({ epochs, rows }) => `${epochs.length} epochs, ${rows.train} rows`,
  );
  const report = await progress.run('register', () => io.registerModel({ plan, result }));
  progress.label({ ModelVersion: report.version });
  return report;
}

/** Labelled texts to a calibrated encoder; Python goes on at its step where a worker was lost. */
async function trainSentimentModel(input: SentimentTrainingInput): Promise<SentimentTrainingReport> {
  const progress = trackProgress(['prepare', 'train', 'register'], input);
  const plan = await progress.run(
    'prepare',
    () => cpu.prepareSentiment(input),
    ({ request: { dataset } }) =>
      `${dataset.rows.train} rows, ${dataset.nearDuplicates} near-duplicates left out`,
  );
  if (plan.existing) {
    for (const step of ['train', 'register']) progress.skip(step, 'trained before');
    progress.label({ ModelVersion: plan.existing.version });
    return plan.existing;
  }
  const result = await progress.run(
    'train',
    () => train.trainSentiment(plan.request),
    ({ steps, rowsPerSecond }) => `${steps} steps, ${Math.round(rowsPerSecond)} rows/s`,
  );
  const report = await progress.run('register', () => io.registerSentiment({ plan, result }));
  progress.label({ ModelVersion: report.version });
  return report;
}
