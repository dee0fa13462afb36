import { InvalidInputError } from '../errors.js';
import { BLOCK, ZONE, ZONES, type BlockWindow, type PriceName } from './blocks.js';
import { bandGroup } from './grid-bands.js';
import { emaGroup, LINE, macdGroup, type Column, type Group } from './grid-groups.js';
import {
  changeStream,
  extremeStream,
  lagStream,
  priceStream,
  rsiStream,
  wholeStream,
  type Stream,
} from './grid-streams.js';
import type { ColumnStepper } from './grid-stepper.js';
import { meanGroup } from './grid-means.js';
import { raise, zone } from './grid-zones.js';
import type { ColumnRef, Comparison } from './rules.js';

/**
 * Both sides of all comparisons of a grid, each distinct one once: a row of the block's values, and the smallest and the
 * largest of each zone. Right sides are raised by the rounding already, so that a plain `>` compares.
 */
export interface Operands {
  values: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

export interface ColumnSetArgs {
  /** Ticks to a unit of price; 1 where prices are taken as they are. */
  perUnit: number;
  /** A whole column by the registry of indicators, where none can be had by blocks. */
  whole(ref: ColumnRef): Float64Array;
  /** Those of which blocks give other roundings are computed whole. */
  sameBits: boolean;
}

export interface ColumnSet extends ColumnSetArgs {
  /** In the order in which they are stepped: what is read stands before its readers. */
  order: (Stream | Group)[];
  streams: Map<string, Stream>;
  groups: Map<string, Group>;
  rows: Map<string, Row>;
}

interface Row extends Omit<Column, 'bind'> {
  column: Column;
  index: number;
  raised: boolean;
  uses: number;
  /** Its ends are known to be unknown. */
  blank?: boolean;
  /** It holds a number, which has been put there. */
  filled?: boolean;
  constant: boolean;
  /** Its values are written where they are compared. */
  bound?: boolean;
}

const GROUPS: Record<string, (() => Group) | undefined> = {
  SMA: meanGroup,
  EMA: emaGroup,
  MACD: macdGroup,
  BB: bandGroup,
};
/** Of these a block gives values that differ from the whole column's by roundings. */
const ROUNDED = new Set(['BB', 'RSI']);
const PRICES = new Set(['open', 'high', 'low', 'close', 'volume']);
const STREAMED = new Set([...PRICES, ...Object.keys(GROUPS), 'RSI', 'DONCHIAN', 'ROC', 'MOM']);
/** Columns in units of price. */
const PRICED = new Set(['SMA', 'EMA', 'MACD', 'BB', 'DONCHIAN', 'MOM', 'open', 'high', 'low', 'close']);
/** What is meant where no output is named. */
const FIRST: Record<string, string> = { MACD: 'MACD', BB: 'UPPER', DONCHIAN: 'UPPER' };
/** Below so many uses the ends of a row's zones cost more than they save. */
export const FEW = 4;

const outputOf = ({ name, output }: ColumnRef): string => output ?? FIRST[name] ?? '';
const keyOf = (ref: ColumnRef): string => `${ref.name}:${ref.args.join(',')}:${outputOf(ref)}`;

/** Can this column be had by blocks? Others are computed whole, and held in memory. */
export const isStreamed = (ref: ColumnRef): boolean =>
  STREAMED.has(ref.name) &&
  outputOf(ref) !== 'MACDHIST' &&
  !(ref.name === 'DONCHIAN' && ref.output === 'MIDDLE');

export const newColumnSet = (args: ColumnSetArgs): ColumnSet => ({
  ...args,
  order: [],
  streams: new Map(),
  groups: new Map(),
  rows: new Map(),
});

/** Indexes of the rows of a comparison's two sides. */
export function addComparison(set: ColumnSet, { left, right }: Comparison): [number, number] {
  const priced = [left, right].some((each) => typeof each !== 'number' && PRICED.has(each.name));
  const unit = priced ? set.perUnit : 1;
  const scaled = (operand: ColumnRef | number): ColumnRef | number =>
    typeof operand === 'number' ? operand * unit : plainest(operand);
  const isLine = isOwnSignal(left, right);
  return [rowOf(set, scaled(isLine ? lineOf(left) : left), false), rowOf(set, scaled(right), true)];
}

/** The middle of the bands is one column, whatever their width. */
const plainest = (ref: ColumnRef): ColumnRef =>
  ref.name === 'BB' && outputOf(ref) === 'MIDDLE' ? { ...ref, args: ref.args.slice(0, 1) } : ref;

/** MACD's line against its own signal: lines of one pair of lengths are one column, whatever smooths their signals. */
const isOwnSignal = (left: ColumnRef | number, right: ColumnRef | number): left is ColumnRef =>
  typeof left !== 'number' &&
  typeof right !== 'number' &&
  keyOf(left) === keyOf({ ...right, output: 'MACD' }) &&
  outputOf(right) === 'MACDSIGNAL' &&
  (left.lag ?? 0) === 0 &&
  (right.lag ?? 0) === 0;

const lineOf = ({ args, ...rest }: ColumnRef): ColumnRef => ({
  ...rest,
  args: args.slice(0, 2),
  output: LINE,
});

/** Has columns that one row alone reads written into it. */
export function bindRows(set: ColumnSet, operands: Operands): void {
  for (const row of set.rows.values())
    row.bound = row.column.bind?.(rowAt(operands, row), row.raised) ?? false;
}

export const scratchOf = ({ groups }: ColumnSet): number =>
  [...groups.values()].reduce((sum, group) => sum + (group.scratch?.() ?? 0), 0);

/** Gives columns that are computed with their places in a memory. */
export function settleScratch({ groups }: ColumnSet, memory: Float64Array): void {
  let next = 0;
  for (const group of groups.values())
    group.settle?.(
      Array.from({ length: group.scratch?.() ?? 0 }, () => memory.subarray(next, (next += BLOCK))),
    );
}

export const rowAt = ({ values }: Operands, { index }: { index: number }): Float64Array =>
  values.subarray(index * BLOCK, (index + 1) * BLOCK);

function rowOf(set: ColumnSet, operand: ColumnRef | number, raised: boolean): number {
  const name = typeof operand === 'number' ? `${operand}` : `${keyOf(operand)} ${operand.lag ?? 0} back`;
  const key = `${name}${raised ? ', raised' : ''}`;
  const known = set.rows.get(key);
  if (known) known.uses++;
  const constant = typeof operand === 'number';
  const made = known ?? newRow(columnAt(set, operand), { index: set.rows.size, raised, constant });
  set.rows.set(key, made);
  return made.index;
}

const newRow = (column: Column, place: Pick<Row, 'index' | 'raised' | 'constant'>): Row => ({
  column,
  values: column.values,
  ...(column.bounds && { bounds: column.bounds }),
  ...place,
  uses: 1,
});

function columnAt(set: ColumnSet, operand: ColumnRef | number): Column {
  if (typeof operand === 'number') {
    const values = new Float64Array(BLOCK).fill(operand);
    return { values: () => values, bounds: (low, high) => void [low.fill(operand), high.fill(operand)] };
  }
  const { lag = 0, name } = operand;
  if (!Number.isInteger(lag) || lag < 0)
    throw new InvalidInputError(
      `Column ${name} has lag ${lag}; it must be a whole number of bars back, from 0: less would look ahead`,
    );
  const column = columnOf(set, operand);
  if (lag === 0) return column;
  return remember(set, `${keyOf(operand)} ${lag} back`, () => lagStream(column.values, lag));
}

function columnOf(set: ColumnSet, ref: ColumnRef): Column {
  const group = GROUPS[ref.name];
  if (!group || isWhole(set, ref)) return remember(set, keyOf(ref), () => newStream(set, ref));
  const made = set.groups.get(ref.name) ?? group();
  if (!set.groups.has(ref.name)) set.order.push(made);
  set.groups.set(ref.name, made);
  return made.add(ref.args, outputOf(ref));
}

function remember(set: ColumnSet, key: string, make: () => Stream): Stream {
  const known = set.streams.get(key);
  if (known) return known;
  const made = make();
  set.streams.set(key, made);
  set.order.push(made);
  return made;
}

const isWhole = ({ sameBits }: ColumnSet, ref: ColumnRef): boolean =>
  !isStreamed(ref) || (sameBits && ROUNDED.has(ref.name));

function newStream(set: ColumnSet, ref: ColumnRef): Stream {
  const { perUnit, whole } = set;
  const period = ref.args[0] ?? NaN;
  if (isWhole(set, ref)) return wholeStream(whole(ref));
  if (PRICES.has(ref.name)) return priceStream(ref.name as PriceName);
  if (ref.name === 'RSI') return rsiStream(period, perUnit);
  if (ref.name === 'DONCHIAN') return extremeStream(period, outputOf(ref) === 'LOWER' ? 'LOWER' : 'UPPER');
  return changeStream(period, ref.name === 'ROC');
}

/** Fills all rows for a block. */
export function stepColumns(set: ColumnSet, window: BlockWindow, operands: Operands): void {
  const { count, stepper } = window;
  for (const stream of set.order) stream.step(window);
  for (const row of set.rows.values()) {
    if (row.filled) continue;
    const source = row.values();
    const target = rowAt(operands, row);
    // A number fills the row once, whole.
    const filled = row.constant ? BLOCK : count;
    if (!row.bound && row.raised) raise(source, target, filled);
    else if (!row.bound) target.set(source.subarray(0, filled));
    row.filled = row.constant;
    const low = operands.low.subarray(row.index * ZONES, (row.index + 1) * ZONES);
    const high = operands.high.subarray(row.index * ZONES, (row.index + 1) * ZONES);
    endsOf(row, { values: target, low, high }, { count: filled, stepper });
  }
}

function endsOf(
  row: Row,
  { values, low, high }: Operands,
  { count, stepper }: { count: number; stepper: ColumnStepper | null },
): void {
  if (row.bounds) {
    const zones = Math.ceil(count / ZONE);
    row.bounds(low, high, zones);
    if (!row.raised) return;
    raise(low, low, zones);
    raise(high, high, zones);
  } else if (row.uses >= FEW && stepper?.isInside(values)) stepper.ends(values, count, { low, high });
  else if (row.uses >= FEW) zone(values, count, { low, high });
  else if (!row.blank) {
    low.fill(NaN);
    high.fill(NaN);
    row.blank = true;
  }
}
