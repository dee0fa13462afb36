import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { ReportInput } from '../activities/report.js';
import { labelsOf, modelLabels } from '../domain/labels.js';
import type {
  EvaluationRef,
  ReportRef,
  ResearchInput,
  ResearchPlan,
  TrainingReport,
} from '../domain/research.js';
import { runBacktest } from './backtest.js';
import { collectBars } from './bars.js';
import { runChild } from './children.js';
import { deployModel } from './deployment.js';
import { evaluateModel } from './evaluation.js';
import { mapBounded } from './fan-out.js';
import { collectNews } from './news.js';
import { predict } from './prediction.js';
import { causeOf, trackProgress, type Progress } from './progress.js';
import { enrichSentiment } from './sentiment.js';
import { cpu, io } from './steps.js';
import { buildDataset, trainModel } from './training.js';

const STEPS = ['plan', 'bars', 'news', 'sentiment', 'dataset', 'training', 'evaluation', 'deployment'].concat(
  ['predictions', 'backtests', 'report'],
);

/** The main job: from bars and news to a tested, explained forecast. */
export async function research(input: ResearchInput): Promise<ReportRef> {
  const progress = trackProgress(STEPS, input);
  const { workflowId, firstExecutionRunId, startTime } = workflowInfo();
  const runId = `run_${firstExecutionRunId.replaceAll('-', '')}`;
  try {
    const plan = await progress.run('plan', () => io.planResearch({ input, runId, workflowId }), planText);
    progress.label(labelsOf({ streams: plan.streams, source: plan.source }));
    const collected = await collect(plan, progress);
    const learned = await learn({ plan, runId, sentimentModel: collected.sentiment.model, progress });
    const tested = await test({ plan, runId, ...learned, progress });
    const { training, evaluations, deployment } = learned;
    const report: ReportInput = {
      ...{ runId, workflowId, startedAt: startTime.getTime(), plan, ...collected, ...tested },
      ...{ training: [training], deployment: [deployment], evaluations: evaluations.map(({ id }) => id) },
    };
    return await progress.run('report', () => cpu.writeReport(report));
  } catch (error) {
    const status = isCancellation(error) ? 'cancelled' : 'failed';
    // The record is closed even where the story itself was cancelled.
    await CancellationScope.nonCancellable(() => cpu.failRun({ runId, status, error: causeOf(error) }));
    throw error;
  }
}

/** Bars and news side by side, then the scores of what is new. */
async function collect(plan: ResearchPlan, progress: Progress) {
  const [bars, news] = await Promise.all([
    progress.run(
      'bars',
      () => collectAllBars(plan, progress),
      (all) => `${all.reduce((n, b) => n + b.stored, 0)} new`,
    ),
    progress.run(
      'news',
      () => runChild(collectNews, 'collectNews', newsInput(plan)),
      (n) => `${n.stored} new`,
    ),
  ]);
  const sentiment = await progress.run(
    'sentiment',
    () => runChild(enrichSentiment, 'enrichSentiment', windowOf(plan)),
    (scores) => `${scores.scored} scored`,
  );
  return { bars, news, sentiment };
}

function collectAllBars(plan: ResearchPlan, progress: Progress) {
  let done = 0;
  return mapBounded(plan.streams, async (stream) => {
    const report = await runChild(collectBars, 'collectBars', { ...windowOf(plan), stream });
    progress.note('bars', `${++done} of ${plan.streams.length} streams`);
    return report;
  });
}

/** A model from the data, measured on what it has not seen, and the decision whether it is served. */
async function learn(args: {
  plan: ResearchPlan;
  runId: string;
  sentimentModel: string;
  progress: Progress;
}) {
  const { plan, progress, runId, sentimentModel } = args;
  const dataset = await progress.run(
    'dataset',
    () => runChild(buildDataset, 'buildDataset', datasetInput(plan, sentimentModel)),
    ({ id, rows }) => `${id}, ${rows} rows`,
  );
  const training = await progress.run(
    'training',
    () => runChild(trainModel, 'trainModel', trainingInput(plan, dataset.id)),
    ({ model: name, version, reused }) => `${name}@${version}${reused ? ', trained before' : ''}`,
  );
  const model = `${training.model}@${training.version}`;
  progress.label(modelLabels(model));
  const input = { model, dataset: dataset.id, streams: plan.streams, costs: costsOf(plan) };
  const evaluations = await progress.run('evaluation', () => runChild(evaluateModel, 'evaluateModel', input));
  const evidence = { model, evaluations: evaluations.map((each) => each.id), run: runId };
  const deployment = await progress.run(
    'deployment',
    () => runChild(deployModel, 'deployModel', evidence),
    ({ decision }) => decision,
  );
  return { training, evaluations, deployment };
}

/** What the served model, or the best baseline, says now, and what trading would have come to: their ids. */
async function test(args: {
  plan: ResearchPlan;
  runId: string;
  training: TrainingReport;
  evaluations: EvaluationRef[];
  progress: Progress;
}) {
  const { plan, runId, training, evaluations, progress } = args;
  const predictions = await progress.run('predictions', () =>
    mapBounded(plan.streams, async (stream) => {
      const { id } = await runChild(predict, 'predict', predictionInput(plan, stream, training.model));
      return id;
    }),
  );
  const inputs = backtestInputs(plan, evaluations, runId);
  const backtests = await progress.run('backtests', () =>
    mapBounded(inputs, async (input) => (await runChild(runBacktest, 'runBacktest', input)).id),
  );
  return { predictions, backtests };
}

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
const backtestInputs = (plan: ResearchPlan, evaluations: EvaluationRef[], run: string) =>
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
