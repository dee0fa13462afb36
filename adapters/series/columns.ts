import type { BarColumns } from '../../domain/bars.js';
import { joinNumbers } from '../../domain/bars/columns.js';

/** Stored bars as columns, ascending by time and then knownAt: several versions of a bar may follow each other. */
export interface Rows extends BarColumns {
  knownAt: Float64Array;
}

export const NUMBERS = ['time', 'open', 'high', 'low', 'close', 'volume', 'knownAt'] as const;

/** From columns in the order of NUMBERS. */
export function rowsOf(values: ArrayLike<number>[]): Rows {
  const column = (index: number): Float64Array => {
    const given = values[index] ?? [];
    return given instanceof Float64Array ? given : Float64Array.from(given);
  };
  const [time, open, high, low, close, volume, knownAt] = NUMBERS.map((_, index) => column(index));
  return { time, open, high, low, close, volume, knownAt } as Rows;
}

/** Keeps the last version of each bar. */
export function latestVersions(rows: Rows): Rows {
  const { time } = rows;
  const isLast = (i: number): boolean => time[i] !== time[i + 1];
  const keep = placesWhere(time.length, isLast);
  return keep.length === time.length ? rows : takePlaces(rows, keep);
}

function placesWhere(count: number, holds: (place: number) => boolean): number[] {
  const keep: number[] = [];
  for (let i = 0; i < count; i++) if (holds(i)) keep.push(i);
  return keep;
}

const takePlaces = (rows: Rows, places: number[]): Rows =>
  rowsOf(NUMBERS.map((name) => Float64Array.from(places, (place) => rows[name][place] ?? NaN)));

export function joinRows(parts: Rows[]): Rows {
  if (parts.length === 1 && parts[0]) return parts[0];
  return rowsOf(NUMBERS.map((name) => joinNumbers(parts.map((part) => part[name]))));
}

/** Rows in [from, to) that are known at `asOf`; the order stays. */
export function windowRows(rows: Rows, { from, to, asOf }: { from: number; to: number; asOf: number }): Rows {
  const { time, knownAt } = rows;
  const isIn = (i: number): boolean => time[i]! >= from && time[i]! < to && knownAt[i]! <= asOf;
  const keep = placesWhere(time.length, isIn);
  return keep.length === time.length ? rows : takePlaces(rows, keep);
}

export const sliceRows = (rows: Rows, from: number, to?: number): Rows =>
  rowsOf(NUMBERS.map((name) => rows[name].slice(from, to)));

/** Files are written in order, and given by it: only what someone else has written has to be sorted. */
export function inOrder(rows: Rows): Rows {
  const { time, knownAt } = rows;
  const compare = (a: number, b: number): number => time[a]! - time[b]! || knownAt[a]! - knownAt[b]!;
  let i = 1;
  while (i < time.length && compare(i - 1, i) <= 0) i++;
  if (i >= time.length) return rows;
  return takePlaces(rows, Array.from(time, (_, place) => place).sort(compare));
}
