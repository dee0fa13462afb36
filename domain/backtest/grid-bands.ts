import { BLOCK, ZONES, type BlockWindow } from './blocks.js';
import type { Column, Group } from './grid-groups.js';
import type { ColumnStepper } from './grid-stepper.js';
import { smaStream } from './grid-streams.js';
import { zone } from './grid-zones.js';

interface Length {
  period: number;
  average: ReturnType<typeof smaStream>;
  deviation: Float64Array;
  /** Ends of the zones of the average and of the deviation. */
  middle: Ends;
  spread: Ends;
  bands: Map<number, Float64Array>;
}

interface Ends {
  low: Float64Array;
  high: Float64Array;
}

/** Beyond it a product of two sums of squares need not be exact. */
const EXACT = 2 ** 53;

/** Bollinger's bands: averages and deviations once for each length, whatever the widths. */
export function bandGroup(): Group {
  const lengths = new Map<number, Length>();
  const group: Group = {
    lookback: 0,
    names: ['close'],
    add([period = NaN, width = NaN], output) {
      const length = lengths.get(period) ?? newLength(period);
      lengths.set(period, length);
      group.lookback = Math.max(group.lookback, period);
      return output === 'MIDDLE'
        ? { values: length.average.values }
        : newBand(length, output === 'LOWER' ? -width : width);
    },
    scratch: () => lengths.size * 2,
    settle: (columns) =>
      [...lengths.values()].forEach((length, i) => {
        length.average.settle(columns[2 * i]!);
        length.deviation = columns[2 * i + 1]!.fill(NaN);
      }),
    step(window) {
      const squares = squaresOf(window);
      for (const length of lengths.values()) stepLength(length, window, squares);
    },
    save: () => [...lengths.values()].flatMap(({ average }) => average.save()),
    load: (state) => [...lengths.values()].forEach(({ average }, i) => average.load([state[i] ?? 0])),
  };
  return group;
}

const newEnds = (): Ends => ({ low: new Float64Array(ZONES), high: new Float64Array(ZONES) });

const newLength = (period: number): Length => ({
  period,
  average: smaStream(period),
  deviation: new Float64Array(BLOCK).fill(NaN),
  middle: newEnds(),
  spread: newEnds(),
  bands: new Map(),
});

/** A band rises with its average and, above it, with the deviation: its ends follow from theirs, roundings too. */
function newBand({ bands, middle, spread }: Length, width: number): Column {
  const known = bands.get(width);
  if (!known) bands.set(width, new Float64Array(BLOCK));
  const [least, most] = width < 0 ? [spread.high, spread.low] : [spread.low, spread.high];
  return {
    values: () => bands.get(width)!,
    bind(target, raised) {
      if (raised || known) return false;
      bands.set(width, target);
      return true;
    },
    bounds(low, high, zones) {
      for (let z = 0; z < zones; z++) {
        low[z] = middle.low[z]! + width * least[z]!;
        high[z] = middle.high[z]! + width * most[z]!;
      }
    },
  };
}

function stepLength(length: Length, window: BlockWindow, squares: Squares | null): void {
  const { average, deviation, bands, period } = length;
  const { count } = window;
  average.step(window);
  const middle = average.values();
  if (squares && period * squares.largest * window.perUnit ** 2 < EXACT)
    deviateBySums(length, window, squares);
  else deviateRunning(length, window);
  zone(middle, count, length.middle);
  zone(deviation, count, length.spread);
  for (const [width, out] of bands) addBand(out, { middle, deviation, width, count }, window.stepper);
}

function addBand(
  out: Float64Array,
  of: { middle: Float64Array; deviation: Float64Array; width: number; count: number },
  stepper: ColumnStepper | null,
): void {
  const { middle, deviation, width, count } = of;
  if (stepper && [out, middle, deviation].every(stepper.isInside)) return stepper.band(out, of);
  for (let k = 0; k < count; k++) out[k] = middle[k]! + width * deviation[k]!;
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

/** Bars after which a running deviation is summed afresh. */
const AFRESH = 64;
/** Of the largest sum of squares since then: below it too few digits are left. */
const SHRUNK = 1e-3;

/**
 * Without a tick sums of squares over the block lose digits: the squared distances from a window's mean run on from bar
 * to bar (Welford 1962), and are summed afresh often enough that about twelve digits hold.
 */
function deviateRunning({ period, deviation, average }: Length, window: BlockWindow): void {
  const { base, count, first, prices } = window;
  const { close } = prices;
  const middle = average.values();
  let [sum, largest, until] = [0, 0, -1];
  for (let k = Math.max(0, Math.min(count, period - 1 - first)); k < count; k++) {
    if (k < until) {
      const added = close[base + k]!;
      const left = close[base + k - period]!;
      sum += (added - left) * (added - middle[k]! + (left - middle[k - 1]!));
      if (sum > largest) largest = sum;
    }
    if (k >= until || !(sum > SHRUNK * largest)) {
      sum = largest = squaresAround(close, {
        from: base + k - period + 1,
        to: base + k + 1,
        mean: middle[k]!,
      });
      until = k + AFRESH;
    }
    deviation[k] = Math.sqrt(sum / period);
  }
}

function squaresAround(
  close: Float64Array,
  { from, to, mean }: { from: number; to: number; mean: number },
): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = from;
  for (; i + 4 <= to; i += 4) {
    a += (close[i]! - mean) ** 2;
    b += (close[i + 1]! - mean) ** 2;
    c += (close[i + 2]! - mean) ** 2;
    d += (close[i + 3]! - mean) ** 2;
  }
  for (; i < to; i++) a += (close[i]! - mean) ** 2;
  return a + b + c + d;
}
