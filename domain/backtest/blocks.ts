import type { ColumnStepper } from './grid-stepper.js';
import { scaleOf } from './ticks.js';

/** Bars of a block: a day of minutes, few enough that all columns of a grid stay in the processor's cache. */
export const BLOCK = 1440;
/** Bars of a zone, of which the smallest and the largest value are known. */
export const ZONE = 16;
export const ZONES = BLOCK / ZONE;
const DAY = 86_400_000;

export type PriceName = 'open' | 'high' | 'low' | 'close' | 'volume';

/** Where bars come from, a piece at a time: columns in memory, or a file that is larger than it. */
export interface BarSource {
  length: number;
  /** As `findTick` gives it. */
  perUnit: number;
  /** Puts the values of bars from `first` on into `target`, as many as it is long. */
  read(name: PriceName | 'time', first: number, target: Float64Array): void;
  /** The values themselves, where they lie in memory: copying from shared memory is slow. */
  view?(name: PriceName | 'time', first: number, end: number): Float64Array;
}

/** Columns in memory as a source. */
export const sourceOf = (columns: Record<PriceName | 'time', Float64Array>, perUnit: number): BarSource => ({
  length: columns.close.length,
  perUnit,
  read: (name, first, target) => target.set(columns[name].subarray(first, first + target.length)),
  view: (name, first, end) => columns[name].subarray(first, end),
});

/** A block of bars and as many before it as its readers look back, in ticks where there is one. */
export interface BlockWindow {
  /** Index of the block's first bar among all bars. */
  first: number;
  count: number;
  /** Index of the block's first bar in the arrays here. */
  base: number;
  prices: Record<PriceName, Float64Array>;
  /** Sums of closes: `prefix[i]` is of those before index i. Null where they are not exact. */
  prefix: Float64Array | null;
  /** Loops over columns in the place of those in TypeScript. */
  stepper: ColumnStepper | null;
  /** Ticks to a unit of these prices; 0 where sums are not exact. */
  perUnit: number;
  /** Bars of the block that are the last of their UTC day, without the very last bar of all. */
  dayEnds: Int32Array;
  /** Days without bars before the day that ends there. */
  idleDays: Int32Array;
  days: number;
  /** UTC day of the last bar that was read, and days without bars before it, where it begins a new one. */
  lastDay: number;
  /** Day of the last day end that was passed; NaN at the start. */
  endedDay: number;
}

export interface WindowArgs {
  source: BarSource;
  lookback: number;
  names: ReadonlySet<PriceName>;
  /** Turns volumes off, which are no prices. */
  exact: boolean;
  /** Another implementation of loops over columns, and the memory where it reads sums. */
  stepper?: { columns: ColumnStepper; sums: Float64Array } | null;
}

export function newWindow({ lookback, exact, source, stepper }: WindowArgs): BlockWindow {
  const column = (): Float64Array => new Float64Array(lookback + BLOCK);
  return {
    first: 0,
    count: 0,
    base: lookback,
    prices: { open: column(), high: column(), low: column(), close: column(), volume: column() },
    prefix: exact && source.perUnit > 0 ? (stepper?.sums ?? new Float64Array(lookback + BLOCK + 1)) : null,
    stepper: stepper?.columns ?? null,
    perUnit: exact && source.perUnit > 0 ? source.perUnit / scaleOf(source.perUnit) : 0,
    dayEnds: new Int32Array(BLOCK),
    idleDays: new Int32Array(BLOCK),
    days: 0,
    lastDay: NaN,
    endedDay: NaN,
  };
}

/** Reads the block that begins at bar `first`, a multiple of BLOCK, and what lies before it. */
export function readBlock(window: BlockWindow, args: WindowArgs, first: number): void {
  const { source, names } = args;
  const scale = args.exact && source.perUnit > 0 ? scaleOf(source.perUnit) : 1;
  const count = Math.min(BLOCK, source.length - first);
  const follows = window.count > 0 && first === window.first + window.count;
  if (source.view && scale === 1) {
    const from = Math.max(0, first - args.lookback);
    for (const name of names) window.prices[name] = source.view(name, from, first + count);
    window.base = first - from;
  } else for (const name of names) readColumn(window, args, { name, first, count, scale, follows });
  window.first = first;
  window.count = count;
  if (window.prefix) sumUp(window);
  findDays(window, source);
}

function readColumn(
  { prices, base, count: before }: BlockWindow,
  { source }: WindowArgs,
  at: { name: PriceName; first: number; count: number; scale: number; follows: boolean },
): void {
  const { name, first, count, scale, follows } = at;
  const column = prices[name];
  if (follows) column.copyWithin(0, before, before + base);
  const from = follows ? first : Math.max(0, first - base);
  const target = column.subarray(base - (first - from), base + count);
  source.read(name, from, target);
  if (scale !== 1 && name !== 'volume') toTicks(target, scale);
}

function toTicks(values: Float64Array, perUnit: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.round(values[i]! * perUnit);
}

/** Begun anew at each block: differences of exact sums do not depend on where the sums begin. */
function sumUp({ prefix, prices: { close }, base, count, first }: BlockWindow): void {
  if (!prefix) return;
  const start = Math.max(0, base - first);
  let sum = 0;
  prefix[start] = 0;
  for (let i = start; i < base + count; i++) {
    sum += close[i]!;
    prefix[i + 1] = sum;
  }
}

const buffer = new Float64Array(BLOCK + 1);

function findDays(window: BlockWindow, source: BarSource): void {
  const { first, count } = window;
  const known = Math.min(count + 1, source.length - first);
  const times = source.view?.('time', first, first + known) ?? buffer;
  if (times === buffer) source.read('time', first, buffer.subarray(0, known));
  window.days = 0;
  let day = Math.floor(times[0]! / DAY);
  if (first === 0) window.endedDay = day;
  let ends = (day + 1) * DAY;
  for (let i = firstFrom(times, ends, known); i < known; i = firstFrom(times, ends, known)) {
    window.dayEnds[window.days] = i - 1;
    window.idleDays[window.days++] = Math.max(0, day - window.endedDay - 1);
    window.endedDay = day;
    day = Math.floor(times[i]! / DAY);
    ends = (day + 1) * DAY;
  }
  window.lastDay = day;
}

/** Index of the first of ascending times that is no earlier; `count` where there is none. */
function firstFrom(times: Float64Array, time: number, count: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
