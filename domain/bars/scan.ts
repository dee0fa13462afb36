import type { BarColumns } from '../bars.js';
import { InvalidInputError } from '../errors.js';
import { TIMEFRAMES, timeframeMs, type Timeframe } from '../streams.js';
import type { RowOrder } from './inspect.js';

/** The most frequent distance of neighbouring times, in whatever order they stand, ms; null where there are no two. */
export function usualStep(given: Float64Array): number | null {
  const time = given.toSorted();
  const counts = new Map<number, number>();
  for (let i = 1; i < time.length; i++) {
    const step = Math.abs((time[i] ?? NaN) - (time[i - 1] ?? NaN));
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/**
 * The bar length of a table: the most frequent distance of neighbouring rows.
 * @throws InvalidInputError where no timeframe has it.
 */
export function inferTimeframe(time: Float64Array): Timeframe {
  const step = usualStep(time);
  const known = Object.entries(TIMEFRAMES).find(([, length]) => length === step)?.[0];
  if (known) return known as Timeframe;
  throw new InvalidInputError(
    step === null
      ? 'Too few rows to see the length of a bar; --timeframe decides'
      : `Most rows are ${step / 1000} s apart, which is no known timeframe (${Object.keys(TIMEFRAMES).join(', ')}); --timeframe decides`,
  );
}

/** Stretches of bar opens, each [from, to) and apart from the next, ascending: any order may come in. */
export interface TimeSet {
  from: number[];
  to: number[];
}

/** Adds a bar open; false where it was there. */
export function addTime(set: TimeSet, time: number, stepMs: number): boolean {
  const { from, to } = set;
  // Files in order end here: the last stretch grows.
  let place = from.length - 1;
  if (!((from[place] ?? Infinity) <= time)) place = lastAtOrBefore(from, time);
  if (place >= 0 && time < (to[place] ?? NaN)) return false;
  const joinsLeft = place >= 0 && to[place] === time;
  const joinsRight = from[place + 1] === time + stepMs;
  if (joinsLeft && joinsRight) {
    to[place] = to[place + 1] ?? NaN;
    from.splice(place + 1, 1);
    to.splice(place + 1, 1);
  } else if (joinsLeft) to[place] = time + stepMs;
  else if (joinsRight) from[place + 1] = time;
  else {
    from.splice(place + 1, 0, time);
    to.splice(place + 1, 0, time + stepMs);
  }
  return true;
}

function lastAtOrBefore(starts: number[], time: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? NaN) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What one pass over a table that does not fit in memory finds out. */
export interface Scan {
  present: TimeSet;
  /** Open times that several rows have. */
  repeated: Set<number>;
  rises: number;
  falls: number;
  last: number;
}

export const newScan = (): Scan => ({
  present: { from: [], to: [] },
  repeated: new Set(),
  rises: 0,
  falls: 0,
  last: NaN,
});

/** Takes note of the times of some rows; those off the grid are judged elsewhere. */
export function scanTimes(scan: Scan, { time }: Pick<BarColumns, 'time'>, timeframe: Timeframe): void {
  const stepMs = timeframeMs(timeframe);
  for (let i = 0; i < time.length; i++) {
    const each = time[i] ?? NaN;
    if (each > scan.last) scan.rises++;
    else if (each < scan.last) scan.falls++;
    scan.last = each;
    if (Number.isFinite(each) && !addTime(scan.present, each, stepMs)) scan.repeated.add(each);
  }
}

export const scanOrder = ({ rises, falls }: Scan): RowOrder =>
  falls === 0 ? 'ascending' : rises === 0 ? 'descending' : 'mixed';
