import {
  CancellationScope,
  isCancellation,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ResearchInput, ResearchPlan, ResearchReport, TrainingReport } from '../domain/research.js';
import { runBacktest } from './backtest.js';
import { collectBars } from './bars.js';
import { runStory } from './children.js';
import { deployModel } from './deployment.js';
import { evaluateModel } from './evaluation.js';
import { storyId } from './ids.js';
import { collectNews } from './news.js';
import { predict } from './prediction.js';
import { trackProgress } from './progress.js';
import { enrichSentiment } from './sentiment.js';
import { cpu, io } from './steps.js';
import { buildDataset, trainModel } from './training.js';

const STEPS = ['plan', 'bars', 'news', 'sentiment', 'dataset', 'training', 'evaluation', 'deployment'].concat(
  ['predictions', 'backtests', 'report'],
);

/** The main job: from bars and news to a tested, explained forecast. */
export async function research(input: ResearchInput): Promise<ResearchReport> {
  const progress = trackProgress(STEPS);
  const { workflowId, firstExecutionRunId, startTime } = workflowInfo();
  const runId = `run_${firstExecutionRunId.replaceAll('-', '')}`;
  const plan = await progress.run('plan', () => io.planResearch({ input, runId, workflowId }), planText);
  upsertSearchAttributes({ JobKind: ['research'], Timeframe: [plan.timeframe], Source: [plan.source.kind] });

  try {
    const collected = await collect(plan, progress);
    const learned = await learn({ plan, runId, sentimentModel: collected.sentiment.model, progress });
    const tested = await test({ plan, runId, ...learned, progress });
    const { training, evaluations, deployment } = learned;
    const parts = { ...collected, ...tested, training: [training], deployment: [deployment] };
    const ids = evaluations.map((each) => each.id);
    const run = { runId, workflowId, startedAt: startTime.getTime(), plan };
    return await progress.run('report', () => cpu.writeReport({ ...run, ...parts, evaluations: ids }));
  } catch (error) {
    const status = isCancellation(error) ? 'cancelled' : 'failed';
    // The record is closed even where the story itself was cancelled.
    await CancellationScope.nonCancellable(() => cpu.failRun({ runId, status, error: causeOf(error) }));
    throw error;
  }
}

type Progress = ReturnType<typeof trackProgress>;

/** Bars and news side by side, then the scores of what is new. */
async function collect(plan: ResearchPlan, progress: Progress) {
  const [bars, news] = await Promise.all([
    progress.run(
      'bars',
      () => collectAllBars(plan),
      (all) => `${all.reduce((n, b) => n + b.stored, 0)} new`,
    ),
    progress.run(
      'news',
      () => child(collectNews, 'collectNews', newsInput(plan)),
      (n) => `${n.stored} new`,
    ),
  ]);
  const sentiment = await progress.run(
    'sentiment',
    () => child(enrichSentiment, 'enrichSentiment', windowOf(plan)),
    (scores) => `${scores.scored} scored`,
  );
  return { bars, news, sentiment };
}

/** A model from the data, measured on what it has not seen, and the decision whether it is served. */
async function learn(args: {
  plan: ResearchPlan;
  runId: string;
  sentimentModel: string;
  progress: Progress;
}) {
  const { plan, progress, runId, sentimentModel } = args;
  const dataset = await progress.run('dataset', () =>
    child(buildDataset, 'buildDataset', datasetInput(plan, sentimentModel)),
  );
  const training = await progress.run('training', () =>
    child(trainModel, 'trainModel', trainingInput(plan, dataset.id)),
  );
  const model = `${training.model}@${training.version}`;
  const input = { model, dataset: dataset.id, streams: plan.streams, costs: costsOf(plan) };
  const evaluations = await progress.run('evaluation', () => child(evaluateModel, 'evaluateModel', input));
  const evidence = { model, evaluations: evaluations.map((each) => each.id), run: runId };
  const deployment = await progress.run('deployment', () => child(deployModel, 'deployModel', evidence));
  return { training, evaluations, deployment };
}

/** What the served model, or the best baseline, says now, and what trading would have come to. */
async function test(args: {
  plan: ResearchPlan;
  runId: string;
  training: TrainingReport;
  evaluations: { stream: string; id: string; from: number; to: number }[];
  progress: Progress;
}) {
  const { plan, runId, training, evaluations, progress } = args;
  const predictions = await progress.run('predictions', () =>
    Promise.all(
      plan.streams.map((stream) => child(predict, 'predict', predictionInput(plan, stream, training.model))),
    ),
  );
  const inputs = backtestInputs(plan, evaluations, runId);
  const backtests = await progress.run('backtests', () =>
    Promise.all(inputs.map((each) => child(runBacktest, 'runBacktest', each))),
  );
  return { predictions, backtests };
}

/** The text of the first cause: the step's own error, not the wrappers around it. */
function causeOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause) cause = cause.cause;
  return cause instanceof Error ? cause.message : String(cause);
}

const collectAllBars = (plan: ResearchPlan) =>
  Promise.all(plan.streams.map((stream) => child(collectBars, 'collectBars', { ...windowOf(plan), stream })));

const child = <I extends object, R>(story: (input: I) => Promise<R>, kind: string, input: I): Promise<R> => {
  const workflowId = storyId(kind, input as Record<string, unknown>);
  return runStory(story, { workflowId, args: [input], summary: workflowId }) as Promise<R>;
};

const planText = (plan: ResearchPlan): string => `${plan.source.kind}: ${plan.streams.join(', ')}`;

const costsOf = (plan: ResearchPlan) => ({ feeBps: plan.feeBps, slippageBps: plan.slippageBps });

const windowOf = (plan: ResearchPlan) => ({
  source: plan.source,
  from: plan.from,
  to: plan.to,
  asOf: plan.asOf,
});

const newsInput = (plan: ResearchPlan) => ({ ...windowOf(plan), feeds: plan.feeds });

const datasetInput = (plan: ResearchPlan, sentimentModel: string) => ({
  ...windowOf(plan),
  streams: plan.streams,
  sentimentModel,
  lookBack: plan.lookBack,
  horizonBars: plan.horizonBars,
});

const trainingInput = (plan: ResearchPlan, dataset: string) => ({
  name: `${plan.trainer}-${plan.timeframe}-h${plan.horizonBars}`,
  dataset,
  trainer: plan.trainer,
  maxEpochs: plan.maxEpochs,
  seed: plan.seed,
});

const predictionInput = (plan: ResearchPlan, stream: string, name: string) => ({
  ...windowOf(plan),
  stream,
  name,
  horizonBars: plan.horizonBars,
});

/** Rule strategies over the whole window; the model's signal, served or not, over its held-out part. */
const backtestInputs = (
  plan: ResearchPlan,
  evaluations: { stream: string; id: string; from: number; to: number }[],
  run: string,
) =>
  plan.streams.flatMap((stream) => {
    const shared = { ...windowOf(plan), ...costsOf(plan), stream, run };
    const heldOut = evaluations.filter((each) => each.stream === stream);
    return [
      { ...shared, strategy: 'buy-and-hold' },
      { ...shared, strategy: 'sma-cross' },
      ...heldOut.map((each) => ({
        ...shared,
        from: each.from,
        to: each.to,
        strategy: 'model-signal',
        evaluation: each.id,
      })),
    ];
  });
