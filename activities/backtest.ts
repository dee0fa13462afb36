import type { Ports } from '../adapters/ports.js';
import { conventionsOf } from '../domain/backtest/conventions.js';
import type { BacktestOutcome, BacktestResult, BacktestSpec } from '../domain/backtest/spec.js';
import type { BarColumns, BarsKey } from '../domain/bars.js';
import { digestOf } from '../domain/digest.js';
import { NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import type { SentimentPoint } from '../domain/features.js';
import type { BacktestReport } from '../domain/research.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { resolveParams, resolveStrategy } from '../domain/strategies/index.js';
import type { SignalInput, Strategy } from '../domain/strategies/strategy.js';
import { baseOf, parseStream, timeframeMs } from '../domain/streams.js';
import type { ForecastsFile } from './evaluation.js';
import { readFunding } from './backtest/funding.js';
import { simulate } from './backtest/simulation.js';
import { specOf, type BacktestInput } from './backtest/spec.js';
import { putTearSheet } from './backtest/tear-sheet.js';
import { prefixed, track } from './tracking.js';
import { judgeRun } from './trials.js';
import { readSource } from './window.js';

export type { BacktestInput };

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
    const { used: funding, unpaid } = await readFunding(ports, key, input.funding);
    if (funding) spec.funding = 'stored';
    const given = await signalInput(ports, { input, strategy, key, bars, spec });
    const { outcome, benchmark } = simulate({
      bars,
      ...(strategy.rule ? { rule: strategy.rule(spec.params) } : { signal: strategy.signal(given) }),
      spec,
      ...(funding && { funding: funding.columns }),
    });
    const analysis = await judgeRun(ports, {
      spec,
      source: stored.source,
      ...(input.evaluation ? { code: input.evaluation } : {}),
      time: bars.time,
      outcome,
      benchmarkEquity: benchmark.equity,
    });
    const made = { spec, barsSha256, ...(funding && { fundingSha256: funding.sha256 }) };
    const digest = digestOf({ ...made, metrics: outcome.metrics, trades: outcome.trades });
    const id = `bt_${digestOf({ ...made, evaluation: input.evaluation ?? null }).slice(0, 24)}`;
    const aside = funding?.note ?? unpaid;
    const notes = [...outcome.notes, ...(aside === null ? [] : [aside])];
    const result: BacktestResult = {
      id,
      ...made,
      stream: input.stream,
      strategy: input.strategy,
      engine: spec.engine ?? 'vectorised',
      metrics: outcome.metrics,
      benchmark: benchmark.metrics,
      trials: analysis.trials,
      analysis,
      detail: await putDetail(ports, id, { time: bars.time, ...outcome }),
      digest,
      evaluation: input.evaluation ?? null,
      conventions: conventionsOf(spec),
      ...(notes.length > 0 ? { notes } : {}),
      run: input.run ?? null,
      createdAt: ports.now(),
      source: stored.source,
    };
    await putTearSheet(ports, result, { bars, outcome, benchmarkEquity: benchmark.equity, analysis });
    await keepResult(ports, result);
    return reportOf(result);
  },
});

export async function findStream(
  ports: Ports,
  input: Pick<BacktestInput, 'stream' | 'source'>,
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

/** What the strategy decides by: the bars, and what it needs besides them. */
async function signalInput(
  ports: Ports,
  args: {
    input: BacktestInput;
    strategy: Strategy;
    key: BarsKey;
    bars: BarColumns;
    spec: BacktestSpec;
  },
): Promise<SignalInput> {
  const { input, strategy, key, bars, spec } = args;
  const forecasts = input.evaluation ? await readForecasts(ports, input.evaluation) : undefined;
  const sentiment = strategy.needs === 'sentiment' ? await readSentiment(ports, key) : undefined;
  return {
    bars,
    params: spec.params,
    timeframeMs: timeframeMs(key.stream.timeframe),
    ...(forecasts ? { forecasts } : {}),
    ...(sentiment ? { sentiment } : {}),
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
  const { ref } = await ports.sentiment.choose();
  const model = `${ref.name}@${ref.version}`;
  const request = { model, asset: baseOf(stream.symbol), source, from: range.from, asOf };
  const { points } = await ports.sentimentPoints(request);
  if (points.length > 0) return points;
  throw new NotFoundError(
    `No scored news about ${request.asset}; collect news and run enrichSentiment first`,
  );
}

/** The same run again is the same bytes: what depends on other runs stands in the record. */
export async function putDetail(
  ports: Ports,
  id: string,
  { time, equity, trades }: { time: Float64Array } & Pick<BacktestOutcome, 'equity' | 'trades'>,
) {
  const body = { time: Array.from(time), equity: Array.from(equity), trades };
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const { key, sha256 } = await ports.objects.put(`backtests/${id}.json`, bytes);
  return { key, sha256 };
}

/** Stores a result, and logs it as an experiment. */
export async function keepResult(ports: Ports, result: BacktestResult): Promise<void> {
  await ports.documents.insert('backtests', [result]);
  const { id, spec, stream, strategy, engine, digest, barsSha256, run, source, metrics, analysis } = result;
  const { params, from, to, costs, cash, size, portfolio } = spec;
  await track(ports, {
    ...{ id, experiment: 'backtests', name: `${strategy} on ${stream}` },
    params: { stream, strategy, ...prefixed('param', params), from, to, costs, cash, size, portfolio },
    tags: { digest, barsSha256, engine, run, source: source.kind },
    metrics: {
      ...metrics,
      trials: result.trials,
      ...(analysis && { deflatedSharpe: analysis.deflatedSharpe }),
    },
  });
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
    ...(result.notes ? { notes: result.notes } : {}),
    digest: result.digest,
  };
}
