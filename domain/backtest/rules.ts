import type { BarColumns } from '../bars.js';
import { InvalidInputError } from '../errors.js';
import { INDICATORS } from '../indicators/registry.js';
import { nearNames } from '../near-names.js';

/**
 * What a strategy wants, said as comparisons of columns instead of a function: the engines of one run and of a whole
 * grid read the same rule, and a grid computes each distinct column once.
 */
export interface Rule {
  /** Null: this side is never taken. */
  long: Side | null;
  short: Side | null;
}

/**
 * Read at each close. A held side is left where `exit` holds; after that, flat, the side whose `enter` holds is taken,
 * and none where both do.
 */
export interface Side {
  enter: Comparison;
  /** `otherwise`: wherever `enter` does not hold, an undefined column included. */
  exit: Comparison | 'otherwise';
}

/** True where left is above right by more than a rounding (1e-12, relative); false where either is undefined (NaN). */
export interface Comparison {
  left: ColumnRef | number;
  right: ColumnRef | number;
}

/** A column of the bars themselves, or of an indicator: `{ name: 'BB', args: [20, 2], output: 'UPPER' }`. */
export interface ColumnRef {
  /** `open`, `high`, `low`, `close`, `volume`, or a name of the registry of indicators. */
  name: string;
  args: readonly number[];
  /** Of an indicator with several columns, which. */
  output?: string;
  /** Bars back: 1 is the bar before. 0 where absent. */
  lag?: number;
}

/** Relative: running sums of equal prices differ by roundings, which are no crossing. */
export const ROUNDING = 1e-12;

/** Is left above right by more than a rounding? False where either is NaN. */
export const isAbove = (left: number, right: number): boolean =>
  left > (right < 0 ? right * (1 - ROUNDING) : right * (1 + ROUNDING));

/** Columns that were computed before, by name, arguments and output; good for one set of bars only. */
export type ColumnsCache = Map<string, Float64Array>;

/**
 * The position wanted after each bar's close by a rule: −1, 0 or 1, and 0 before anything can be decided. What is held
 * is told again at every bar, so that no value is NaN.
 * @throws InvalidInputError where a column is not known or looks ahead
 */
export function signalOfRule(rule: Rule, bars: BarColumns, columns: ColumnsCache = new Map()): Float64Array {
  const long = readSide(rule.long, bars, columns);
  const short = readSide(rule.short, bars, columns);
  const signal = new Float64Array(bars.close.length);
  let held = 0;
  for (let i = 0; i < signal.length; i++) {
    const enterLong = long.enter[i];
    const enterShort = short.enter[i];
    if (held === 1 && (long.exit ? long.exit[i] : !enterLong)) held = 0;
    if (held === -1 && (short.exit ? short.exit[i] : !enterShort)) held = 0;
    if (held === 0 && enterLong !== enterShort) held = enterLong ? 1 : -1;
    signal[i] = held;
  }
  return signal;
}

/** One value a bar: 1 where it holds. `exit` is null where it is what `enter` is not. */
interface ReadSide {
  enter: Uint8Array;
  exit: Uint8Array | null;
}

function readSide(side: Side | null, bars: BarColumns, columns: ColumnsCache): ReadSide {
  if (!side) return { enter: new Uint8Array(bars.close.length), exit: null };
  const enter = holds(side.enter, bars, columns);
  return { enter, exit: side.exit === 'otherwise' ? null : holds(side.exit, bars, columns) };
}

function holds({ left, right }: Comparison, bars: BarColumns, columns: ColumnsCache): Uint8Array {
  const first = readOperand(left, bars, columns);
  const second = readOperand(right, bars, columns);
  const result = new Uint8Array(bars.close.length);
  for (let i = Math.max(first.lag, second.lag); i < result.length; i++) {
    const a = first.values ? (first.values[i - first.lag] as number) : first.constant;
    const b = second.values ? (second.values[i - second.lag] as number) : second.constant;
    if (isAbove(a, b)) result[i] = 1;
  }
  return result;
}

interface Operand {
  /** Null: a number, always the same. */
  values: Float64Array | null;
  constant: number;
  lag: number;
}

function readOperand(operand: ColumnRef | number, bars: BarColumns, columns: ColumnsCache): Operand {
  if (typeof operand === 'number') return { values: null, constant: operand, lag: 0 };
  const { lag = 0 } = operand;
  if (!Number.isInteger(lag) || lag < 0)
    throw new InvalidInputError(
      `Column ${operand.name} has lag ${lag}; it must be a whole number of bars back, from 0: less would look ahead`,
    );
  return { values: columnOf(operand, bars, columns), constant: NaN, lag };
}

const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const;

/** The column that is meant, without its lag. @throws InvalidInputError where there is none of that name */
export function columnOf(ref: ColumnRef, bars: BarColumns, columns: ColumnsCache = new Map()): Float64Array {
  const price = PRICES.find((name) => name === ref.name);
  if (price) return bars[price];
  const key = (output: string): string => `${ref.name}:${ref.args.join(',')}:${output}`;
  const known = columns.get(key(ref.output ?? ''));
  if (known) return known;
  const indicator = Object.hasOwn(INDICATORS, ref.name) ? INDICATORS[ref.name] : undefined;
  if (!indicator) throw new InvalidInputError(`Unknown column "${ref.name}"${knownColumns(ref.name)}`);
  const made = indicator.compute(bars, [...ref.args]);
  for (const [output, values] of Object.entries(made)) columns.set(key(output), values);
  // The first output is the one that is meant where none is named.
  const first = made[indicator.outputs[0] ?? ''];
  if (first) columns.set(key(''), first);
  const values = columns.get(key(ref.output ?? ''));
  if (values) return values;
  throw new InvalidInputError(
    `${ref.name} has no output "${ref.output}"; known: ${indicator.outputs.join(', ')}`,
  );
}

function knownColumns(name: string): string {
  const known = [...PRICES, ...Object.keys(INDICATORS)];
  return `; nearest known: ${nearNames(name, known, 3).join(', ')}`;
}
