import { BLOCK, type BlockWindow } from './blocks.js';
import { groupKey, type Group } from './grid-groups.js';
import { smaStream } from './grid-streams.js';

interface Length {
  period: number;
  average: ReturnType<typeof smaStream>;
  deviation: Float64Array;
  bands: { width: number; out: Float64Array }[];
}

/** Beyond it a product of two sums of squares need not be exact. */
const EXACT = 2 ** 53;

/** Bollinger's bands: averages and deviations once for each length, whatever the widths. */
export function bandGroup(): Group {
  const lengths = new Map<number, Length>();
  const outputs: Record<string, Float64Array> = {};
  const group: Group = {
    lookback: 0,
    names: ['close'],
    outputs,
    add([period = NaN, width = NaN]) {
      const made = { period, average: smaStream(period), deviation: new Float64Array(BLOCK), bands: [] };
      const length: Length = lengths.get(period) ?? made;
      lengths.set(period, length);
      const [upper, lower] = [new Float64Array(BLOCK), new Float64Array(BLOCK)];
      length.bands.push({ width, out: upper }, { width: -width, out: lower });
      outputs[groupKey('UPPER', [period, width])] = upper;
      outputs[groupKey('LOWER', [period, width])] = lower;
      outputs[groupKey('MIDDLE', [period, width])] = length.average.outputs['']!;
      group.lookback = Math.max(group.lookback, period);
    },
    step(window) {
      const squares = squaresOf(window);
      for (const length of lengths.values()) stepLength(length, window, squares);
    },
    save: () => [...lengths.values()].flatMap(({ average }) => average.save()),
    load: (state) => [...lengths.values()].forEach(({ average }, i) => average.load([state[i] ?? 0])),
  };
  return group;
}

function stepLength(length: Length, window: BlockWindow, squares: Squares | null): void {
  const { average, deviation, bands, period } = length;
  average.step(window);
  const middle = average.outputs['']!;
  if (squares && period * squares.largest < EXACT) deviateBySums(length, window, squares);
  else deviateAfresh(length, window);
  for (const { width, out } of bands)
    for (let k = 0; k < window.count; k++) out[k] = middle[k]! + width * deviation[k]!;
}

/** Sums of closes and of their squares, measured from one close so that the numbers stay small. */
interface Squares {
  sums: Float64Array;
  squares: Float64Array;
  /** The last of the sums of squares, and no less than the square of any sum over a window. */
  largest: number;
}

let buffers = { sums: new Float64Array(0), squares: new Float64Array(0) };

function squaresOf({ prefix, prices: { close }, base, count, first }: BlockWindow): Squares | null {
  if (!prefix) return null;
  const end = base + count;
  if (buffers.sums.length <= end)
    buffers = { sums: new Float64Array(end + 1), squares: new Float64Array(end + 1) };
  const { sums, squares } = buffers;
  const start = Math.max(0, base - first);
  const origin = close[start]!;
  let [sum, square] = [0, 0];
  sums[start] = squares[start] = 0;
  for (let i = start; i < end; i++) {
    const x = close[i]! - origin;
    sum += x;
    square += x * x;
    sums[i + 1] = sum;
    squares[i + 1] = square;
  }
  return { sums, squares, largest: square };
}

/** n·Σx² − (Σx)² is a whole number here: windows that stand still deviate by exactly 0. */
function deviateBySums({ period, deviation }: Length, window: BlockWindow, by: Squares): void {
  const { base, count, first } = window;
  const { sums, squares } = by;
  for (let k = Math.max(0, Math.min(count, period - 1 - first)); k < count; k++) {
    const to = base + k + 1;
    const sum = sums[to]! - sums[to - period]!;
    deviation[k] = Math.sqrt(period * (squares[to]! - squares[to - period]!) - sum * sum) / period;
  }
}

/** Without a tick running sums of squares lose digits: each window is summed by itself. */
function deviateAfresh({ period, deviation, average }: Length, window: BlockWindow): void {
  const { base, count, first, prices } = window;
  const { close } = prices;
  const middle = average.outputs['']!;
  for (let k = Math.max(0, Math.min(count, period - 1 - first)); k < count; k++) {
    const mean = middle[k]!;
    let [a, b, c, d] = [0, 0, 0, 0];
    let i = base + k - period + 1;
    for (; i + 4 <= base + k + 1; i += 4) {
      a += (close[i]! - mean) ** 2;
      b += (close[i + 1]! - mean) ** 2;
      c += (close[i + 2]! - mean) ** 2;
      d += (close[i + 3]! - mean) ** 2;
    }
    for (; i <= base + k; i++) a += (close[i]! - mean) ** 2;
    deviation[k] = Math.sqrt((a + b + c + d) / period);
  }
}
