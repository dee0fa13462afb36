import { BLOCK, type BlockWindow } from './blocks.js';
import { newAverage, stepAverages, type Average } from './grid-averages.js';
import type { Stream, Values } from './grid-streams.js';

/** Columns of one kind that are cheaper computed together, each asked for by its arguments and its output. */
export interface Group extends Omit<Stream, 'values'> {
  add(args: readonly number[], output: string): Column;
  /** So many columns are computed with, but not compared; `settle` gives them their places. */
  scratch?(): number;
  settle?(columns: Float64Array[]): void;
}

export interface Column {
  values: Values;
  /** Ends of its zones, where they are known without looking at every value. */
  bounds?: (low: Float64Array, high: Float64Array, zones: number) => void;
  /** Has the values written where they are compared, raised by the rounding or not; false where others read them too. */
  bind?: (target: Float64Array, raised: boolean) => boolean;
}

/** Exponential averages of the closes. */
export function emaGroup(): Group {
  const averages = new Map<number, Shared>();
  return {
    lookback: 0,
    names: ['close'],
    add([period = NaN]) {
      const shared = averages.get(period) ?? { average: newAverage(period, period - 1), readers: 0 };
      averages.set(period, shared);
      return columnOf(shared);
    },
    step: (window) => stepOf(averagesOf(averages), window, closesOf(window)),
    save: () => averagesOf(averages).map(({ value }) => value),
    load: (state) => averagesOf(averages).forEach((average, i) => (average.value = state[i] ?? 0)),
  };
}

interface Shared {
  average: Average;
  readers: number;
}

const averagesOf = (shared: Map<number, Shared>): Average[] =>
  [...shared.values()].map(({ average }) => average);

function columnOf(shared: Shared): Column {
  const { average } = shared;
  shared.readers++;
  return {
    values: () => average.out,
    bind(target, raised) {
      if (shared.readers > 1) return false;
      Object.assign(average, { out: target, raised });
      return true;
    },
  };
}

const closesOf = ({ prices, base }: BlockWindow): Float64Array => prices.close.subarray(base);

function stepOf(averages: Average[], window: BlockWindow, input: Float64Array): void {
  for (const average of averages) average.input = input;
  stepAverages(averages, window);
}

interface Line {
  quick: Average;
  slow: Average;
  out: Float64Array;
  bound: boolean;
  signals: Map<number, Signal>;
}

/** The line of two lengths from its own first value on: what a signal line is compared with begins later by itself. */
export const LINE = 'LINE';

interface Signal extends Shared {
  /** The line from where the signal begins: both columns of an indicator begin together. */
  shown: Float64Array;
}

/**
 * MACD's lines and signals. The quick average is seeded where the slow one is, so that there is one for each pair; those
 * of one length that have come to the same value are one from then on.
 */
export function macdGroup(): Group {
  const lines = new Map<string, Line>();
  const all = (): Average[] =>
    [...lines.values()].flatMap(({ quick, slow, signals }) => [
      quick,
      slow,
      ...[...signals.values()].map(({ average }) => average),
    ]);
  return {
    lookback: 0,
    names: ['close'],
    add(args, output) {
      const [first = NaN, second = NaN, smooth = NaN] = args;
      const [fast, slow] = [Math.min(first, second), Math.max(first, second)];
      const line = lines.get(`${fast},${slow}`) ?? newLine(fast, slow);
      lines.set(`${fast},${slow}`, line);
      if (output === LINE) return columnOfLine(line);
      const fresh = { average: newAverage(smooth, slow + smooth - 2), readers: 0, shown: line.out };
      const signal: Signal = line.signals.get(smooth) ?? fresh;
      line.signals.set(smooth, signal);
      return output === 'MACDSIGNAL' ? columnOf(signal) : { values: () => signal.shown };
    },
    scratch: () => lines.size * 2,
    settle: (columns) =>
      [...lines.values()].forEach(({ quick, slow }, i) => {
        quick.out = columns[2 * i]!;
        slow.out = columns[2 * i + 1]!;
      }),
    step: (window) => stepLines([...lines.values()], window),
    save: () => all().map(({ value }) => value),
    load: (state) => all().forEach((average, i) => (average.value = state[i] ?? 0)),
  };
}

const newLine = (fast: number, slow: number): Line => ({
  quick: newAverage(fast, slow - 1),
  slow: newAverage(slow, slow - 1),
  out: new Float64Array(BLOCK),
  bound: false,
  signals: new Map(),
});

const columnOfLine = (line: Line): Column => ({
  values: () => line.out,
  bind(target, raised) {
    if (raised || line.bound) return false;
    Object.assign(line, { out: target, bound: true });
    return true;
  },
});

function stepLines(lines: Line[], window: BlockWindow): void {
  const twins = twinsOf(lines, window.first);
  stepOf([...new Set(twins.values())], window, closesOf(window));
  for (const [average, twin] of twins) average.value = twin.value;
  for (const { quick, slow, out } of lines)
    subtract(out, { left: twins.get(quick)!.out, right: twins.get(slow)!.out, window });
  const signals = lines.flatMap(({ out, signals }) =>
    [...signals.values()].map((signal) => ({ signal, out })),
  );
  for (const { signal, out } of signals) signal.average.input = out;
  stepAverages(
    signals.map(({ signal }) => signal.average),
    window,
  );
  for (const { signal, out } of signals) signal.shown = shownOf(signal, out, window);
}

/** For each average the one that is stepped in its place: itself, or one of its length that has its value already. */
function twinsOf(lines: Line[], first: number): Map<Average, Average> {
  const distinct = new Map<number, Average[]>();
  const twins = new Map<Average, Average>();
  for (const { quick, slow } of lines)
    for (const average of [quick, slow]) {
      const { period, value, seed } = average;
      const known = distinct.get(period) ?? [];
      distinct.set(period, known);
      const twin = known.find((other) =>
        first > seed && first > other.seed ? other.value === value : other.seed === seed,
      );
      if (!twin) known.push(average);
      twins.set(average, twin ?? average);
    }
  return twins;
}

function subtract(
  out: Float64Array,
  { left, right, window }: { left: Float64Array; right: Float64Array; window: BlockWindow },
): void {
  const { count, stepper } = window;
  if (stepper && [out, left, right].every(stepper.isInside))
    return stepper.subtract(out, { left, right, count });
  for (let k = 0; k < count; k++) out[k] = left[k]! - right[k]!;
}

function shownOf({ average }: Signal, out: Float64Array, { first, count }: BlockWindow): Float64Array {
  const hidden = Math.min(count, average.seed - first);
  return hidden > 0 ? out.slice().fill(NaN, 0, hidden) : out;
}
