import type { BarColumns } from '../../bars.js';
import { InvalidInputError } from '../../errors.js';
import { columnOf, type ColumnRef } from '../rules.js';
import {
  exactAverages,
  fillAverage,
  fillChange,
  fillDeviation,
  fillExactDeviation,
  fillExtreme,
  fillLagged,
  fillStrength,
  fillSum,
  ofValues,
  type Exponential,
  type Fill,
  type Source,
} from './fillers.js';
import { ticksPerUnit } from './ticks.js';

export interface Made {
  fill: Fill | Exponential;
  /** Index of the first bar with a value. */
  first: number;
  /** Slots that it is made from. */
  needs?: readonly number[];
  /** The slot of a column that this one equals from `first` on. */
  same?: number;
}

/** Columns by their slots; the same key is the same column. */
export interface Nodes {
  bars: BarColumns;
  source(slot: number): Source;
  add(key: string, make: () => Made): number;
}

/** Whole columns of indicators that have no way by pieces take at most so much. */
const MOST_WHOLE_BYTES = 256 * 2 ** 20;
/** Longer averages are rare, and the sums of so many bars are kept for all. */
const LONGEST = 4096;

type Describe = (ref: ColumnRef) => number;

/** The slot of a column that is asked for, with all that it is made from. */
export function describeColumn(nodes: Nodes): Describe {
  const { bars, add, source } = nodes;
  const prices = priceColumns(nodes);
  let wholeBytes = 0;
  const whole: Describe = (ref) =>
    add(`${ref.name} ${ref.args.join()} ${ref.output ?? ''}`, () => {
      const { lag: _, ...plain } = ref;
      const found = columnOf(plain, bars);
      wholeBytes += ref.name in bars ? 0 : found.byteLength;
      if (wholeBytes > MOST_WHOLE_BYTES)
        throw new InvalidInputError(
          `The grid needs more than ${MOST_WHOLE_BYTES / 2 ** 20} MiB of whole columns of ${ref.name} for ${found.length} bars; narrow the grid or the window`,
        );
      return { fill: ofValues(found), first: 0 };
    });
  return (ref) => {
    const piecewise = Object.hasOwn(prices, ref.name) ? prices[ref.name]?.(ref) : null;
    const slot = piecewise ?? whole(ref);
    const { lag = 0 } = ref;
    if (lag === 0) return slot;
    if (!Number.isInteger(lag) || lag < 0)
      throw new InvalidInputError(
        `Column ${ref.name} has lag ${lag}; it must be a whole number of bars, from 0`,
      );
    return add(`${slot} lag ${lag}`, () => ({
      fill: fillLagged(source(slot), lag),
      first: source(slot).first + lag,
      needs: [slot],
    }));
  };
}

/** Indicators by name that can be computed piece by piece; null for an output that cannot. */
function priceColumns({ bars, add, source }: Nodes): Record<string, (ref: ColumnRef) => number | null> {
  const { close, high, low } = bars;
  let tick: number | null | undefined;
  const scale = (): number | null => (tick === undefined ? (tick = ticksPerUnit(close)) : tick);
  let sums: ((period: number) => Fill) | undefined;
  const average = (period: number): number =>
    add(`SMA ${period}`, () => {
      const exact = scale();
      const fill =
        exact === null || period > LONGEST
          ? fillAverage(close, period)
          : (sums ??= exactAverages(close, exact, LONGEST))(period);
      return { fill, first: period - 1 };
    });
  const closes = (): number => add('close', () => ({ fill: ofValues(close), first: 0 }));
  const exponential = (of: number, period: number, seed = source(of).first + period - 1): number =>
    add(`EMA ${of} ${period} ${seed}`, () => ({
      fill: { source: source(of), period, seed, average: 0 },
      first: seed,
      needs: [of],
    }));
  const combined = (a: number, b: number, factor: number): number =>
    add(`${a} + ${factor} ${b}`, () => ({
      fill: fillSum(source(a), source(b), factor),
      first: Math.max(source(a).first, source(b).first),
      needs: [a, b],
    }));

  return {
    SMA: ({ args: [period = NaN] }) => average(period),
    EMA: ({ args: [period = NaN] }) => exponential(closes(), period),
    RSI: ({ args: [period = NaN] }) =>
      add(`RSI ${period}`, () => ({ fill: fillStrength(close, period), first: period })),
    MOM: ({ args: [period = NaN] }) =>
      add(`MOM ${period}`, () => ({ fill: fillChange(close, period, false), first: period })),
    ROC: ({ args: [period = NaN] }) =>
      add(`ROC ${period}`, () => ({ fill: fillChange(close, period, true), first: period })),
    DONCHIAN({ args: [period = NaN], output = 'UPPER' }) {
      if (output !== 'UPPER' && output !== 'LOWER') return null;
      const fill = output === 'UPPER' ? fillExtreme(high, period, 1) : fillExtreme(low, period, -1);
      return add(`DONCHIAN ${output} ${period}`, () => ({ fill, first: period - 1 }));
    },
    BB({ args: [period = NaN, width = NaN], output = 'UPPER' }) {
      const middle = average(period);
      if (output === 'MIDDLE') return middle;
      const exact = scale();
      const fill = exact === null ? fillDeviation(close, period) : fillExactDeviation(close, period, exact);
      const spread = add(`STDDEV ${period}`, () => ({ fill, first: period - 1 }));
      return combined(middle, spread, output === 'UPPER' ? width : -width);
    },
    MACD({ args: [a = NaN, b = NaN, smoothing = NaN], output = 'MACD' }) {
      const [fast, slow] = [Math.min(a, b), Math.max(a, b)];
      const quick = exponential(closes(), fast, slow - 1);
      const line = combined(quick, exponential(closes(), slow, slow - 1), -1);
      const signal = exponential(line, smoothing);
      if (output === 'MACDSIGNAL') return signal;
      if (output === 'MACDHIST') return combined(line, signal, -1);
      // TA-Lib starts all columns of one indicator at the same bar.
      const { first } = source(signal);
      return add(`${line} from ${first}`, () => ({
        fill: blankBefore(source(line), first),
        first,
        needs: [line],
        same: line,
      }));
    },
  };
}

const blankBefore =
  (source: Source, first: number): Fill =>
  ({ from, to }, out, at) => {
    const { values, at: start } = source.read();
    for (let i = from; i < to; i++)
      out[at + i - from] = i < first ? NaN : (values[start + i - from] as number);
  };
