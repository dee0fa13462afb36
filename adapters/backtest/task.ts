import { setImmediate as turn } from 'node:timers/promises';
import { sourceOf } from '../../domain/backtest/blocks.js';
import { backtest } from '../../domain/backtest/engine.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../domain/backtest/grid-checkpoint.js';
import type { GridMetrics } from '../../domain/backtest/grid-metrics.js';
import { columnOf, type ColumnsCache } from '../../domain/backtest/rules.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { openStepper } from './stepper.js';
import { isRuined, openSweep, pathOf } from '../../domain/backtest/sweep.js';
import type { BarColumns } from '../../domain/bars.js';
import { resolveStrategy } from '../../domain/strategies/index.js';

/** Combinations that one thread computes; the columns lie in shared memory. */
export interface SweepTask {
  bars: BarColumns;
  perUnit: number;
  timeframeMs: number;
  strategy: string;
  list: Record<string, number>[];
  spec: RunSpec;
  /** Where an earlier attempt had got to. */
  checkpoint?: Uint8Array;
  /** Milliseconds between two checkpoints; none are made where it is absent. */
  checkpointEveryMs?: number;
}

/** What a thread and its pool both see: whether to stop, and which combination is being computed. */
export interface TaskControl {
  cancelled(): boolean;
  at(combination: number): void;
  checkpoint(bytes: Uint8Array, next: number): void;
}

/** So many blocks go by between two looks at what else there is to do. */
const BLOCKS = 32;

/** @throws the error of a combination; an AbortError where it was cancelled. */
export async function runTask(task: SweepTask, control: TaskControl): Promise<GridMetrics[]> {
  const strategy = resolveStrategy(task.strategy);
  if (pathOf(strategy, task.spec) === 'single-run') return singleRuns(task, control);
  const { bars, list, spec } = task;
  const cache: ColumnsCache = new Map();
  const whole = (ref: Parameters<typeof columnOf>[0]): Float64Array => columnOf(ref, bars, cache);
  const source = sourceOf(bars, task.perUnit);
  const run = openSweep({ strategy, list, spec, whole, source, stepper: openStepper });
  if (task.checkpoint) run.load(decodeCheckpoint(task.checkpoint));
  let saved = Date.now();
  for (let block = 1; run.step(); block++) {
    if (block % BLOCKS !== 0) continue;
    await turn();
    stopIf(control);
    if (task.checkpointEveryMs === undefined || Date.now() - saved < task.checkpointEveryMs) continue;
    control.checkpoint(encodeCheckpoint(run.save()), run.next);
    saved = Date.now();
  }
  const metrics = run.metrics();
  const ruined = metrics.flatMap((each, i) => (isRuined(each, spec) ? [i] : []));
  for (const i of ruined) {
    const [again] = await singleRuns({ ...task, list: [list[i] ?? {}] }, control);
    if (again) metrics[i] = again;
  }
  return metrics;
}

async function singleRuns(task: SweepTask, control: TaskControl): Promise<GridMetrics[]> {
  const { spec, timeframeMs } = task;
  const { close } = task.bars;
  // Columns that no rule reads are not held; a run checks them all the same.
  const held = (column: Float64Array): Float64Array => (column.length > 0 ? column : close);
  const { high, low, volume } = task.bars;
  const bars = { ...task.bars, high: held(high), low: held(low), volume: held(volume) };
  const strategy = resolveStrategy(task.strategy);
  const results: GridMetrics[] = [];
  for (const [i, params] of task.list.entries()) {
    control.at(i);
    await turn();
    stopIf(control);
    const { metrics } = backtest({ bars, spec, signal: strategy.signal({ bars, params, timeframeMs }) });
    const { valueAtRisk: _value, conditionalValueAtRisk: _conditional, ...kept } = metrics;
    results.push(kept);
  }
  return results;
}

function stopIf(control: TaskControl): void {
  if (!control.cancelled()) return;
  const error = new Error('The sweep was cancelled');
  error.name = 'AbortError';
  throw error;
}
