import type { Ports, TableColumn } from '../adapters/ports.js';
import { checkInput } from '../domain/backtest/checks.js';
import type { GridMetrics } from '../domain/backtest/grid-metrics.js';
import type { RunSpec } from '../domain/backtest/spec.js';
import { parseSize } from '../domain/backtest/sizing.js';
import { combinationsOf, pathOf, type SweepPath, type SweepRow } from '../domain/backtest/sweep.js';
import { trialOf } from '../domain/backtest/trials.js';
import type { BarColumns } from '../domain/bars.js';
import { digestOf, sha256Hex } from '../domain/digest.js';
import { DataQualityError, InvalidInputError } from '../domain/errors.js';
import type { ObjectRef } from '../domain/models.js';
import type { Source } from '../domain/sources.js';
import { resolveStrategy } from '../domain/strategies/index.js';
import { parseStream, timeframeMs } from '../domain/streams.js';
import { findStream } from './backtest.js';
import { stepwise } from './backtest/stepwise.js';
import { rowsOf, tableOf } from './backtest/sweep-tables.js';
import { trialLedger } from './trials.js';
import { readTime, type WindowInput } from './window.js';

export interface SweepInput extends WindowInput {
  stream: string;
  strategy: string;
  /** As `combinationsOf` reads it. */
  grid: Record<string, unknown>;
  /** What differs from the usual: a fee of 10 bps, 100,000 of cash, all of the equity. */
  spec?: Partial<Omit<RunSpec, 'size'>> & {
    /** As `parseSize` reads it. */
    size?: string;
  };
  run?: string;
}

/** Everything that decides the rows; small, as it travels to every step. */
export interface SweepPlan {
  /** `sw_` and 24 hex digits of the digest of all the rest. */
  id: string;
  stream: string;
  source: Source;
  strategy: string;
  grid: Record<string, unknown>;
  spec: RunSpec;
  from: number;
  to: number;
  asOf: number;
  bars: number;
  barsSha256: string;
  combinations: number;
  skipped: number;
  path: SweepPath;
}

export interface SweepPart {
  key: string;
  sha256: string;
  rows: number;
}

export interface SweepReport extends Omit<SweepPlan, 'grid'> {
  results: ObjectRef;
  /** Of plan and rows: a sweep that was cut off and went on has the digest of one that was not. */
  digest: string;
  /** By Sharpe ratio; the best of many is better than it will be. */
  best: SweepRow[];
}

const USUAL: RunSpec = {
  costs: { feeBps: 10, slippageBps: 2 },
  cash: 100_000,
  size: { kind: 'equity', fraction: 1 },
  closeAtEnd: false,
  periodsPerYear: 365,
};
const BEST = 10;
const CHECKPOINT_MS = 1_000;
const DAY = 86_400_000;

/** A grid of parameters as durable steps: a plan, parts of its combinations, and the rows put together. */
export const sweepSteps = (ports: Ports) => ({
  /** @throws InvalidInputError naming what is wrong with grid, spec or bars; NotFoundError without stored bars */
  async planSweep(input: SweepInput): Promise<SweepPlan> {
    const strategy = resolveStrategy(input.strategy);
    if (strategy.name === 'model-signal' || strategy.name === 'news-sentiment')
      throw new InvalidInputError(`${strategy.name} has no grid: what it decides by does not come from bars`);
    const { list, skipped } = combinationsOf(strategy, input.grid);
    const stored = await findStream(ports, input);
    const from = input.from === undefined ? stored.from : readTime('from', input.from);
    const to = input.to === undefined ? stored.to : readTime('to', input.to);
    const { size, ...given } = input.spec ?? {};
    const spec = { ...USUAL, ...given, ...(size !== undefined && { size: parseSize(size) }) };
    const stream = parseStream(input.stream);
    const asOf = input.asOf ?? Math.max(to, stored.to) + timeframeMs(stream.timeframe);
    const window = { from, to, asOf, source: stored.source };
    const key = { stream, source: stored.source, range: { from, to }, asOf };
    const { sha256: barsSha256, rows: bars } = await ports.series.digest(key);
    if (bars < 2)
      throw new InvalidInputError(`${input.stream} has ${bars} bars in the window; at least 2 are needed`);
    const plan = { stream: input.stream, strategy: strategy.name, grid: input.grid, spec, ...window };
    const id = `sw_${digestOf({ ...plan, barsSha256 }).slice(0, 24)}`;
    const counts = { bars, barsSha256, combinations: list.length, skipped: skipped.length };
    return { id, ...plan, ...counts, path: pathOf(strategy, spec) };
  },

  /** Rows of the combinations from `first` to before `end`; an attempt that was lost goes on at its last checkpoint. */
  async sweepPart({ plan, first, end }: { plan: SweepPlan; first: number; end: number }): Promise<SweepPart> {
    const list = combinationsOf(resolveStrategy(plan.strategy), plan.grid).list.slice(first, end);
    const { bars, perUnit } = await readBars(ports, plan);
    const { strategy, spec, stream } = plan;
    const step = timeframeMs(parseStream(stream).timeframe);
    const prefix = `backtests/${plan.id}/${first}`;
    const request = {
      bars,
      perUnit,
      timeframeMs: step,
      strategy,
      list,
      spec,
      checkpointEveryMs: CHECKPOINT_MS,
    };
    const metrics = await stepwise(ports, { request, prefix });
    await recordTrials(ports, plan, { list, metrics, bars });
    const bytes = await ports.tables.encode(tableOf(list, metrics));
    const { key, sha256 } = await ports.objects.put(`${prefix}.parquet`, bytes);
    return { key, sha256, rows: list.length };
  },

  /** One table of all rows, and the digest of it. */
  async finishSweep({ plan, parts }: { plan: SweepPlan; parts: SweepPart[] }): Promise<SweepReport> {
    const tables: TableColumn[][] = [];
    for (const { key, sha256 } of parts)
      tables.push(await ports.tables.decode(await ports.objects.get(key, sha256)));
    const columns = joined(tables);
    const results = await ports.objects.put(
      `backtests/${plan.id}.parquet`,
      await ports.tables.encode(columns),
    );
    for (const { key } of parts) await ports.objects.remove(key);
    const { grid: _, ...rest } = plan;
    const hashes = columns.map(({ name, values }) => [name, sha256Hex(new Uint8Array(values.buffer))]);
    const digest = digestOf({ plan, columns: Object.fromEntries(hashes) as Record<string, string> });
    const names = Object.keys(resolveStrategy(plan.strategy).params);
    const report = { ...rest, results, digest, best: rowsOf(columns, { names, most: BEST }) };
    await ports.documents.insert('sweeps', [{ ...report, grid: plan.grid, createdAt: ports.now() }]);
    return report;
  },
});

async function readBars(ports: Ports, plan: SweepPlan): Promise<{ bars: BarColumns; perUnit: number }> {
  const { from, to, asOf, source } = plan;
  const key = { stream: parseStream(plan.stream), source, range: { from, to }, asOf };
  const { sha256 } = await ports.series.digest(key);
  if (sha256 !== plan.barsSha256)
    throw new DataQualityError(
      `The bars of ${plan.stream} have changed since the sweep was planned (digest ${sha256}, planned ${plan.barsSha256}); start it again`,
    );
  const shared = await ports.sweeps.share([await ports.series.readColumns(key)]);
  // The kernel looks at no value again: what a single run would refuse is refused here.
  const signal = new Float64Array(shared.bars.time.length);
  checkInput({ bars: shared.bars, spec: plan.spec, signal });
  return shared;
}

/** Every combination that was looked at counts, also those that are not kept. */
async function recordTrials(
  ports: Ports,
  plan: SweepPlan,
  { list, metrics, bars }: { list: Record<string, number>[]; metrics: GridMetrics[]; bars: BarColumns },
): Promise<void> {
  const { stream, strategy, spec, from, to, source } = plan;
  const day = (time: number | undefined): number => Math.floor((time ?? NaN) / DAY);
  const days = day(bars.time.at(-1)) - day(bars.time[0]) + 1;
  const trials = metrics.map(({ sharpe }, i) =>
    trialOf({
      spec: { stream, strategy, params: list[i] ?? {}, size: spec.size, from, to },
      ...{ source, days, sharpe: sharpe / Math.sqrt(spec.periodsPerYear), at: ports.now() },
    }),
  );
  await trialLedger(ports.documents).record(trials);
}

function joined(tables: TableColumn[][]): (TableColumn & { type: 'float64' })[] {
  const [first = []] = tables;
  return first.map(({ name }) => {
    const pieces = tables.map((table) => table.find((column) => column.name === name)?.values ?? []);
    const values = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      // NaN has many bit patterns; one of them is the digest's.
      for (const value of piece) values[at++] = value === value ? value : NaN;
    }
    return { name, type: 'float64' as const, values };
  });
}
