import type { Operands } from './grid-columns.js';
import type { Terms } from './grid-state.js';

/** A block as all combinations see it. */
export interface KernelBlock {
  first: number;
  count: number;
  /** Bars up to here are marked; the very last one of all waits for `closeAtEnd`. */
  marked: number;
  /** In ticks where there is one. */
  open: Float64Array;
  close: Float64Array;
  /** Are the zones of the closes known? Their ends are undefined otherwise. */
  hasZones: boolean;
  /** Zones of the closes; another implementation finds them by itself. */
  low: Float64Array;
  high: Float64Array;
  dayEnds: Int32Array;
  idleDays: Int32Array;
  days: number;
  operands: Operands;
  /** Views of the operands' values, one a row: what a single index reads is read faster. */
  rows: readonly Float64Array[];
}

/** Operands of a combination's comparisons, two of each: enter long, leave long, enter short, leave short; −1 for none. */
export const RULE = 8;
/** Full outputs of every combination, where they are wanted. */
export interface Outputs {
  /** Equity of combination c at bar i: `equity[c * bars + i]`. */
  equity: Float64Array | null;
  bars: number;
  /** Called at each exit. */
  trade: ((combination: number, state: Float64Array, fill: { bar: number; price: number }) => void) | null;
}

export interface Kernel {
  terms: Terms;
  state: Float64Array;
  rules: Int32Array;
  outputs: Outputs | null;
}
