import type { Ports } from '../../adapters/ports.js';
import type { Costs } from '../../domain/backtest/spec.js';
import { horizonsOf } from '../../domain/dataset/samples.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { evaluateForecast, type Evaluation } from '../../domain/evaluation.js';
import { joinRows } from '../../domain/evaluation/evaluated.js';
import { figuresOfRows } from '../../domain/evaluation/figures.js';
import { foldFigures, poolAudits } from '../../domain/evaluation/pooling.js';
import { planFolds, type Fold, type WalkForwardPlan } from '../../domain/evaluation/walk-forward.js';
import { describeWarmUp, INDEX_FEATURE_VERSION } from '../../domain/features.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { parseStream, streamId } from '../../domain/streams.js';
import type { Trainer } from '../../domain/training/trainers.js';
import { beat } from '../beat.js';
import { findDataset, stepOf, type DatasetInput } from '../dataset.js';
import { COVERAGE } from '../evaluation.js';
import { findModel } from '../models.js';
import type { TrainingInput } from '../training.js';
import { readSource, readTime, type WindowInput } from '../window.js';
import { concludeEvaluation } from './auditing.js';
import { keepEvaluation, readForecasts, readRows } from './keeping.js';
import { summaryOf, type EvaluationSummary } from './summary.js';
import { tradeForecasts } from './trading.js';

export interface WalkForwardInput extends WindowInput {
  streams: string[];
  /** Of all folds' models; left out: `<trainer>-<timeframe>-h<horizon>-walk`. */
  name?: string;
  trainer?: Trainer;
  params?: TrainingInput['params'];
  training?: TrainingInput['training'];
  lookBack?: number;
  horizonBars?: number;
  horizons?: number[];
  /** With the sentiment index among the features. */
  sentimentIndex?: boolean;
  scheme?: WalkForwardPlan['scheme'];
  folds?: number;
  testBars?: number;
  validationBars?: number;
  embargoBars?: number;
  feeBps?: number;
  slippageBps?: number;
  /** Why an accuracy of more than 60 % is no leak. */
  explanation?: string;
}

export interface WalkForwardWork {
  plan: WalkForwardPlan;
  folds: Fold[];
  /** Of all folds, without what each has of its own. */
  dataset: Omit<DatasetInput, 'from' | 'to' | 'cut'>;
  training: Omit<TrainingInput, 'dataset'>;
  costs: Costs;
  explanation: string | null;
}

/** What one fold made: its model, data and evaluations. */
export interface FoldWork {
  fold: number;
  model: string;
  dataset: string;
  evaluations: { id: string; stream: string }[];
}

const LOOK_BACK = 96;
const FOLDS = 6;

export const walkForwardSteps = (ports: Ports) => ({
  /** Fills in what is left out and cuts the stored window into folds. @throws InvalidInputError, NotFoundError */
  async planWalkForward(input: WalkForwardInput): Promise<WalkForwardWork> {
    const { streams } = input;
    if (streams.length === 0)
      throw new InvalidInputError('A walk-forward evaluation needs at least one stream');
    const step = stepOf(streams);
    const window = await storedWindow(ports, input);
    const horizonBars = input.horizonBars ?? 1;
    const lookBack = input.lookBack ?? LOOK_BACK;
    const horizons = horizonsOf({ horizonBars, ...(input.horizons && { horizons: input.horizons }) });
    const purgeBars = Math.max(...horizons);
    const bars = Math.floor((window.to - window.from) / step);
    const folds = input.folds ?? FOLDS;
    // Half of the window is what the first fold learns from.
    const testBars = input.testBars ?? Math.max(1, Math.floor(bars / (2 * folds)));
    const plan: WalkForwardPlan = {
      scheme: input.scheme ?? 'expanding',
      folds,
      testBars,
      validationBars: input.validationBars ?? testBars,
      purgeBars,
      embargoBars: input.embargoBars ?? Math.max(purgeBars, Math.round(86_400_000 / step), 1),
    };
    const trainer = input.trainer ?? ports.trainer().trainer;
    const { timeframe } = parseStream(streams[0] ?? '');
    const { ref } = await ports.sentiment.choose();
    return {
      plan,
      folds: planFolds({ ...plan, ...window, timeframeMs: step, warmUpBars: describeWarmUp() + lookBack }),
      dataset: {
        ...{ source: window.source, streams, asOf: window.asOf, lookBack, horizonBars },
        sentimentModel: `${ref.name}@${ref.version}`,
        ...(input.horizons && { horizons: input.horizons }),
        ...(input.sentimentIndex && { featureVersion: INDEX_FEATURE_VERSION }),
      },
      training: {
        name: input.name ?? `${trainer}-${timeframe}-h${horizonBars}-walk`,
        trainer,
        ...(input.params && { params: input.params }),
        ...(input.training && { training: input.training }),
      },
      costs: { feeBps: input.feeBps ?? 10, slippageBps: input.slippageBps ?? 2 },
      explanation: input.explanation ?? null,
    };
  },
});

/** What all streams have stored of one source, cut to what was asked for. */
async function storedWindow(
  ports: Ports,
  input: WalkForwardInput,
): Promise<{ source: Source; from: number; to: number; asOf: number }> {
  const wanted = input.source === undefined ? null : readSource(input.source);
  const asOf = input.asOf ?? ports.now();
  let source = wanted;
  const from = input.from === undefined ? [] : [readTime('from', input.from)];
  const to = input.to === undefined ? [] : [readTime('to', input.to)];
  for (const id of input.streams) {
    const parsed = parseStream(id);
    const known = (await ports.series.streams(parsed)).filter(
      (each) => streamId(each.stream) === id && (!source || sourceKey(each.source) === sourceKey(source)),
    );
    known.sort((a, b) => b.range.to - a.range.to);
    const [stored] = known;
    if (!stored)
      throw new NotFoundError(
        `No stored bars of ${id}${source ? ` (${source.kind})` : ''}; collect them first: finsight bars collect ${id}`,
      );
    source ??= stored.source;
    from.push(stored.range.from);
    to.push(stored.range.to);
  }
  if (!source) throw new NotFoundError('No stream is stored');
  return { source, from: Math.max(...from), to: Math.min(...to), asOf };
}

export const poolingSteps = (ports: Ports) => ({
  /** All folds of one stream as one evaluation, computed from their rows together. */
  async poolFolds(args: {
    work: Omit<WalkForwardWork, 'folds'>;
    stream: string;
    folds: FoldWork[];
  }): Promise<EvaluationSummary> {
    const { work, stream, folds } = args;
    const parts: { fold: number; evaluation: Evaluation }[] = [];
    for (const { fold, evaluations } of folds) {
      const id = evaluations.find((each) => each.stream === stream)?.id ?? '';
      const evaluation = await ports.documents.get<Evaluation>('evaluations', id);
      if (!evaluation)
        throw new NotFoundError(`The evaluation of fold ${fold} on ${stream} is gone: "${id}"`);
      parts.push({ fold, evaluation });
      beat();
    }
    const evaluation = await pooled(ports, { work, stream, parts });
    const model = await findModel(ports, evaluation.model);
    if (evaluation.leakAudit)
      await concludeEvaluation(ports, {
        model,
        stream,
        evaluation: evaluation.id,
        audit: evaluation.leakAudit,
      });
    return summaryOf(evaluation);
  },
});

async function pooled(
  ports: Ports,
  {
    work,
    stream,
    parts,
  }: {
    work: Omit<WalkForwardWork, 'folds'>;
    stream: string;
    parts: { fold: number; evaluation: Evaluation }[];
  },
): Promise<Evaluation> {
  const last = parts.at(-1)?.evaluation as Evaluation;
  const tables = [];
  for (const { evaluation } of parts) tables.push(await readRows(ports, evaluation));
  const rows = joinRows(tables);
  const { horizonBars, source, asOf } = work.dataset;
  const timeframeMs = stepOf([stream]);
  const { costs, plan } = work;
  const explanation = work.explanation ? { explanation: work.explanation } : {};
  const traded = await tradeForecasts(ports, { stream, source, asOf, rows, horizonBars, costs });
  const dataset = await findDataset(ports, last.dataset);
  return keepEvaluation(ports, {
    made: {
      // All baselines stand in the rows, each as its fold knew it: these two shares are not looked at.
      ...evaluateForecast({
        ...rows,
        ...{ trainUpShare: 0.5, trainDrift: 0, horizonBars, timeframeMs, model: last.model, stream, costs },
      }),
      ...figuresOfRows({
        ...{ rows, horizonBars, timeframeMs, coverage: COVERAGE },
        levels: last.distribution?.levels ?? [],
        quantilesFrom: last.distribution?.from ?? 'validation residuals',
      }),
      conformal: { ...last.conformal, measuredCoverage: meanCoverage(parts.map((each) => each.evaluation)) },
      ...(traded ? { traded } : {}),
      leakAudit: poolAudits({
        audits: parts.flatMap(({ fold, evaluation: { leakAudit: audit } }) =>
          audit ? [{ fold, audit }] : [],
        ),
        ...{ rows, horizonBars, timeframeMs, ...explanation },
      }),
      folds: parts.map(({ fold, evaluation }) => foldFigures(fold, evaluation)),
      walkForward: plan,
      seeds: [...new Set(parts.flatMap(({ evaluation }) => evaluation.seeds ?? []))],
      dataset: last.dataset,
      source,
    },
    rows,
    knots: (await readForecasts(ports, last)).residualQuantiles,
    datasetSha256: dataset.sha256,
  });
}

/** Of the fixed intervals, each fold's with the scale of its own validation part. */
function meanCoverage(evaluations: Evaluation[]): number {
  let [sum, n] = [0, 0];
  for (const { conformal, interval } of evaluations) {
    sum += conformal.measuredCoverage * (interval?.n ?? 0);
    n += interval?.n ?? 0;
  }
  return sum / n;
}
