import type { Ports } from '../../adapters/ports.js';
import { analyse, summaryOf, type AnalysisSummary } from '../../domain/backtest/analysis.js';
import { checkSpec } from '../../domain/backtest/checks.js';
import { conventionsOf } from '../../domain/backtest/conventions.js';
import type { BacktestMetrics, RunSpec, Trade } from '../../domain/backtest/spec.js';
import {
  combinationsOf,
  pathOf,
  pricesNeeded,
  type SweepPath,
  type SweepRow,
} from '../../domain/backtest/sweep.js';
import { digestOf } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { resolveParams, resolveStrategy } from '../../domain/strategies/index.js';
import { holding, runEngine } from './simulation.js';
import { sweepPage } from './sweep-page.js';
import { filledList } from './sweep-tables.js';
import { readFileBars, type FileBars, type FileBarsInput } from './bars-file.js';
import { openLocalStrategy, strategyName, warmUpNote } from './strategies.js';

export interface LocalSpec extends RunSpec {
  strategy: string;
}

export interface BarsNote {
  rows: number;
  sha256: string;
  timeframeMs: number;
  /** Ticks to a unit of price; 0 where no tick fits. */
  ticksPerUnit: number;
  gaps: FileBars['gaps'];
  gapsFound: number;
  zeroVolumeBars: number;
  /** Whose open or close lies outside of low to high. */
  inconsistentBars: number;
}

/** What a user brings is recorded data; it is as of its last bar's close. */
export interface Provenance {
  source: Source;
  asOf: string;
}

export interface LocalRun extends Provenance {
  spec: LocalSpec & { params: Record<string, number>; code?: string };
  bars: BarsNote;
  metrics: BacktestMetrics;
  /** Buying and holding over the same bars and costs. */
  benchmark: BacktestMetrics;
  /** As the only thing ever tried: a file has no ledger of trials. */
  analysis: AnalysisSummary;
  conventions: string[];
  trades: Trade[];
  /** What has to be said of this run. */
  notes: string[];
  digest: string;
}

export interface LocalSweep extends Provenance {
  conventions: string[];
  spec: LocalSpec & { grid: Record<string, unknown> };
  bars: BarsNote;
  path: SweepPath;
  rows: SweepRow[];
  skipped: { params: Record<string, number>; reason: string }[];
  /** CPU time of all threads. */
  nsPerBarCombination: number;
  digest: string;
  /** The same as a page, where it was asked for. */
  html?: string;
}

/** One run on a file of bars. @throws InvalidInputError naming what is wrong with the bars, the parameters or the spec. */
export async function runOnFile(
  ports: Ports,
  input: { file: FileBarsInput; spec: LocalSpec; params: Record<string, number> },
): Promise<LocalRun> {
  const strategy = await openLocalStrategy(ports, input.spec.strategy);
  try {
    const params = resolveParams(strategy, input.params);
    const file = await readFileBars(ports, input.file);
    const { bars, timeframeMs, sha256 } = file;
    const { code } = strategy;
    const named = { strategy: strategyName(input.spec.strategy), params, ...(code && { code }) };
    const asked = { ...input.spec, ...named };
    const spec = strategy.backtest ? { ...asked, engine: 'event-driven' as const } : asked;
    const outcome = strategy.backtest
      ? await strategy.backtest({ bars, params, timeframeMs, spec })
      : strategy.rule
        ? runEngine({ bars, spec, rule: strategy.rule(params) })
        : runEngine({ bars, spec, signal: await strategy.signal({ bars, params, timeframeMs }) });
    const held = holding({ bars, spec });
    const { metrics, trades, equity } = outcome;
    const note = await warmUpNote(strategy, params, bars.time.length);
    const notes = [...outcome.notes, ...(note === null ? [] : [note])];
    const analysis = analyse({
      ...{ time: bars.time, equity, trades, benchmarkEquity: held.equity },
      ...{ start: spec.cash, periodsPerYear: spec.periodsPerYear, seed: sha256 },
    });
    return {
      ...provenanceOf(file, input.file.path),
      spec,
      bars: noteOf(file),
      metrics,
      benchmark: held.metrics,
      analysis: summaryOf(analysis),
      conventions: conventionsOf(spec),
      trades,
      notes,
      digest: digestOf({ spec, sha256, metrics, trades }),
    };
  } finally {
    await strategy.close();
  }
}

const provenanceOf = ({ bars, timeframeMs }: FileBars, path: string): Provenance => ({
  source: { kind: 'recorded', detail: path },
  asOf: new Date((bars.time.at(-1) ?? NaN) + timeframeMs).toISOString(),
});

/** All combinations of a grid on a file of bars. @throws InvalidInputError as for one run. */
export async function sweepFile(
  ports: Ports,
  input: {
    file: FileBarsInput;
    spec: LocalSpec;
    grid: Record<string, unknown>;
    threads?: number;
    signal?: AbortSignal;
    report?: boolean;
  },
): Promise<LocalSweep> {
  const { spec, grid } = input;
  const strategy = resolveStrategy(spec.strategy);
  if (spec.engine === 'event-driven')
    throw new InvalidInputError('A sweep runs on the vectorised engine; leave out engine event-driven');
  const { list, skipped } = combinationsOf(strategy, grid);
  checkSpec(spec);
  const file = await readFileBars(ports, { ...input.file, keep: pricesNeeded(strategy, spec, list) });
  const { bars, perUnit, timeframeMs, sha256 } = file;
  const before = process.cpuUsage();
  const metrics = await ports.sweeps.run(
    { bars, perUnit, timeframeMs, strategy: strategy.name, list, spec },
    {
      ...(input.threads !== undefined && { threads: input.threads }),
      ...(input.signal && { signal: input.signal }),
    },
  );
  const { user, system } = process.cpuUsage(before);
  const rows = filledList(strategy, list).map((params, i): SweepRow => ({
    params,
    metrics: metrics[i] as SweepRow['metrics'],
  }));
  const digest = digestOf({ spec, sha256, rows });
  return {
    ...provenanceOf(file, input.file.path),
    ...(input.report && { html: sweepPage(file, { path: input.file.path, spec, rows, skipped, digest }) }),
    conventions: conventionsOf(spec),
    spec: { ...spec, grid },
    bars: noteOf(file),
    path: pathOf(strategy, spec),
    rows,
    skipped,
    nsPerBarCombination: ((user + system) * 1000) / (bars.time.length * list.length),
    digest,
  };
}

export const noteOf = ({ bars, perUnit, ...file }: FileBars): BarsNote => ({
  rows: bars.time.length,
  sha256: file.sha256,
  timeframeMs: file.timeframeMs,
  ticksPerUnit: perUnit,
  gaps: file.gaps,
  gapsFound: file.gapsFound,
  zeroVolumeBars: file.zeroVolumeBars,
  inconsistentBars: file.inconsistentBars,
});
