import { InvalidInputError } from '../errors.js';
import {
  BLOCK,
  newWindow,
  readBlock,
  ZONES,
  type BarSource,
  type BlockWindow,
  type PriceName,
  type WindowArgs,
} from './blocks.js';
import {
  bindRows,
  FEW,
  newColumnSet,
  rowAt,
  scratchOf,
  settleScratch,
  stepColumns,
  type ColumnSet,
  type Operands,
} from './grid-columns.js';
import { zone } from './grid-zones.js';
import { fill } from './grid-fills.js';
import { compileRules, isExact } from './grid-rules.js';
import type { MemorySizes, Stepper } from './grid-stepper.js';
import { stepBlock } from './grid-kernel.js';
import { RULE, type Kernel, type KernelBlock, type Outputs } from './grid-types.js';
import { metricsAt, type GridMetrics } from './grid-metrics.js';
import * as at from './grid-state.js';
import type { ColumnRef, Rule } from './rules.js';
import type { RunSpec } from './spec.js';
import { scaleOf } from './ticks.js';

export interface GridArgs {
  source: BarSource;
  rules: readonly Rule[];
  spec: RunSpec;
  /** A whole column by the registry of indicators: for those that cannot be had by blocks. */
  whole?: (ref: ColumnRef) => Float64Array;
  outputs?: Outputs;
  /** Columns equal those of the registry to the last bit: those of which blocks give other roundings are computed whole. */
  sameBits?: boolean;
  /** Another implementation of the loops, where there is one for a grid of this size; it gives no outputs. */
  stepper?: (sizes: MemorySizes) => Stepper | null;
}

/** What a grid carries at a block's border: enough to go on in another process and end with the same bits. */
export interface GridCheckpoint {
  /** The next bar. */
  next: number;
  endedDay: number;
  state: Float64Array;
  columns: number[][];
}

export interface GridRun {
  /** The next bar to be stepped; the number of bars when it is done. */
  readonly next: number;
  /** Steps one block; false where there was none left. */
  step(): boolean;
  save(): GridCheckpoint;
  load(checkpoint: GridCheckpoint): void;
  /** One a combination, once all bars were stepped. */
  metrics(): GridMetrics[];
}

/** All combinations of a grid over the same bars, a block at a time. @throws InvalidInputError where the size is not the grid's. */
export function openGrid(args: GridArgs): GridRun {
  const { source, spec, rules } = args;
  const exact = source.perUnit > 0 && rules.every(isExact);
  const perUnit = exact ? scaleOf(source.perUnit) : 1;
  const terms = at.termsOf(spec, perUnit);
  if (!terms)
    throw new InvalidInputError(
      `Size ${spec.size.kind} is beyond the grid's kernel; it knows units, cash and equity`,
    );
  const whole = args.whole ?? refuseWhole;
  const columns = newColumnSet({ perUnit, whole, sameBits: args.sameBits ?? false });
  const compiled = compileRules(rules, columns);
  const sizes = {
    rows: columns.rows.size,
    combinations: rules.length,
    lookback: lookbackOf(columns),
    scratch: scratchOf(columns),
  };
  const stepper = args.outputs ? null : (args.stepper?.(sizes) ?? null);
  const memory = stepper ?? ownMemory(sizes);
  memory.rules.set(compiled);
  bindRows(columns, memory.operands);
  if (stepper) settleScratch(columns, stepper.scratch);
  const state = at.newState(rules.length, terms.cash, memory.state);
  const kernel: Kernel = { terms, state, rules: memory.rules, outputs: args.outputs ?? null };
  return gridRun(args, { kernel, columns, operands: memory.operands, stepper, exact, perUnit });
}

interface Parts {
  kernel: Kernel;
  columns: ColumnSet;
  operands: Operands;
  stepper: Stepper | null;
  exact: boolean;
  perUnit: number;
}

function gridRun(args: GridArgs, { kernel, columns, operands, stepper, exact, perUnit }: Parts): GridRun {
  const { source, spec } = args;
  const names = new Set<PriceName>([...columns.order.flatMap((stream) => stream.names), 'open', 'close']);
  const windowArgs: WindowArgs = {
    source,
    lookback: lookbackOf(columns),
    ...{ names, exact, stepper },
  };
  const window = newWindow(windowArgs);
  const block = newBlock(operands);
  const step = stepper?.step ?? stepBlock;
  // Of few combinations each bar is looked at: the ends of zones cost more than they save.
  const hasZones = args.rules.length >= FEW;
  block.hasZones = hasZones;
  if (!hasZones) [block.low, block.high].forEach((ends) => ends.fill(NaN));
  let next = 0;
  const finish = (): void => {
    if (next < source.length || block.marked === block.count) return;
    endRun(kernel, block, {
      closeAtEnd: spec.closeAtEnd,
      lastDay: window.lastDay,
      endedDay: window.endedDay,
    });
  };
  return {
    get next() {
      return next;
    },
    step() {
      if (next >= source.length) return false;
      readBlock(window, windowArgs, next);
      stepColumns(columns, window, operands);
      fillBlock(block, window, { next, length: source.length });
      if (hasZones && !stepper) zone(block.close, block.count, block);
      step(kernel, block);
      next += block.count;
      finish();
      return true;
    },
    save: () => ({
      next,
      endedDay: window.endedDay,
      state: kernel.state.slice(),
      columns: columns.order.map((stream) => stream.save()),
    }),
    load(checkpoint) {
      next = checkpoint.next;
      window.endedDay = checkpoint.endedDay;
      window.count = 0;
      kernel.state.set(checkpoint.state);
      columns.order.forEach((stream, i) => stream.load(checkpoint.columns[i] ?? []));
    },
    metrics: () =>
      Array.from({ length: args.rules.length }, (_, c) =>
        metricsAt(kernel.state, c, { spec, perUnit, bars: source.length }),
      ),
  };
}

/** What the kernel reads of a window; the very last bar is marked apart. */
function fillBlock(block: KernelBlock, window: BlockWindow, at: { next: number; length: number }): void {
  const { base, count, prices, dayEnds, idleDays, days } = window;
  Object.assign(block, { first: at.next, count, marked: at.next + count < at.length ? count : count - 1 });
  block.open = prices.open.subarray(base, base + count);
  block.close = prices.close.subarray(base, base + count);
  Object.assign(block, { dayEnds, idleDays, days });
}

const newBlock = (operands: Operands): KernelBlock => ({
  rows: Array.from({ length: operands.values.length / BLOCK }, (_, index) => rowAt(operands, { index })),
  ...{ first: 0, count: 0, marked: 0, days: 0, hasZones: true },
  open: new Float64Array(BLOCK),
  close: new Float64Array(BLOCK),
  low: new Float64Array(ZONES),
  high: new Float64Array(ZONES),
  dayEnds: new Int32Array(BLOCK),
  idleDays: new Int32Array(BLOCK),
  operands,
});

const lookbackOf = ({ order }: ColumnSet): number => Math.max(1, ...order.map(({ lookback }) => lookback));

const ownMemory = ({ rows, combinations }: MemorySizes) => ({
  operands: {
    values: new Float64Array(rows * BLOCK),
    low: new Float64Array(rows * ZONES),
    high: new Float64Array(rows * ZONES),
  },
  state: new Float64Array(combinations * at.STRIDE),
  rules: new Int32Array(combinations * RULE),
});

const refuseWhole = (ref: ColumnRef): never => {
  throw new InvalidInputError(
    `Column ${ref.name} cannot be computed by blocks, and no whole columns are at hand`,
  );
};

/** Marks the very last bar: a position that is open there is closed at its close where that is wanted. */
function endRun(
  kernel: Kernel,
  block: KernelBlock,
  { closeAtEnd, lastDay, endedDay }: { closeAtEnd: boolean; lastDay: number; endedDay: number },
): void {
  const { state, terms, outputs } = kernel;
  const k = block.count - 1;
  const close = block.close[k]!;
  for (let c = 0; c * RULE < kernel.rules.length; c++) {
    const b = c * at.STRIDE;
    if (state[b + at.UNITS] !== 0) state[b + at.EXPOSED] = state[b + at.EXPOSED]! + 1;
    if (closeAtEnd && state[b + at.UNITS] !== 0) {
      state[b + at.HELD] = 0;
      fill(kernel, c, block.first + k, close);
    }
    const equity = state[b + at.CASH]! + state[b + at.UNITS]! * close;
    const peak = Math.max(state[b + at.PEAK]!, equity);
    state[b + at.PEAK] = peak;
    state[b + at.WORST] = Math.max(state[b + at.WORST]!, (peak - equity) / peak);
    at.addDay(state, b, { equity, idle: terms.everyDay ? Math.max(0, lastDay - endedDay - 1) : 0 });
    if (outputs?.equity) outputs.equity[c * outputs.bars + block.first + k] = equity;
  }
  block.marked = block.count;
}
