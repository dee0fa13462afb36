import { FEATURE_VERSION } from '../../domain/features.js';
import {
  makePrediction,
  type Prediction,
  type PredictionRoute,
  type Refusal,
} from '../../domain/prediction.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import type { Answer } from './answers.js';
import type { Asked } from './asked.js';
import type { Snapshot } from './snapshots.js';

/** Puts an answer into prices, with the digests of what it was made from. */
export function predictionOf(
  asked: Asked,
  made: {
    snapshot: Snapshot;
    answer: Answer;
    chain: Refusal[];
    createdAt: number;
    route?: PredictionRoute;
  },
): Prediction {
  const { answer, chain, createdAt } = made;
  const { matrix, barsSha256, scoresSha256 } = made.snapshot;
  const last = matrix.time.length - 1;
  return makePrediction({
    stream: asked.stream,
    model: answer.model,
    reason: answer.reason,
    asOf: matrix.time[last] ?? NaN,
    horizonBars: answer.horizonBars,
    timeframeMs: timeframeMs(parseStream(asked.stream).timeframe),
    lastClose: matrix.close[last] ?? NaN,
    volatility: matrix.volatility[last] ?? NaN,
    scaled: answer.scaled,
    conformal: answer.uncertainty,
    residualQuantiles: answer.uncertainty.residuals,
    path: answer.path,
    chain,
    inputs: {
      // Of the unit; a model may read another version's, and says so.
      featureVersion: FEATURE_VERSION,
      ...answer.inputs,
      bars: barsSha256,
      scores: scoresSha256,
      sentimentModel: asked.sentimentModel,
      from: asked.from,
      ...(asked.minConfidence !== undefined && { minConfidence: asked.minConfidence }),
    },
    read: { from: asked.from, to: asked.to, asOf: asked.asOf },
    createdAt,
    ...(made.route && { route: made.route }),
    source: asked.source,
    ...(asked.minConfidence !== undefined && { minConfidence: asked.minConfidence }),
    ...(asked.trigger !== undefined && { trigger: asked.trigger }),
  });
}
