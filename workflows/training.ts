import { workflowInfo } from '@temporalio/workflow';
import type { DatasetInput, DatasetSummary } from '../activities/dataset.js';
import type { DatasetRequest } from '../activities/dataset-plan.js';
import type { TrainingInput, TrainingPlan } from '../activities/training.js';
import type { ReproductionReport } from '../activities/training/reproduction.js';
import type { SentimentTrainingInput } from '../activities/training/sentiment.js';
import type { SentimentTrainingReport } from '../activities/training/sentiment-registry.js';
import type { TrialReport } from '../activities/training/trials.js';
import type { TrainingReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { cpu, io, train } from './steps.js';

/** Features of all streams as one content-addressed matrix. */
export async function buildDataset(asked: DatasetInput | DatasetRequest): Promise<DatasetSummary> {
  const progress = trackProgress(['features'], asked);
  const input = isWhole(asked) ? asked : await io.planDataset(asked);
  return progress.run(
    'features',
    () => cpu.buildDataset(input),
    (dataset) => `${dataset.rows} rows`,
  );
}

/** The main job tells all of it; a person leaves out what is usual. */
const isWhole = (input: DatasetInput | DatasetRequest): input is DatasetInput =>
  typeof input.source === 'object' &&
  [input.from, input.to, input.asOf, input.lookBack, input.horizonBars].every(
    (each) => typeof each === 'number',
  ) &&
  input.sentimentModel !== undefined;

/** Trains one model on one dataset; the same spec and data are trained once. */
export async function trainModel(input: SentimentTrainingInput): Promise<SentimentTrainingReport>;
export async function trainModel(input: TrainingInput): Promise<TrainingReport>;
export async function trainModel(
  input: TrainingInput | SentimentTrainingInput,
): Promise<TrainingReport | SentimentTrainingReport | TrialReport> {
  if (input.untilEpoch !== undefined) return tryModel(input, input.untilEpoch);
  return 'task' in input ? trainSentimentModel(input) : trainForecastModel(input);
}

/** A trial of a tuning: trained up to an epoch, where the next one goes on. */
async function tryModel(
  input: TrainingInput | SentimentTrainingInput,
  untilEpoch: number,
): Promise<TrialReport> {
  const progress = trackProgress(['plan', 'train'], input);
  if ('task' in input) {
    const { request } = await progress.run('plan', () => cpu.prepareSentiment(input));
    return progress.run('train', () => train.trainSentimentTrial({ request, untilEpoch }));
  }
  const plan = await progress.run('plan', () => io.planTraining(input));
  const { epochs, validationLoss, seconds } = await progress.run('train', async () => {
    if (plan.trainer !== 'ridge') return train.trainTrial({ request: plan.request, untilEpoch });
    const result = await cpu.trainRidge(plan);
    return { ...result, validationLoss: result.epochs[0]?.validationLoss ?? NaN };
  });
  return { epochs: epochs.length, validationLoss, seconds };
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
    () => trainPlan(plan),
    ({ epochs, rows }) => `${epochs.length} epochs, ${rows.train} rows`,
  );
  const { principal } = (workflowInfo().memo ?? {}) as { principal?: string };
  const trained = { plan, result, ...(principal !== undefined && { trainedBy: principal }) };
  const report = await progress.run('register', () => io.registerModel(trained));
  progress.label({ ModelVersion: report.version });
  return report;
}

const trainPlan = (plan: TrainingPlan) =>
  plan.trainer === 'ridge' ? cpu.trainRidge(plan) : train.trainForecaster(plan.request);

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

/** Trains a version once more from its recorded spec and data, and compares the digests of what comes out. */
export async function reproduceModel(input: { model: string }): Promise<ReproductionReport> {
  const progress = trackProgress(['plan', 'train', 'compare'], input);
  const run = workflowInfo().firstExecutionRunId;
  const plan = await progress.run('plan', () => io.planReproduction({ ...input, run }));
  const result = await progress.run('train', async () =>
    plan.task === 'sentiment' ? await train.trainSentiment(plan.request) : await trainPlan(plan.plan),
  );
  return progress.run(
    'compare',
    () => io.compareReproduction({ model: plan.model, result }),
    ({ identical }) => (identical ? 'identical' : 'not identical'),
  );
}
