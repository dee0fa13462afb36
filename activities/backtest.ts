import type { Ports } from '../adapters/ports.js';
import { conventionsOf } from '../domain/backtest/conventions.js';
import type { BacktestOutcome, BacktestResult, BacktestSpec } from '../domain/backtest/spec.js';
import type { BarColumns, BarsKey } from '../domain/bars.js';
import { digestOf } from '../domain/digest.js';
import { NotFoundError } from '../domain/errors.js';
import type { BacktestReport } from '../domain/research.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { resolveParams } from '../domain/strategies/index.js';
import { parseStream } from '../domain/streams.js';
import { readFunding, type FundingUsed } from './backtest/funding.js';
import { signalInput } from './backtest/signal-input.js';
import { holding, runEngine } from './backtest/simulation.js';
import { specOf, type BacktestInput } from './backtest/spec.js';
import { openStrategy, warmUpNote, type OpenStrategy } from './backtest/strategies.js';
import { putTearSheet } from './backtest/tear-sheet.js';
import { prefixed, track } from './tracking.js';
import { judgeRun } from './trials.js';
import { readSource } from './window.js';

export type { BacktestInput };

export const backtestSteps = (ports: Ports) => ({
  async runBacktest(input: BacktestInput): Promise<BacktestReport> {
    const strategy = await openStrategy(ports, input);
    try {
      return await runOpened(ports, input, strategy);
    } finally {
      await strategy.close();
    }
  },
});

async function runOpened(
  ports: Ports,
  input: BacktestInput,
  strategy: OpenStrategy,
): Promise<BacktestReport> {
  const read = await readRun(ports, input, strategy);
  const { spec, bars, source, barsSha256, funding } = read;
  const { outcome, benchmark } = await simulateRun(ports, { ...read, input, strategy });
  const analysis = await judgeRun(ports, {
    ...{ spec, source, time: bars.time, outcome, benchmarkEquity: benchmark.equity },
    ...(input.evaluation ? { code: input.evaluation } : {}),
  });
  const made = { spec, barsSha256, ...(funding && { fundingSha256: funding.sha256 }) };
  const id = `bt_${digestOf({ ...made, evaluation: input.evaluation ?? null }).slice(0, 24)}`;
  const aside = [funding?.note ?? read.unpaid, await warmUpNote(strategy, spec.params, bars.time.length)];
  const notes = [...outcome.notes, ...aside.filter((note) => note !== null)];
  const result: BacktestResult = {
    ...{ id, ...made, stream: input.stream, strategy: input.strategy },
    engine: spec.engine ?? 'vectorised',
    metrics: outcome.metrics,
    benchmark: benchmark.metrics,
    ...{ trials: analysis.trials, analysis },
    detail: await putDetail(ports, id, { time: bars.time, ...outcome }),
    digest: digestOf({ ...made, metrics: outcome.metrics, trades: outcome.trades }),
    evaluation: input.evaluation ?? null,
    conventions: conventionsOf(spec),
    ...(notes.length > 0 ? { notes } : {}),
    ...{ run: input.run ?? null, createdAt: ports.now(), source },
  };
  await putTearSheet(ports, result, { bars, outcome, benchmarkEquity: benchmark.equity, analysis });
  await keepResult(ports, result);
  return reportOf(result);
}

interface ReadRun {
  spec: BacktestSpec;
  source: Source;
  key: BarsKey;
  bars: BarColumns;
  barsSha256: string;
  funding: FundingUsed | null;
  /** A perpetual that pays no funding. */
  unpaid: string | null;
}

async function readRun(ports: Ports, input: BacktestInput, strategy: OpenStrategy): Promise<ReadRun> {
  const { source, ...stored } = await findStream(ports, input);
  const spec = specOf(input, stored, resolveParams(strategy, input.params ?? {}));
  const range = { from: spec.from, to: spec.to };
  const key = { stream: parseStream(input.stream), source, range, asOf: spec.asOf };
  const bars = await ports.series.readColumns(key);
  const { sha256: barsSha256, rows } = await ports.series.digest(key);
  if (rows === 0)
    throw new NotFoundError(`No stored bars of ${input.stream} in the window; collect them first`);
  const { used: funding, unpaid } = await readFunding(ports, key, input.funding);
  if (funding) spec.funding = 'stored';
  if (strategy.backtest) spec.engine = 'event-driven';
  return { spec, source, key, bars, barsSha256, funding, unpaid };
}

/** Callbacks in their sandbox, or a signal through the engine that the spec names; and holding beside it. */
async function simulateRun(
  ports: Ports,
  run: ReadRun & { input: BacktestInput; strategy: OpenStrategy },
): Promise<{ outcome: BacktestOutcome; benchmark: BacktestOutcome }> {
  const { strategy, spec, bars, key, input } = run;
  const rates = run.funding && { funding: run.funding.columns };
  const benchmark = holding({ bars, spec, ...rates });
  const { evaluation } = input;
  const decided = await signalInput(ports, {
    ...{ strategy, key, bars, spec },
    ...(evaluation && { evaluation }),
  });
  const outcome = strategy.backtest
    ? await strategy.backtest({ bars, params: spec.params, timeframeMs: decided.timeframeMs, spec, ...rates })
    : runEngine({
        ...{ bars, spec, ...rates },
        ...(strategy.rule
          ? { rule: strategy.rule(spec.params) }
          : { signal: await strategy.signal(decided) }),
      });
  return { outcome, benchmark };
}

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
