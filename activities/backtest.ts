import type { Ports } from '../adapters/ports.js';
import { backtest } from '../domain/backtest/engine.js';
import { conventionsOf } from '../domain/backtest/conventions.js';
import type { BacktestOutcome, BacktestResult, BacktestSpec } from '../domain/backtest/spec.js';
import type { BarColumns, BarsKey } from '../domain/bars.js';
import { digestOf } from '../domain/digest.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import type { SentimentPoint } from '../domain/features.js';
import type { BacktestReport } from '../domain/research.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { resolveParams, resolveStrategy, STRATEGIES } from '../domain/strategies/index.js';
import { baseOf, parseStream, timeframeMs } from '../domain/streams.js';
import type { ForecastsFile } from './evaluation.js';
import { putTearSheet } from './backtest/tear-sheet.js';
import { judgeRun } from './trials.js';
import { readSource, readTime, type WindowInput } from './window.js';

export interface BacktestInput extends WindowInput {
  stream: string;
  strategy: string;
  params?: Record<string, number>;
  feeBps?: number;
  slippageBps?: number;
  cash?: number;
  /** For `model-signal`: whose held-out forecasts are traded. */
  evaluation?: string;
  run?: string;
}

export const backtestSteps = (ports: Ports) => ({
  async runBacktest(input: BacktestInput): Promise<BacktestReport> {
    const strategy = resolveStrategy(input.strategy);
    const stored = await findStream(ports, input);
    const spec = specOf(input, stored, resolveParams(strategy, input.params ?? {}));
    const stream = parseStream(input.stream);
    const key = { stream, source: stored.source, range: { from: spec.from, to: spec.to }, asOf: spec.asOf };
    const bars = await ports.series.readColumns(key);
    const { sha256: barsSha256, rows } = await ports.series.digest(key);
    if (rows === 0)
      throw new NotFoundError(`No stored bars of ${input.stream} in the window; collect them first`);
    const forecasts = input.evaluation ? await readForecasts(ports, input.evaluation) : undefined;
    const sentiment = strategy.needs === 'sentiment' ? await readSentiment(ports, key) : undefined;
    const step = timeframeMs(stream.timeframe);
    const signal = strategy.signal({
      bars,
      params: spec.params,
      timeframeMs: step,
      ...(forecasts ? { forecasts } : {}),
      ...(sentiment ? { sentiment } : {}),
    });
    const outcome = backtest({ bars, signal, spec });
    const holding = STRATEGIES['buy-and-hold'];
    const benchmark = backtest({
      bars,
      signal: holding ? holding.signal({ bars, params: {}, timeframeMs: step }) : signal,
      spec,
    });
    const analysis = await judgeRun(ports, {
      spec,
      source: stored.source,
      ...(input.evaluation ? { code: input.evaluation } : {}),
      time: bars.time,
      outcome,
      benchmarkEquity: benchmark.equity,
    });
    const digest = digestOf({ spec, barsSha256, metrics: outcome.metrics, trades: outcome.trades });
    const id = `bt_${digestOf({ spec, barsSha256, evaluation: input.evaluation ?? null }).slice(0, 24)}`;
    const detail = await putDetail(ports, id, bars, outcome);
    const result: BacktestResult = {
      id,
      spec,
      stream: input.stream,
      strategy: input.strategy,
      engine: 'vectorised',
      metrics: outcome.metrics,
      benchmark: benchmark.metrics,
      trials: analysis.trials,
      analysis,
      detail,
      digest,
      barsSha256,
      evaluation: input.evaluation ?? null,
      conventions: conventionsOf(spec),
      run: input.run ?? null,
      createdAt: ports.now(),
      source: stored.source,
    };
    await putTearSheet(ports, result, { bars, outcome, benchmarkEquity: benchmark.equity, analysis });
    await ports.documents.insert('backtests', [result]);
    return reportOf(result);
  },
});

async function findStream(
  ports: Ports,
  input: BacktestInput,
): Promise<{ source: Source; from: number; to: number }> {
  const wanted = input.source ? readSource(input.source) : null;
  const found = (await ports.series.streams(parseStream(input.stream))).filter(
    ({ stream, source }) =>
      `${stream.exchange}/${stream.symbol}/${stream.timeframe}` === input.stream &&
      (!wanted || sourceKey(source) === sourceKey(wanted)),
  );
  found.sort((a, b) => b.range.to - a.range.to);
  const newest = found[0];
  if (!newest) throw new NotFoundError(`No stored bars of ${input.stream}; collect them first`);
  return { source: wanted ?? newest.source, from: newest.range.from, to: newest.range.to };
}

function specOf(
  input: BacktestInput,
  stored: { from: number; to: number },
  params: Record<string, number>,
): BacktestSpec {
  const from = input.from === undefined ? stored.from : readTime('from', input.from);
  const to = input.to === undefined ? stored.to : readTime('to', input.to);
  if (from >= to)
    throw new InvalidInputError(`The window is empty: from ${from} is not before to ${to} (epoch ms)`);
  return {
    stream: input.stream,
    strategy: input.strategy,
    params,
    from,
    to,
    asOf: input.asOf ?? Math.max(to, stored.to) + timeframeMs(parseStream(input.stream).timeframe),
    costs: { feeBps: input.feeBps ?? 10, slippageBps: input.slippageBps ?? 2 },
    cash: input.cash ?? 100_000,
    size: { kind: 'equity', fraction: 1 },
    closeAtEnd: false,
    periodsPerYear: 365,
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

/** Scores of the shipped model about the base asset, each from when it was known. */
async function readSentiment(
  ports: Ports,
  { stream, source, range, asOf }: BarsKey,
): Promise<SentimentPoint[]> {
  const { ref } = await ports.shippedSentiment();
  const model = `${ref.name}@${ref.version}`;
  const request = { model, asset: baseOf(stream.symbol), source, from: range.from, asOf };
  const { points } = await ports.sentimentPoints(request);
  if (points.length > 0) return points;
  throw new NotFoundError(
    `No scored news about ${request.asset}; collect news and run enrichSentiment first`,
  );
}

/** The same run again is the same bytes: what depends on other runs stands in the record. */
async function putDetail(ports: Ports, id: string, bars: BarColumns, { equity, trades }: BacktestOutcome) {
  const body = { time: Array.from(bars.time), equity: Array.from(equity), trades };
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const { key, sha256 } = await ports.objects.put(`backtests/${id}.json`, bytes);
  return { key, sha256 };
}

/** The part of a result that reports and runs show. */
export function reportOf(result: BacktestResult): BacktestReport {
  const { totalReturn, sharpe, maxDrawdown } = result.benchmark;
  return {
    id: result.id,
    strategy: result.strategy,
    stream: result.stream,
    from: result.spec.from,
    to: result.spec.to,
    metrics: result.metrics,
    benchmark: { totalReturn, sharpe, maxDrawdown },
    costs: result.spec.costs,
    digest: result.digest,
  };
}
