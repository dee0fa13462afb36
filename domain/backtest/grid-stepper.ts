import type { Average } from './grid-averages.js';
import type { Operands } from './grid-columns.js';
import type { Kernel, KernelBlock } from './grid-types.js';

export interface MemorySizes {
  /** Distinct sides of comparisons. */
  rows: number;
  combinations: number;
  /** Bars before a block that its columns read. */
  lookback: number;
  /** Columns that are computed with, but not compared. */
  scratch: number;
}

/** Another implementation of a grid's loops, equal to those in TypeScript to the last bit. */
export interface Stepper {
  /** Views of the memory that it works on. */
  operands: Operands;
  state: Float64Array;
  rules: Int32Array;
  /** For sums of closes: of the bars before the block and of its own, and one more. */
  sums: Float64Array;
  /** A block for each column that is computed with. */
  scratch: Float64Array;
  columns: ColumnStepper;
  /** As `stepBlock`. */
  step(kernel: Kernel, block: KernelBlock): void;
}

/** Loops over columns; what they write lies inside the stepper's memory. */
export interface ColumnStepper {
  isInside(values: Float64Array): boolean;
  /** As `stepBySums` of an average; `to` is the place of the sum up to the block's first bar, included. */
  mean(args: MeanArgs): void;
  subtract(out: Float64Array, from: { left: Float64Array; right: Float64Array; count: number }): void;
  /** As `addBand`. */
  band(
    out: Float64Array,
    of: { middle: Float64Array; deviation: Float64Array; width: number; count: number },
  ): void;
  /** As `zone`. */
  ends(values: Float64Array, count: number, ends: { low: Float64Array; high: Float64Array }): void;
  /** As `stepFour` of averages that have begun; at most one of their inputs lies outside the memory. */
  averages(list: readonly Average[], count: number): void;
}

export interface MeanArgs {
  sums: Float64Array;
  to: number;
  period: number;
  /** The first bar of the block with a value. */
  start: number;
  count: number;
  out: Float64Array;
  raised: boolean;
}
