import type { Ports } from '../../adapters/ports.js';
import { analyse, summaryOf, type AnalysisSummary } from '../../domain/backtest/analysis.js';
import { conventionsOf } from '../../domain/backtest/conventions.js';
import { cashNote, spanOf, weightsOf, type SpanRule } from '../../domain/backtest/portfolio/plan.js';
import { toldStrategies } from '../../domain/backtest/portfolio/strategies.js';
import type { Instrument, Rebalance } from '../../domain/backtest/portfolio/types.js';
import type { BacktestMetrics, BacktestSpec, Trade } from '../../domain/backtest/spec.js';
import { sliceColumns } from '../../domain/bars/columns.js';
import { digestOf } from '../../domain/digest.js';
import type { Source } from '../../domain/sources.js';
import { readFileBars, type FileBars, type FileBarsInput } from './bars-file.js';
import { noteOf, type BarsNote } from './local.js';
import { openLocalStrategy } from './strategies.js';
import { simulatePortfolio } from './portfolio.js';
import {
  choicesOf,
  signalFor,
  withStrategies,
  type ChosenStrategy,
  type StrategyChoice,
} from './portfolio-strategies.js';

export interface LocalPortfolioInput {
  files: FileBarsInput[];
  /** In the order of the files; alike where absent. */
  weights?: number[];
  /** One for all files, or one for each in their order. */
  strategies: StrategyChoice[];
  rebalance: Rebalance;
  span: SpanRule;
  spec: Pick<BacktestSpec, 'costs' | 'cash' | 'closeAtEnd' | 'periodsPerYear'>;
}

export interface LocalPortfolio {
  source: Source;
  asOf: string;
  spec: LocalPortfolioInput['spec'] & {
    strategy: string;
    params: Record<string, number>;
    code?: string;
    portfolio: NonNullable<BacktestSpec['portfolio']>;
  };
  instruments: (BarsNote & { name: string; path: string; weight: number })[];
  metrics: BacktestMetrics;
  /** Holding all of them at the same weights and costs. */
  benchmark: BacktestMetrics;
  analysis: AnalysisSummary;
  conventions: string[];
  trades: Trade[];
  notes: string[];
  digest: string;
}

interface ReadFile extends FileBars {
  name: string;
  path: string;
  weight: number;
}

/** A portfolio of files of bars. @throws InvalidInputError naming the file, weight, span or parameter that is wrong */
export async function portfolioOnFiles(ports: Ports, input: LocalPortfolioInput): Promise<LocalPortfolio> {
  const names = namesOf(input.files.map(({ path }) => path));
  const weights = weightsOf(names, input.weights);
  const { strategies } = input;
  const [only] = strategies;
  const choices = choicesOf({
    streams: names,
    strategies: only && strategies.length === 1 ? names.map(() => only) : strategies,
  });
  const open = ({ strategy }: StrategyChoice) => openLocalStrategy(ports, strategy);
  return withStrategies(choices, open, async (chosen) => {
    const read: ReadFile[] = [];
    for (const [i, file] of input.files.entries())
      read.push({
        ...(await readFileBars(ports, file)),
        ...{ name: names[i] ?? '', path: file.path, weight: weights[i] ?? NaN },
      });
    return runFiles(input, { files: cut(read, input.span), chosen });
  });
}

async function runFiles(
  input: LocalPortfolioInput,
  { files, chosen }: { files: ReadFile[]; chosen: readonly ChosenStrategy[] },
): Promise<LocalPortfolio> {
  const instruments: Instrument[] = [];
  const notes: string[] = [];
  for (const [i, { name, weight, bars, timeframeMs }] of files.entries()) {
    const { signal, note } = await signalFor(chosen[i], { name, bars, timeframeMs });
    instruments.push({ name, bars, weight, signal });
    if (note !== null) notes.push(note);
  }
  const { told, parts } = toldStrategies(chosen.map(({ choice }) => choice));
  const portfolio = {
    rebalance: input.rebalance,
    instruments: files.map(({ name, weight }, i) => ({ stream: name, weight, ...parts[i] })),
  };
  const spec = { ...input.spec, ...told, portfolio };
  const report = reportOf(files, { spec, instruments });
  return { ...report, notes: [...report.notes, ...notes], spec };
}

function reportOf(
  files: ReadFile[],
  { spec, instruments }: { spec: LocalPortfolio['spec']; instruments: Instrument[] },
): Omit<LocalPortfolio, 'spec'> {
  const { rebalance } = spec.portfolio;
  const { outcome, benchmark } = simulatePortfolio(instruments, { ...spec, rebalance });
  const { metrics, trades, time, equity } = outcome;
  const digests = files.map(({ sha256 }) => sha256);
  const { cash: start, periodsPerYear } = spec;
  const more = { start, periodsPerYear, seed: digests.join() };
  const analysis = analyse({ time, equity, trades, benchmarkEquity: benchmark.equity, ...more });
  const cash = cashNote(files.map(({ weight }) => weight));
  const asOf = (time.at(-1) ?? NaN) + (files[0]?.timeframeMs ?? NaN);
  return {
    source: { kind: 'recorded', detail: files.map(({ path }) => path).join(', ') },
    asOf: new Date(asOf).toISOString(),
    instruments: files.map((file) => ({
      ...{ name: file.name, path: file.path, weight: file.weight },
      ...noteOf(file),
    })),
    metrics,
    benchmark: benchmark.metrics,
    analysis: summaryOf(analysis),
    conventions: conventionsOf({ ...spec, size: { kind: 'equity', fraction: 1 } }),
    trades,
    notes: [...outcome.notes, ...(cash === null ? [] : [cash])],
    digest: digestOf({ spec, digests, metrics, trades }),
  };
}

/** Names of files without their endings; the whole path where two would be alike. */
function namesOf(paths: string[]): string[] {
  const short = paths.map((path) => (path.split(/[\\/]/).at(-1) ?? '').replace(/\..*$/, '') || path);
  return new Set(short).size === short.length ? short : paths;
}

function cut(files: ReadFile[], rule: SpanRule): ReadFile[] {
  const spans = files.map(({ name, bars: { time }, timeframeMs }) => ({
    ...{ name, timeframeMs },
    ...{ first: time[0] ?? NaN, last: time.at(-1) ?? NaN },
  }));
  const { first, last } = spanOf(spans, rule);
  return files.map((file) => {
    const { time } = file.bars;
    if (time[0] === first && time.at(-1) === last) return file;
    const after = time.findIndex((each) => each > last);
    const from = time.findIndex((each) => each >= first);
    return { ...file, bars: sliceColumns(file.bars, from, after < 0 ? undefined : after) };
  });
}
