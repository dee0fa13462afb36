import { InvalidInputError } from '../errors.js';
import { BLOCK, ZONE, ZONES, type BlockWindow, type PriceName } from './blocks.js';
import { bandGroup } from './grid-bands.js';
import { emaGroup, groupKey, macdGroup, type Group } from './grid-groups.js';
import {
  changeStream,
  extremeStream,
  lagStream,
  priceStream,
  rsiStream,
  smaStream,
  wholeStream,
  type Stream,
} from './grid-streams.js';
import { ROUNDING, type ColumnRef, type Comparison } from './rules.js';

/**
 * Both sides of all comparisons of a grid, each distinct one once: a row of the block's values, and the smallest and the
 * largest of each zone. Right sides are raised by the rounding already, so that a plain `>` compares.
 */
export interface Operands {
  values: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

export interface ColumnSet {
  lookback: number;
  names: Set<PriceName>;
  /** Distinct operands. */
  rows: number;
  /** Indexes of the two operands of a comparison. */
  add(comparison: Comparison): { left: number; right: number };
  /** Fills all operands for a block. */
  step(window: BlockWindow, operands: Operands): void;
  save(): number[][];
  load(states: readonly (readonly number[])[]): void;
}

export interface ColumnSetArgs {
  /** Ticks to a unit of price; 1 where prices are taken as they are. */
  perUnit: number;
  /** A whole column by the registry of indicators, where none can be had by blocks. */
  whole(ref: ColumnRef): Float64Array;
}

interface Row {
  values: () => Float64Array;
  constant: boolean;
  raised: boolean;
}

/** Kinds that `whole` is not needed for. */
export const STREAMED = new Set('open high low close volume SMA EMA RSI MACD BB DONCHIAN ROC MOM'.split(' '));
const PRICES = new Set(['open', 'high', 'low', 'close', 'volume']);
const SCALED = new Set(['SMA', 'EMA', 'MACD', 'BB', 'DONCHIAN', 'MOM', 'open', 'high', 'low', 'close']);

/** Can this column be had by blocks? */
export const isStreamed = ({ name, output }: ColumnRef): boolean =>
  STREAMED.has(name) && !(name === 'DONCHIAN' && (output ?? 'UPPER') === 'MIDDLE') && output !== 'MACDHIST';

export function newColumnSet({ perUnit, whole }: ColumnSetArgs): ColumnSet {
  const streams = new Map<string, Stream>();
  const groups = new Map<string, Group>();
  const rows = new Map<string, Row>();
  const order: Stream[] = [];
  const remember = (name: string, make: () => Stream): Stream => {
    const known = streams.get(name);
    if (known) return known;
    const made = make();
    streams.set(name, made);
    order.push(made);
    return made;
  };
  const streamOf = (ref: ColumnRef): (() => Float64Array) => {
    const name = `${groupKey(ref.output ?? '', ref.args)} ${ref.name}`;
    const group = GROUPS[ref.name];
    if (group && isStreamed(ref)) {
      const made = remember(ref.name, group) as Group;
      const output = ref.output ?? { EMA: '', MACD: 'MACD', BB: 'UPPER' }[ref.name] ?? '';
      const at = groupKey(output, ref.args);
      if (!groups.has(`${ref.name} ${ref.args.join(',')}`)) made.add(ref.args);
      groups.set(`${ref.name} ${ref.args.join(',')}`, made);
      return () => made.outputs[at]!;
    }
    const made = remember(name, () => (isStreamed(ref) ? newStream(ref, perUnit) : wholeStream(whole(ref))));
    return () => made.outputs['']!;
  };
  const lagged = (ref: ColumnRef): (() => Float64Array) => {
    const inner = streamOf(ref);
    const { lag = 0 } = ref;
    if (lag === 0) return inner;
    if (!Number.isInteger(lag) || lag < 0)
      throw new InvalidInputError(
        `Column ${ref.name} has lag ${lag}; it must be a whole number of bars back, from 0: less would look ahead`,
      );
    const name = `${groupKey(ref.output ?? '', ref.args)} ${ref.name} ${lag} back`;
    const made = remember(name, () => lagStream(inner, lag));
    return () => made.outputs['']!;
  };
  const rowOf = (operand: ColumnRef | number, raised: boolean, unit: number): number => {
    const name =
      typeof operand === 'number'
        ? `${operand * unit} ${raised}`
        : `${operand.name}:${groupKey(operand.output ?? '', operand.args)}:${operand.lag ?? 0} ${raised}`;
    if (!rows.has(name)) {
      const constant = typeof operand === 'number';
      const filled = constant ? new Float64Array(BLOCK).fill(operand * unit) : null;
      const values = constant ? () => filled! : lagged(operand);
      rows.set(name, { values, constant, raised });
    }
    return [...rows.keys()].indexOf(name);
  };
  return {
    get lookback() {
      return Math.max(1, ...order.map((stream) => stream.lookback));
    },
    get names() {
      return new Set(order.flatMap((stream) => stream.names));
    },
    get rows() {
      return rows.size;
    },
    add({ left, right }) {
      const scaled = [left, right].some((each) => typeof each !== 'number' && SCALED.has(each.name));
      const unit = scaled ? perUnit : 1;
      return { left: rowOf(left, false, unit), right: rowOf(right, true, unit) };
    },
    step(window, operands) {
      for (const stream of order) stream.step(window);
      let at = 0;
      for (const row of rows.values()) fillRow(row, { operands, at: at++, count: window.count });
    },
    save: () => order.map((stream) => stream.save()),
    load: (states) => order.forEach((stream, i) => stream.load(states[i] ?? [])),
  };
}

const GROUPS: Record<string, (() => Group) | undefined> = { EMA: emaGroup, MACD: macdGroup, BB: bandGroup };

function newStream({ name, args, output }: ColumnRef, perUnit: number): Stream {
  const period = args[0] ?? NaN;
  if (PRICES.has(name)) return priceStream(name as PriceName);
  if (name === 'SMA') return smaStream(period);
  if (name === 'RSI') return rsiStream(period, perUnit);
  if (name === 'DONCHIAN') return extremeStream(period, output === 'LOWER' ? 'LOWER' : 'UPPER');
  return changeStream(period, name === 'ROC');
}

function fillRow(row: Row, { operands, at, count }: { operands: Operands; at: number; count: number }): void {
  const source = row.values();
  const target = operands.values.subarray(at * BLOCK, at * BLOCK + count);
  if (row.raised) raise(source, target);
  else target.set(source.subarray(0, count));
  zone(target, operands, at * ZONES);
}

function raise(source: Float64Array, target: Float64Array): void {
  const [above, below] = [1 + ROUNDING, 1 - ROUNDING];
  for (let k = 0; k < target.length; k++) {
    const value = source[k]!;
    target[k] = value < 0 ? value * below : value * above;
  }
}

/** A zone with an undefined value has undefined ends: nothing is said of it, and its bars are looked at. */
export function zone(values: Float64Array, { low, high }: Pick<Operands, 'low' | 'high'>, at: number): void {
  for (let from = 0, z = at; from < values.length; from += ZONE, z++) {
    const to = Math.min(from + ZONE, values.length);
    let least = values[from]!;
    let most = least;
    let sum = least;
    for (let k = from + 1; k < to; k++) {
      const value = values[k]!;
      least = value < least ? value : least;
      most = value > most ? value : most;
      sum += value;
    }
    const defined = sum === sum;
    low[z] = defined ? least : NaN;
    high[z] = defined ? most : NaN;
  }
}
