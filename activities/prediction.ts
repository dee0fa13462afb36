import type { Ports } from '../adapters/ports.js';
import { cutWindows } from '../domain/dataset.js';
import { NotFoundError } from '../domain/errors.js';
import { conformalScale, type Evaluation } from '../domain/evaluation.js';
import { FEATURE_VERSION, type FeatureMatrix } from '../domain/features.js';
import { bestBaseline, type ModelVersion } from '../domain/models.js';
import { baselineForecast, makePrediction, type Prediction } from '../domain/prediction.js';
import { madeEvent } from '../domain/prediction/events.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { parseStream, timeframeMs } from '../domain/streams.js';
import { findDataset, readMatrix } from './dataset.js';
import { COVERAGE, type ForecastsFile } from './evaluation.js';
import { championId, checkServable, findModel, type Alias } from './models.js';
import { inferTargets } from './parity.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export interface PredictionInput extends WindowInput {
  stream: string;
  /** Model name whose champion answers; left out: the forecaster of the timeframe and horizon. */
  name?: string;
  horizonBars?: number;
  /** What asks for it; left out: a request. */
  trigger?: string;
}

interface Request {
  source: Source;
  stream: string;
  from: number;
  to: number;
  asOf: number;
  horizonBars: number;
  sentimentModel: string;
  names: string[];
}

/** A forecast before it is put into prices: `scaled` in volatility·√horizon units. */
interface Answer {
  model: string;
  reason: string;
  scaled: number;
  conformal: { scale: number; coverage: number };
  residualQuantiles: number[];
  inputs: Record<string, string | number>;
}

export const predictionSteps = (ports: Ports) => ({
  async predictStream(input: PredictionInput): Promise<Prediction> {
    const request = await readRequest(ports, input);
    const read = await readMatrix(ports, request);
    const { matrix } = read.streamMatrix;
    const last = matrix.time.length - 1;
    if (last < 0)
      throw new NotFoundError(
        `No stored bars of ${request.stream} (${request.source.kind}); collect them first`,
      );
    const champion = await findChampion(ports, request);
    const answer = champion
      ? await byModel(ports, champion, matrix)
      : await byBaseline(ports, request, matrix);
    const prediction = makePrediction({
      stream: request.stream,
      model: answer.model,
      reason: answer.reason,
      asOf: matrix.time[last] ?? NaN,
      horizonBars: request.horizonBars,
      timeframeMs: timeframeMs(parseStream(request.stream).timeframe),
      lastClose: matrix.close[last] ?? NaN,
      volatility: matrix.volatility[last] ?? NaN,
      scaled: answer.scaled,
      conformal: answer.conformal,
      residualQuantiles: answer.residualQuantiles,
      inputs: {
        ...answer.inputs,
        bars: read.barsSha256,
        scores: read.scoresSha256,
        sentimentModel: request.sentimentModel,
        featureVersion: FEATURE_VERSION,
        from: request.from,
      },
      read: { from: request.from, to: request.to, asOf: request.asOf },
      createdAt: ports.now(),
      source: request.source,
      ...(input.trigger === undefined ? {} : { trigger: input.trigger }),
    });
    await ports.documents.insert<Prediction>('predictions', [prediction], madeEvent);
    return (await ports.documents.get<Prediction>('predictions', prediction.id)) ?? prediction;
  },
});

async function readRequest(ports: Ports, input: PredictionInput): Promise<Request> {
  const source = input.source ? readSource(input.source) : await storedSource(ports, input.stream);
  const { timeframe } = parseStream(input.stream);
  const horizonBars = input.horizonBars ?? 1;
  const asOf = input.asOf ?? ports.now();
  const to = input.to === undefined ? asOf : readTime('to', input.to);
  const known = await ports.series.streams(parseStream(input.stream));
  const stored = known.find(
    (each) => idOf(each.stream) === input.stream && sourceKey(each.source) === sourceKey(source),
  );
  const end = stored ? Math.min(to, stored.range.to) : to;
  const from = input.from === undefined ? twoYearsBefore(end) : readTime('from', input.from);
  const { ref } = await ports.sentiment.choose();
  const names = input.name
    ? [input.name]
    : [`patchtst-${timeframe}-h${horizonBars}`, `ridge-${timeframe}-h${horizonBars}`];
  return {
    source,
    stream: input.stream,
    from,
    to,
    asOf,
    horizonBars,
    sentimentModel: `${ref.name}@${ref.version}`,
    names,
  };
}

const idOf = (stream: { exchange: string; symbol: string; timeframe: string }): string =>
  `${stream.exchange}/${stream.symbol}/${stream.timeframe}`;

/** Where nobody names a source, the one whose bars of this stream are newest. */
async function storedSource(ports: Ports, id: string): Promise<Source> {
  const found = (await ports.series.streams(parseStream(id))).filter(({ stream }) => idOf(stream) === id);
  found.sort((a, b) => b.range.to - a.range.to);
  if (found[0]) return found[0].source;
  throw new NotFoundError(`No stored bars of ${id}; collect them first: finsight bars collect ${id}`);
}

interface Champion {
  model: ModelVersion;
  /** Its evidence on the stream that is asked for. */
  evaluation: Evaluation;
}

/** The first champion that was evaluated on this very stream; one without that evidence does not answer. */
async function findChampion(
  ports: Ports,
  { names, source, stream }: Pick<Request, 'names' | 'source' | 'stream'>,
): Promise<Champion | null> {
  for (const name of names) {
    const alias = await ports.documents.get<Alias>('aliases', championId(name, source));
    if (!alias) continue;
    const evidence = await ports.documents.getMany<Evaluation>('evaluations', alias.evaluations);
    const evaluation = evidence.find((each) => each.stream === stream);
    if (evaluation) return { model: checkServable(await findModel(ports, alias.model)), evaluation };
  }
  return null;
}

async function byModel(
  ports: Ports,
  { model, evaluation }: Champion,
  matrix: FeatureMatrix,
): Promise<Answer> {
  const dataset = await findDataset(ports, model.dataset ?? '');
  const bytes = await ports.objects.get(evaluation.forecasts.key, evaluation.forecasts.sha256);
  const file = JSON.parse(new TextDecoder().decode(bytes)) as ForecastsFile;
  const { lookBack } = dataset.spec;
  const rows = Int32Array.of(matrix.time.length - 1);
  const windows = cutWindows({ matrix, rows, lookBack });
  const [scaled = NaN] = await inferTargets(ports, model, windows, [1, lookBack, matrix.columns.length]);
  return {
    model: `${model.name}@${model.version}`,
    reason: `champion of ${model.name}`,
    scaled,
    conformal: evaluation.conformal,
    residualQuantiles: file.residualQuantiles,
    inputs: { onnx: model.onnx.sha256, dataset: dataset.sha256, evaluation: evaluation.id },
  };
}

const HISTORY = 2000;

async function byBaseline(ports: Ports, request: Request, matrix: FeatureMatrix): Promise<Answer> {
  const found = await ports.documents.find<Evaluation>('evaluations', {
    where: { stream: request.stream, sourceKey: sourceKey(request.source) },
    order: 'newest',
    limit: 1,
  });
  const name = found.items.length > 0 ? bestBaseline(found.items).name : 'persistence';
  const scaledAt = (row: number): number =>
    baselineForecast(name, { matrix, row, horizonBars: request.horizonBars });
  const last = matrix.time.length - 1;
  const residuals = pastResiduals(matrix, request.horizonBars, scaledAt);
  const rejected =
    found.items.length > 0 ? `${found.items[0]?.model} was not promoted` : 'no model was evaluated yet';
  return {
    model: `baseline:${name}`,
    reason: `${rejected}: the best baseline answers`,
    scaled: scaledAt(last),
    conformal: { ...conformalScale({ residuals, coverage: COVERAGE }), coverage: COVERAGE },
    residualQuantiles: Array.from(residuals).sort((a, b) => a - b),
    inputs: { baseline: name },
  };
}

/** How wrong the baseline was on the latest rows whose outcome is known, in volatility units. */
function pastResiduals(
  matrix: FeatureMatrix,
  horizon: number,
  scaledAt: (row: number) => number,
): Float64Array {
  const out: number[] = [];
  const end = matrix.time.length - horizon;
  for (let row = Math.max(0, end - HISTORY); row < end; row++) {
    const unit = (matrix.volatility[row] ?? NaN) * Math.sqrt(horizon);
    const move = Math.log((matrix.close[row + horizon] ?? NaN) / (matrix.close[row] ?? NaN));
    const residual = move / unit - scaledAt(row);
    if (Number.isFinite(residual)) out.push(residual);
  }
  return Float64Array.from(out);
}
