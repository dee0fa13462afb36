import type { BarColumns } from '../bars.js';
import type { Column } from './averages.js';

export interface Argument {
  name: string;
  default: number;
  min: number;
  max: number;
  integer: boolean;
}

/** An indicator that can be asked for by name; its columns are as long as the bars and equal TA-Lib's. */
export interface Indicator {
  summary: string;
  args: Argument[];
  /** Names of its columns, the first is the default; `''` where there is one only. */
  outputs: string[];
  /** One column for each of `outputs`; NaN before `firstValid`. @throws InvalidInputError for arguments out of range. */
  compute(bars: BarColumns, args: readonly number[]): Record<string, Float64Array>;
  /** Index of the first bar that has all columns. */
  firstValid(args: readonly number[]): number;
}

const MOST_BARS = 100_000;

/** A whole number of bars. */
export const bars = (name: string, value: number, min = 2): Argument => ({
  name,
  default: value,
  min,
  max: MOST_BARS,
  integer: true,
});

export const factor = (name: string, value: number, [min, max]: [number, number]): Argument => ({
  name,
  default: value,
  min,
  max,
  integer: false,
});

/** An argument that is there: what was asked for was checked before. */
export const get = (args: readonly number[], index: number): number => args[index] ?? NaN;

/** One column by one number of bars, from the closes; `warmUp` counts the bars without a value. */
export const ofClose = (
  summary: string,
  period: Argument,
  parts: { column: (close: Column, period: number) => Float64Array; warmUp: (period: number) => number },
): Indicator => ofBars(summary, period, { ...parts, column: (columns, n) => parts.column(columns.close, n) });

export const ofBars = (
  summary: string,
  period: Argument,
  parts: {
    column: (columns: BarColumns, period: number) => Float64Array;
    warmUp: (period: number) => number;
  },
): Indicator => ({
  summary,
  args: [period],
  outputs: [''],
  compute: (columns, args) => ({ '': parts.column(columns, get(args, 0)) }),
  firstValid: (args) => parts.warmUp(get(args, 0)),
});

/** One column that takes no argument. */
export const plain = (
  summary: string,
  first: number,
  column: (columns: BarColumns) => Float64Array,
): Indicator => ({
  summary,
  args: [],
  outputs: [''],
  compute: (columns) => ({ '': column(columns) }),
  firstValid: () => first,
});

/** Bars without a value before a window of so many is full. */
export const window = (period: number): number => period - 1;
/** The same where the window is of changes. */
export const changes = (period: number): number => period;
