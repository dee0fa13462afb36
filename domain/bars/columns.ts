import type { Bar, BarColumns } from '../bars.js';

export const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Columns made name by name. */
export function columnsBy(make: (name: (typeof COLUMNS)[number]) => Float64Array): BarColumns {
  return {
    time: make('time'),
    open: make('open'),
    high: make('high'),
    low: make('low'),
    close: make('close'),
    volume: make('volume'),
  };
}

/** Bars as columns, with when they were known. */
export function columnsOfBars(bars: readonly Bar[]): BarColumns & { knownAt: Float64Array } {
  const column = (name: (typeof COLUMNS)[number] | 'knownAt'): Float64Array => {
    const values = new Float64Array(bars.length);
    // A plain loop: `from` with a function asks an iterator for every value.
    for (let i = 0; i < values.length; i++) values[i] = bars[i]![name];
    return values;
  };
  return { ...columnsBy(column), knownAt: column('knownAt') };
}

/** An object a bar: many times the memory and the time of columns. */
export function barsOfColumns(columns: BarColumns & { knownAt: Float64Array }): Bar[] {
  const { time, open, high, low, close, volume, knownAt } = columns;
  const bars: Bar[] = [];
  for (let i = 0; i < time.length; i++)
    bars.push({
      time: time[i]!,
      open: open[i]!,
      high: high[i]!,
      low: low[i]!,
      close: close[i]!,
      volume: volume[i]!,
      knownAt: knownAt[i]!,
    });
  return bars;
}

/** The rows at these places, in this order. */
export const takeRows = (columns: BarColumns, places: ArrayLike<number>): BarColumns =>
  columnsBy((name) => {
    const from = columns[name];
    const taken = new Float64Array(places.length);
    for (let i = 0; i < taken.length; i++) taken[i] = from[places[i] ?? -1] ?? NaN;
    return taken;
  });

export const sliceColumns = (columns: BarColumns, from: number, to?: number): BarColumns =>
  columnsBy((name) => columns[name].slice(from, to));

export const joinColumns = (parts: readonly BarColumns[]): BarColumns =>
  columnsBy((name) => joinNumbers(parts.map((part) => part[name])));

export function joinNumbers(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** True where each number is greater than the one before. */
export function isAscending(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (!((values[i - 1] ?? NaN) < (values[i] ?? NaN))) return false;
  return true;
}

/** The middle value; of an even number of values the mean of the middle two. NaN where there is none. */
export function medianOf(values: Float64Array): number {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
