import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ResearchInput, ResearchPlan, ResearchReport } from '../domain/research.js';
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
  const dataset = await progress.run('dataset', () =>
    child(buildDataset, 'buildDataset', datasetInput(plan, sentiment.model)),
  );
  const training = await progress.run('training', () =>
    child(trainModel, 'trainModel', trainingInput(plan, dataset.id)),
  );
  const model = `${training.model}@${training.version}`;
  const evaluations = await progress.run('evaluation', () =>
    child(evaluateModel, 'evaluateModel', {
      model,
      dataset: dataset.id,
      streams: plan.streams,
      costs: costsOf(plan),
    }),
  );
  const deployment = await progress.run('deployment', () =>
    child(deployModel, 'deployModel', { model, evaluations: evaluations.map((each) => each.id), run: runId }),
  );
  const predictions = await progress.run('predictions', () =>
    Promise.all(
      plan.streams.map((stream) => child(predict, 'predict', predictionInput(plan, stream, training.model))),
    ),
  );
  const backtests = await progress.run('backtests', () =>
    Promise.all(
      backtestInputs(plan, evaluations, runId).map((each) => child(runBacktest, 'runBacktest', each)),
    ),
  );
  return progress.run('report', () =>
    cpu.writeReport({
      runId,
      workflowId,
      startedAt: startTime.getTime(),
      plan,
      bars,
      news,
      sentiment,
      training: [training],
      evaluations: evaluations.map((each) => each.id),
      deployment: [deployment],
      predictions,
      backtests,
    }),
  );
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
