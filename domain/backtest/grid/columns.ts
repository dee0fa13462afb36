import type { BarColumns } from '../../bars.js';
import { InvalidInputError } from '../../errors.js';
import { columnOf, ROUNDING, type ColumnRef } from '../rules.js';
import {
  exactAverages,
  fillAverage,
  fillChange,
  fillDeviation,
  fillExponential,
  fillExtreme,
  fillFrom,
  fillLagged,
  fillStrength,
  fillSum,
  ofValues,
  type Fill,
  type Source,
} from './fillers.js';
import { ticksPerUnit } from './ticks.js';
import type { Zones } from './zones.js';

/** The columns that a grid compares, each distinct one computed once, block by block. */
export interface Columns {
  /** One block after the other: column c's bar i of the block at `c × stride + i`. */
  values: Float64Array;
  stride: number;
  /** Extremes of each zone of the block, at `c × stride + zone`; ∓Infinity where a value is undefined. */
  lowest: Float64Array;
  highest: Float64Array;
  /** Computes the zones [from, to), which follow those of the call before. */
  fill(from: number, to: number): void;
}

/** Whole columns of indicators that have no way by pieces take at most so much. */
const MOST_WHOLE_BYTES = 256 * 2 ** 20;

interface Node {
  fill: Fill;
  /** Index of the first bar with a value. */
  first: number;
  compared: boolean;
}

export interface ColumnsArgs {
  bars: BarColumns;
  zones: Zones;
  /** Bars of a block, at most. */
  blockBars: number;
}

/** Collects the columns of all rules; `seal` when all are known. */
export function gatherColumns({ bars, zones, blockBars }: ColumnsArgs) {
  const nodes: Node[] = [];
  const slots = new Map<string, number>();
  let values = new Float64Array(0);
  let wholeBytes = 0;
  const n = bars.close.length;
  let averages: ((period: number) => Fill) | null | undefined;

  const add = (key: string, make: () => { fill: Fill; first: number }): number => {
    const known = slots.get(key);
    if (known !== undefined) return known;
    const made = make();
    nodes.push({ ...made, compared: false });
    slots.set(key, nodes.length - 1);
    return nodes.length - 1;
  };
  const source = (slot: number): Source => ({
    first: nodes[slot]?.first ?? 0,
    read: () => ({ values, at: slot * blockBars }),
  });
  /** Averages of closes: by exact prefix sums where the closes have a tick. */
  const average = (period: number): Fill => {
    if (averages === undefined) {
      const scale = ticksPerUnit(bars.close);
      averages = scale === null ? null : exactAverages(bars.close, scale, LONGEST);
    }
    return averages && period < LONGEST ? averages(period) : fillAverage(bars.close, period);
  };
  const close = (): number => column({ name: 'close', args: [] });
  const exponential = (of: number, period: number, seed = source(of).first + period - 1): number =>
    add(`EMA ${of} ${period} ${seed}`, () => ({
      fill: fillExponential(source(of), period, seed),
      first: seed,
    }));

  /** By name; each gives the slot of the output that is meant. */
  const PIECEWISE: Record<string, (ref: ColumnRef) => number | null> = {
    SMA: ({ args: [period = NaN] }) =>
      add(`SMA ${period}`, () => ({ fill: average(period), first: period - 1 })),
    EMA: ({ args: [period = NaN] }) => exponential(close(), period),
    RSI: ({ args: [period = NaN] }) =>
      add(`RSI ${period}`, () => ({ fill: fillStrength(bars.close, period), first: period })),
    MOM: ({ args: [period = NaN] }) =>
      add(`MOM ${period}`, () => ({ fill: fillChange(bars.close, period, false), first: period })),
    ROC: ({ args: [period = NaN] }) =>
      add(`ROC ${period}`, () => ({ fill: fillChange(bars.close, period, true), first: period })),
    MACD: macdOf,
    BB: bandOf,
    DONCHIAN: ({ args: [period = NaN], output = 'UPPER' }) => {
      if (output !== 'UPPER' && output !== 'LOWER') return null;
      const [of, sign] = output === 'UPPER' ? ([bars.high, 1] as const) : ([bars.low, -1] as const);
      return add(`DONCHIAN ${output} ${period}`, () => ({
        fill: fillExtreme(of, period, sign),
        first: period - 1,
      }));
    },
  };

  function macdOf({ args, output = 'MACD' }: ColumnRef): number | null {
    const [a = NaN, b = NaN, smoothing = NaN] = args;
    const [fast, slow] = [Math.min(a, b), Math.max(a, b)];
    const [quick, calm] = [exponential(close(), fast, slow - 1), exponential(close(), slow, slow - 1)];
    const difference = (left: number, right: number): number =>
      add(`${left} - ${right}`, () => ({
        fill: fillSum(source(left), source(right), -1),
        first: Math.max(source(left).first, source(right).first),
      }));
    const line = difference(quick, calm);
    const signal = exponential(line, smoothing);
    if (output === 'MACDSIGNAL') return signal;
    if (output === 'MACDHIST') return difference(line, signal);
    const { first } = source(signal);
    return add(`${line} from ${first}`, () => ({ fill: fillFrom(source(line), first), first }));
  }

  function bandOf({ args: [period = NaN, width = NaN], output = 'UPPER' }: ColumnRef): number | null {
    const middle = PIECEWISE['SMA']?.({ name: 'SMA', args: [period] }) ?? null;
    if (output === 'MIDDLE' || middle === null) return middle;
    const spread = add(`STDDEV ${period}`, () => ({
      fill: fillDeviation(bars.close, period),
      first: period - 1,
    }));
    const factor = output === 'UPPER' ? width : -width;
    return add(`${middle} + ${factor} ${spread}`, () => ({
      fill: fillSum(source(middle), source(spread), factor),
      first: period - 1,
    }));
  }

  function whole(ref: ColumnRef): number {
    const price = ref.name in bars;
    return add(`${ref.name} ${ref.args.join()} ${ref.output ?? ''}`, () => {
      const found = columnOf(
        { name: ref.name, args: ref.args, ...(ref.output ? { output: ref.output } : {}) },
        bars,
      );
      wholeBytes += price ? 0 : 8 * n;
      if (wholeBytes > MOST_WHOLE_BYTES)
        throw new InvalidInputError(
          `The grid needs more than ${MOST_WHOLE_BYTES / 2 ** 20} MiB of whole columns of ${ref.name} for ${n} bars; narrow the grid or the window`,
        );
      return { fill: ofValues(found), first: 0 };
    });
  }

  function column(ref: ColumnRef): number {
    const plain = (Object.hasOwn(PIECEWISE, ref.name) ? PIECEWISE[ref.name]?.(ref) : null) ?? whole(ref);
    const { lag = 0 } = ref;
    if (lag === 0) return plain;
    if (!Number.isInteger(lag) || lag < 0)
      throw new InvalidInputError(
        `Column ${ref.name} has lag ${lag}; it must be a whole number of bars back, from 0`,
      );
    return add(`${plain} lag ${lag}`, () => ({
      fill: fillLagged(source(plain), lag),
      first: source(plain).first + lag,
    }));
  }

  const operand = (of: ColumnRef | number): number =>
    typeof of === 'number'
      ? add(`number ${of}`, () => ({
          fill: ({ from, to }, out, at) => out.fill(of, at, at + to - from),
          first: 0,
        }))
      : column(of);

  const compared = (slot: number): number => {
    const node = nodes[slot];
    if (node) node.compared = true;
    return slot;
  };

  return {
    /** The slot of what stands on the left of a comparison. */
    left: (of: ColumnRef | number): number => compared(operand(of)),
    /** Of what stands on its right, raised by the rounding that a value must exceed. */
    right(of: ColumnRef | number): number {
      const plain = operand(of);
      return compared(
        add(`${plain} raised`, () => ({ fill: fillRaised(source(plain)), first: source(plain).first })),
      );
    },
    seal(): Columns {
      values = new Float64Array(nodes.length * blockBars);
      const lowest = new Float64Array(nodes.length * blockBars);
      const highest = new Float64Array(nodes.length * blockBars);
      const fill = (from: number, to: number): void => {
        const range = { from: zones.start[from] ?? 0, to: zones.start[to] ?? 0 };
        for (const [slot, node] of nodes.entries()) {
          const at = slot * blockBars;
          node.fill(range, values, at);
          if (node.compared) findExtremes({ values, lowest, highest, at, zones, from, to });
        }
      };
      return { values, stride: blockBars, lowest, highest, fill };
    },
  };
}

/** Longer averages are rare, and their sums would be kept for all. */
const LONGEST = 4096;

const fillRaised =
  (source: Source): Fill =>
  ({ from, to }, out, at) => {
    const { values, at: start } = source.read();
    for (let k = 0; k < to - from; k++) {
      const value = values[start + k] as number;
      out[at + k] = value < 0 ? value * (1 - ROUNDING) : value * (1 + ROUNDING);
    }
  };

function findExtremes(args: {
  values: Float64Array;
  lowest: Float64Array;
  highest: Float64Array;
  at: number;
  zones: Zones;
  from: number;
  to: number;
}): void {
  const { values, lowest, highest, at, zones, from, to } = args;
  const base = at - (zones.start[from] as number);
  for (let z = from; z < to; z++) {
    let [low, high] = [Infinity, -Infinity];
    const end = base + (zones.start[z + 1] as number);
    for (let i = base + (zones.start[z] as number); i < end; i++) {
      const value = values[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
      if (value !== value) [low, high, i] = [-Infinity, Infinity, end];
    }
    lowest[at + z - from] = low;
    highest[at + z - from] = high;
  }
}
