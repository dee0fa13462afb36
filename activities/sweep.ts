import type { Ports, TableColumn } from '../adapters/ports.js';
import { combinationsOf, pathOf, type SweepPath, type SweepRow } from '../domain/backtest/sweep.js';
import { digestOf, sha256Hex } from '../domain/digest.js';
import { InvalidInputError } from '../domain/errors.js';
import type { ObjectRef } from '../domain/models.js';
import { renderSweep } from '../domain/report/optimisation/sweep.js';
import { resolveStrategy } from '../domain/strategies/index.js';
import { parseStream, timeframeMs } from '../domain/streams.js';
import {
  planBars,
  plannedBars,
  recordTrials,
  type PlannedBars,
  type PlannedInput,
} from './backtest/planned.js';
import { prefixed, track, type TrackedResult } from './tracking.js';
import { stepwise } from './backtest/stepwise.js';
import { filledList, joinedTables, rowsOf, sweepColumns, tableOf } from './backtest/sweep-tables.js';

export interface SweepInput extends PlannedInput {
  /** As `combinationsOf` reads it. */
  grid: Record<string, unknown>;
}

/** Everything that decides the rows; small, as it travels to every step. */
export interface SweepPlan extends PlannedBars {
  /** `sw_` and 24 hex digits of the digest of all that decides the rows. */
  id: string;
  strategy: string;
  grid: Record<string, unknown>;
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

const BEST = 10;
const CHECKPOINT_MS = 1_000;

/** A grid of parameters as durable steps: a plan, parts of its combinations, and the rows put together. */
export const sweepSteps = (ports: Ports) => ({
  /** @throws InvalidInputError naming what is wrong with grid, spec or bars; NotFoundError without stored bars */
  async planSweep(input: SweepInput): Promise<SweepPlan> {
    const strategy = resolveStrategy(input.strategy);
    if (strategy.name === 'model-signal' || strategy.name === 'news-sentiment')
      throw new InvalidInputError(`${strategy.name} has no grid: what it decides by does not come from bars`);
    const { list, skipped } = combinationsOf(strategy, input.grid);
    const { bars, barsSha256, ...planned } = await planBars(ports, input);
    const plan = { ...planned, strategy: strategy.name, grid: input.grid };
    const id = `sw_${digestOf({ ...plan, barsSha256 }).slice(0, 24)}`;
    const counts = { bars, barsSha256, combinations: list.length, skipped: skipped.length };
    return { id, ...plan, ...counts, path: pathOf(strategy, plan.spec) };
  },

  /** Rows of the combinations from `first` to before `end`; an attempt that was lost goes on at its last checkpoint. */
  async sweepPart({ plan, first, end }: { plan: SweepPlan; first: number; end: number }): Promise<SweepPart> {
    const own = resolveStrategy(plan.strategy);
    const all = combinationsOf(own, plan.grid).list;
    const list = all.slice(first, end);
    const { bars, perUnit } = await plannedBars(ports, plan);
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
    const told = filledList(own, all).slice(first, end);
    const bytes = await ports.tables.encode(tableOf(told, metrics));
    const { key, sha256 } = await ports.objects.put(`${prefix}.parquet`, bytes);
    return { key, sha256, rows: list.length };
  },

  /** One table of all rows, and the digest of it. */
  async finishSweep({ plan, parts }: { plan: SweepPlan; parts: SweepPart[] }): Promise<SweepReport> {
    const tables: TableColumn[][] = [];
    for (const { key, sha256 } of parts)
      tables.push(await ports.tables.decode(await ports.objects.get(key, sha256)));
    const columns = joinedTables(tables);
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
    const html = renderSweep({ ...rest, ...sweepColumns(columns, names), digest, best: report.best });
    await ports.objects.put(`backtests/${plan.id}.html`, new TextEncoder().encode(html));
    await ports.documents.insert('sweeps', [{ ...report, grid: plan.grid, createdAt: ports.now() }]);
    await track(ports, trackedSweep(report, plan.grid));
    return report;
  },
});

/** The figures of the best row, under a name that says so. */
function trackedSweep(report: SweepReport, grid: SweepPlan['grid']): TrackedResult {
  const { id, stream, strategy, from, to, spec, digest, barsSha256, source, best } = report;
  const { combinations, skipped, path } = report;
  return {
    ...{ id, experiment: 'sweeps', name: `${strategy} on ${stream}, ${combinations} combinations` },
    params: { stream, strategy, grid, from, to, spec, best: best[0]?.params },
    tags: { digest, barsSha256, path, source: source.kind },
    metrics: { combinations, skipped, ...prefixed('best', best[0]?.metrics ?? {}) },
  };
}
