import type { Decisions, Subject } from './subject.js';

/** One decision that is another one without what came later. */
export interface Finding {
  column: string;
  /** Number of the bar in the audited data, from 0, and its open, epoch ms. */
  bar: number;
  time: number;
  /** The value with all the data, and the one with what could be known; null where there is none. */
  decided: number | null;
  without: number | null;
  /** Null where one of the two is not defined. */
  difference: number | null;
  /** The value depends on something at least so many bars later. */
  barsAhead: number;
}

export interface Differences {
  /** Values that differ, in all columns. */
  count: number;
  first: Finding | null;
  /** By how much values differ at most, where both are defined. */
  largest: number;
  lastBar: number;
}

/** Compares decisions on all the data with those on a part of it, at the bars that `within` accepts. */
export function differencesOf(args: {
  subject: Pick<Subject, 'tolerance'>;
  whole: Decisions;
  part: Decisions;
  /** By the number of the bar in `whole`. */
  within: (bar: number) => boolean;
  /** Last bar that the part has of the data. */
  lastKept: number;
}): Differences {
  const { subject, whole, part, within, lastKept } = args;
  const rows = new Map<number, number>();
  part.time.forEach((time, row) => rows.set(time, row));
  const found: Differences = { count: 0, first: null, largest: 0, lastBar: -1 };
  for (let bar = 0; bar < whole.time.length; bar++) {
    if (!within(bar)) continue;
    const time = whole.time[bar] ?? NaN;
    const row = rows.get(time);
    if (row === undefined) continue;
    for (const [column, values] of Object.entries(whole.columns)) {
      const decided = values[bar] ?? NaN;
      const without = part.columns[column]?.[row] ?? NaN;
      if (same(decided, without, subject.tolerance)) continue;
      const difference = Math.abs(decided - without);
      found.count++;
      found.lastBar = bar;
      if (difference > found.largest) found.largest = difference;
      found.first ??= {
        column,
        bar,
        time,
        decided: defined(decided),
        without: defined(without),
        difference: defined(difference),
        barsAhead: Math.max(lastKept - bar + 1, 1),
      };
    }
  }
  return found;
}

const defined = (value: number): number | null => (Number.isNaN(value) ? null : value);

function same(a: number, b: number, tolerance: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), 1e-12);
}
