import type { Ports } from '../../adapters/ports.js';
import { conventionsOf } from '../../domain/backtest/conventions.js';
import { cashNote, spanOf } from '../../domain/backtest/portfolio/plan.js';
import { backtestPortfolio } from '../../domain/backtest/portfolio/run.js';
import type { Instrument, PortfolioOutcome, PortfolioSpec } from '../../domain/backtest/portfolio/types.js';
import type { BacktestResult, BacktestSpec } from '../../domain/backtest/spec.js';
import type { BarsKey } from '../../domain/bars.js';
import { digestOf } from '../../domain/digest.js';
import { NotFoundError } from '../../domain/errors.js';
import type { BacktestReport } from '../../domain/research.js';
import type { Source } from '../../domain/sources.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { keepResult, putDetail, reportOf } from '../backtest.js';
import { judgeRun } from '../trials.js';
import { readFunding, type FundingUsed } from './funding.js';
import { planPortfolio, type PortfolioInput } from './portfolio-plan.js';
import {
  choicesOf,
  signalFor,
  withStrategies,
  type ChosenStrategy,
  type StrategyChoice,
} from './portfolio-strategies.js';
import { openStrategy } from './strategies.js';
import { putTearSheet } from './tear-sheet.js';

export type { PortfolioInput };

export interface PortfolioReport extends BacktestReport {
  instruments: { stream: string; weight: number; barsSha256: string }[];
}

/** One of the streams, as it was read. */
interface ReadInstrument {
  instrument: Instrument;
  barsSha256: string;
  funding: FundingUsed | null;
  /** A perpetual that pays no funding. */
  unpaid: string | null;
  /** That its strategy has too few bars. */
  note: string | null;
}

export const portfolioSteps = (ports: Ports) => ({
  /** @throws InvalidInputError naming streams, weights or spans that fit not together; NotFoundError without stored bars */
  async backtestPortfolio(input: PortfolioInput): Promise<PortfolioReport> {
    const open = (choice: StrategyChoice) => openStrategy(ports, choice);
    return withStrategies(choicesOf(input), open, (chosen) => runPortfolio(ports, input, chosen));
  },
});

async function runPortfolio(
  ports: Ports,
  input: PortfolioInput,
  chosen: readonly ChosenStrategy[],
): Promise<PortfolioReport> {
  const { spec, source } = await planPortfolio(ports, input, chosen);
  const read = await readAll(ports, { input, spec, source, chosen });
  if (read.some(({ funding }) => funding)) spec.funding = 'stored';
  const instruments = read.map(({ instrument }) => instrument);
  const { outcome, benchmark } = simulatePortfolio(instruments, portfolioSpecOf(spec));
  const { time, equity, trades, metrics } = outcome;
  const { portfolio, code: own } = spec;
  const code = digestOf(own === undefined ? portfolio : { portfolio, code: own });
  const analysis = await judgeRun(ports, {
    ...{ spec, source, time, outcome, code },
    benchmarkEquity: benchmark.equity,
  });
  const parts = read.map(({ instrument: { name }, barsSha256, funding }) => ({
    ...{ stream: name, barsSha256 },
    ...(funding && { fundingSha256: funding.sha256 }),
  }));
  const made = { spec, instruments: parts };
  const id = `bt_${digestOf(made).slice(0, 24)}`;
  const notes = notesOf({ spec, outcome, read });
  const result: BacktestResult = {
    ...{ id, ...made, stream: spec.stream, strategy: spec.strategy, engine: 'portfolio', metrics },
    barsSha256: digestOf(parts),
    benchmark: benchmark.metrics,
    ...{ trials: analysis.trials, analysis },
    detail: await putDetail(ports, id, { time, equity, trades }),
    digest: digestOf({ ...made, metrics, trades }),
    evaluation: null,
    conventions: conventionsOf(spec),
    ...(notes.length > 0 ? { notes } : {}),
    ...{ run: input.run ?? null, createdAt: ports.now(), source },
  };
  await putTearSheet(ports, result, {
    bars: { time, close: equity },
    instruments: instruments.map(({ name, bars }) => ({ name, time: bars.time, close: bars.close })),
    ...{ outcome, benchmarkEquity: benchmark.equity, analysis },
  });
  await keepResult(ports, result);
  const weights = spec.portfolio?.instruments ?? [];
  return {
    ...reportOf(result),
    instruments: parts.map((part, i) => ({ ...part, weight: weights[i]?.weight ?? NaN })),
  };
}

/** The portfolio, and holding it at the same weights and costs beside it. */
export function simulatePortfolio(
  instruments: Instrument[],
  spec: PortfolioSpec,
): { outcome: PortfolioOutcome; benchmark: PortfolioOutcome } {
  const outcome = backtestPortfolio(instruments, spec);
  const held = instruments.map((each) => ({
    ...each,
    signal: new Float64Array(each.signal.length).fill(1),
  }));
  return { outcome, benchmark: backtestPortfolio(held, { ...spec, rebalance: { kind: 'signals' } }) };
}

async function readAll(
  ports: Ports,
  {
    input,
    spec,
    source,
    chosen,
  }: { input: PortfolioInput; spec: BacktestSpec; source: Source; chosen: readonly ChosenStrategy[] },
): Promise<ReadInstrument[]> {
  const read: ReadInstrument[] = [];
  for (const [i, { stream: name, weight }] of (spec.portfolio?.instruments ?? []).entries()) {
    const stream = parseStream(name);
    const key: BarsKey = { stream, source, range: { from: spec.from, to: spec.to }, asOf: spec.asOf };
    const bars = await ports.series.readColumns(key);
    const { sha256: barsSha256, rows } = await ports.series.digest(key);
    if (rows === 0) throw new NotFoundError(`No stored bars of ${name} in the window; collect them first`);
    const { used, unpaid } = await readFunding(ports, key, input.funding);
    const step = timeframeMs(stream.timeframe);
    const { signal, note } = await signalFor(chosen[i], { name, bars, timeframeMs: step });
    const instrument = { name, bars, signal, weight, ...(used && { funding: used.columns }) };
    read.push({ instrument, barsSha256, funding: used, unpaid, note });
  }
  const spans = read.map(({ instrument: { name, bars } }) => ({
    ...{ name, first: bars.time[0] ?? NaN, last: bars.time.at(-1) ?? NaN },
    timeframeMs: timeframeMs(parseStream(name).timeframe),
  }));
  spanOf(spans, input.span ?? 'same');
  return read;
}

const portfolioSpecOf = ({ costs, cash, closeAtEnd, periodsPerYear, funding, portfolio }: BacktestSpec) => ({
  ...{ costs, cash, closeAtEnd, periodsPerYear, ...(funding && { funding }) },
  rebalance: portfolio?.rebalance ?? { kind: 'signals' as const },
});

function notesOf({
  spec,
  outcome,
  read,
}: {
  spec: BacktestSpec;
  outcome: PortfolioOutcome;
  read: ReadInstrument[];
}): string[] {
  const cash = cashNote((spec.portfolio?.instruments ?? []).map(({ weight }) => weight));
  return [
    ...outcome.notes,
    ...(cash === null ? [] : [cash]),
    ...read.flatMap(({ funding, unpaid, note, instrument: { name } }) => [
      ...(funding ? [`${name}: ${funding.note}`] : []),
      ...(unpaid === null ? [] : [unpaid]),
      ...(note === null ? [] : [note]),
    ]),
  ];
}
