import type { Ports } from '../../adapters/ports.js';
import type { BacktestSpec } from '../../domain/backtest/spec.js';
import type { BarColumns, BarsKey } from '../../domain/bars.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import type { Evaluation } from '../../domain/evaluation.js';
import type { SentimentPoint } from '../../domain/features.js';
import type { SignalInput } from '../../domain/strategies/strategy.js';
import { baseOf, timeframeMs } from '../../domain/streams.js';
import type { ForecastsFile } from '../evaluation.js';
import type { OpenStrategy } from './strategies.js';

export interface Deciding {
  /** Whose held-out forecasts are traded. */
  evaluation?: string;
  strategy: OpenStrategy;
  key: BarsKey;
  bars: BarColumns;
  spec: BacktestSpec;
}

/** What the strategy decides by: the bars, and what it needs besides them. */
export async function signalInput(ports: Ports, deciding: Deciding): Promise<SignalInput> {
  const { evaluation, strategy, key, bars, spec } = deciding;
  if (evaluation !== undefined && strategy.code !== undefined)
    throw new InvalidInputError(
      `${spec.strategy} is given no forecasts; evaluation ${evaluation} goes with the strategy model-signal`,
    );
  const forecasts = evaluation === undefined ? undefined : await readForecasts(ports, evaluation);
  const sentiment = await sentimentFor(ports, strategy, key);
  return {
    bars,
    params: spec.params,
    timeframeMs: timeframeMs(key.stream.timeframe),
    ...(forecasts ? { forecasts } : {}),
    ...(sentiment.length > 0 ? { sentiment } : {}),
  };
}

async function readForecasts(
  ports: Ports,
  id: string,
): Promise<{ time: Float64Array; direction: Float64Array }> {
  const evaluation = await ports.documents.get<Evaluation>('evaluations', id);
  if (!evaluation) throw new NotFoundError(`No evaluation "${id}"`);
  const bytes = await ports.objects.get(evaluation.forecasts.key, evaluation.forecasts.sha256);
  const file = JSON.parse(new TextDecoder().decode(bytes)) as ForecastsFile;
  const direction = file.forecast.map((forecast, i) => Math.sign(forecast - (file.lastClose[i] ?? NaN)));
  return { time: Float64Array.from(file.time), direction: Float64Array.from(direction) };
}

/** Scores of the shipped model about the base asset, each from when it was known; a user's own strategy may do without. */
async function sentimentFor(
  ports: Ports,
  { needs, code, backtest }: OpenStrategy,
  { stream, source, range, asOf }: BarsKey,
): Promise<SentimentPoint[]> {
  const isWanted = needs === 'sentiment' || (code !== undefined && !backtest);
  if (!isWanted) return [];
  const { ref } = await ports.sentiment.choose();
  const model = `${ref.name}@${ref.version}`;
  const request = { model, asset: baseOf(stream.symbol), source, from: range.from, asOf };
  const { points } = await ports.sentimentPoints(request);
  if (points.length > 0 || needs !== 'sentiment') return points;
  throw new NotFoundError(
    `No scored news about ${request.asset}; collect news and run enrichSentiment first`,
  );
}
