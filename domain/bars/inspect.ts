import type { BarColumns } from '../bars.js';
import { timeframeMs, type Timeframe } from '../streams.js';
import { takeRows } from './columns.js';
import { faultOfValues, openFault } from './rules.js';
import { findSpikes, returnScale, type ReturnScale, type SpikeRule } from './spikes.js';

/** Rows as they stood in a file: `rows` holds the number of each, the first one being 1. */
export interface NumberedBars {
  rows: Float64Array;
  columns: BarColumns;
}

export interface RowFault {
  row: number;
  reason: string;
}

/** In which order a file tells its bars: `mixed` where a bar stands after a later one and before another. */
export type RowOrder = 'ascending' | 'descending' | 'mixed';

export interface Inspection {
  /** The bars to believe, ascending, one per open time. */
  good: NumberedBars;
  /** Rows that break a rule, by row. */
  quarantined: RowFault[];
  /** Rows that say again what another row says. */
  duplicates: RowFault[];
  /** Rows that are kept and should be looked at: large moves, long wicks, bars out of order. */
  flagged: RowFault[];
  order: RowOrder;
}

export interface InspectOptions {
  timeframe: Timeframe;
  /** Bars that end later are not closed yet. */
  now: number;
  rule?: SpikeRule;
  /** Taken from these bars where it is not given. */
  scale?: ReturnScale | null;
}

/**
 * Judges every row of a table by itself and beside the others. Equal repetitions become one bar; where rows of one time
 * differ, none of them is believed; lone spikes are quarantined. Nothing is repaired: a row is kept as it is or named.
 */
export function inspectBars(given: NumberedBars, options: InspectOptions): Inspection {
  const { sound, quarantined } = soundRows(given, options);
  const order = orderOf(given.columns.time);
  const flagged = order === 'mixed' ? outOfOrder(given) : [];
  const single = singleRows(given, sound);
  const ordered = numbered(given, single.places);
  const stepMs = timeframeMs(options.timeframe);
  const scale = options.scale === undefined ? returnScale(ordered.columns, stepMs) : options.scale;
  const found = findSpikes(ordered.columns, { stepMs, scale, ...(options.rule && { rule: options.rule }) });
  const named = (reasons: Map<number, string>): RowFault[] =>
    Array.from(reasons, ([place, reason]) => ({ row: ordered.rows[place] ?? NaN, reason }));
  const kept = found.spikes.size > 0 ? without(ordered, found.spikes) : ordered;
  return {
    good: kept,
    quarantined: quarantined.concat(single.contradictions, named(found.spikes)).sort(byRow),
    duplicates: single.repetitions.sort(byRow),
    flagged: flagged.concat(named(found.flagged)).sort(byRow),
    order,
  };
}

const byRow = (a: RowFault, b: RowFault): number => a.row - b.row;

function numbered(bars: NumberedBars, places: ArrayLike<number>): NumberedBars {
  // Most files are all sound and in order: they need no second copy.
  let isAll = places.length === bars.rows.length;
  for (let i = 0; isAll && i < places.length; i++) isAll = places[i] === i;
  if (isAll) return bars;
  return {
    rows: Float64Array.from(places, (place) => bars.rows[place] ?? NaN),
    columns: takeRows(bars.columns, places),
  };
}

const without = (bars: NumberedBars, out: Map<number, string>): NumberedBars =>
  numbered(
    bars,
    Array.from(bars.rows.keys()).filter((place) => !out.has(place)),
  );

/** Places of the rows that are sound by themselves, in the order of the file. */
function soundRows(
  { rows, columns }: NumberedBars,
  { timeframe, now }: InspectOptions,
): { sound: Uint32Array; quarantined: RowFault[] } {
  const { time, open, high, low, close, volume } = columns;
  const sound = new Uint32Array(rows.length);
  const quarantined: RowFault[] = [];
  const bar = { time: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 };
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    bar.time = time[i] ?? NaN;
    bar.open = open[i] ?? NaN;
    bar.high = high[i] ?? NaN;
    bar.low = low[i] ?? NaN;
    bar.close = close[i] ?? NaN;
    bar.volume = volume[i] ?? NaN;
    const reason = faultOfValues(bar, timeframe) ?? openFault(bar.time, timeframe, now);
    if (reason === null) sound[count++] = i;
    else quarantined.push({ row: rows[i] ?? NaN, reason });
  }
  return { sound: sound.subarray(0, count), quarantined };
}

/** True where each time lies after (1) or before (-1) the one of the place before. */
function stepsTo(places: Uint32Array, time: Float64Array, sign: 1 | -1): boolean {
  for (let i = 1; i < places.length; i++)
    if (!(sign * ((time[places[i] ?? -1] ?? NaN) - (time[places[i - 1] ?? -1] ?? NaN)) > 0)) return false;
  return true;
}

interface SingleRows {
  /** Ascending by time, one place per time. */
  places: Uint32Array;
  repetitions: RowFault[];
  contradictions: RowFault[];
}

function singleRows({ rows, columns }: NumberedBars, sound: Uint32Array): SingleRows {
  const { time } = columns;
  const at = (place: number): number => time[place] ?? NaN;
  if (stepsTo(sound, time, 1)) return { places: sound, repetitions: [], contradictions: [] };
  if (stepsTo(sound, time, -1)) return { places: sound.toReversed(), repetitions: [], contradictions: [] };
  const sorted = sound.toSorted((a, b) => at(a) - at(b) || a - b);
  const single: SingleRows = { places: sorted, repetitions: [], contradictions: [] };
  const kept: number[] = [];
  for (let from = 0; from < sorted.length;) {
    let to = from + 1;
    while (to < sorted.length && at(sorted[to] ?? 0) === at(sorted[from] ?? 0)) to++;
    judgeGroup(Array.from(sorted.subarray(from, to)), { rows, columns, single, kept });
    from = to;
  }
  single.places = Uint32Array.from(kept);
  return single;
}

/** Rows of one time: the first of equal ones is kept; of different ones none. */
function judgeGroup(
  group: number[],
  into: { rows: Float64Array; columns: BarColumns; single: SingleRows; kept: number[] },
): void {
  const { rows, columns, single, kept } = into;
  const [first = 0, ...others] = group;
  const row = (place: number): number => rows[place] ?? NaN;
  const when = new Date(columns.time[first] ?? NaN).toISOString();
  const distinct = new Set(group.map((place) => valuesAt(columns, place)));
  if (distinct.size > 1) {
    const reason = `${distinct.size} different bars at ${when} (rows ${group.slice(0, 5).map(row).join(', ')}); none can be believed`;
    for (const place of group) single.contradictions.push({ row: row(place), reason });
    return;
  }
  kept.push(first);
  for (const place of others)
    single.repetitions.push({ row: row(place), reason: `repeats row ${row(first)}, the bar at ${when}` });
}

const valuesAt = ({ open, high, low, close, volume }: BarColumns, place: number): string =>
  [open, high, low, close, volume].map((column) => column[place]).join(' ');

/** Equal times in a row do not decide the order; a file of one row is ascending. */
function orderOf(time: Float64Array): RowOrder {
  let [up, down] = [0, 0];
  for (let i = 1; i < time.length; i++) {
    const step = (time[i] ?? NaN) - (time[i - 1] ?? NaN);
    if (step > 0) up++;
    else if (step < 0) down++;
  }
  if (down === 0) return 'ascending';
  return up === 0 ? 'descending' : 'mixed';
}

/** Rows that stand after a later one, against the direction of most. */
function outOfOrder({ rows, columns }: NumberedBars): RowFault[] {
  const { time } = columns;
  const rises = time.reduce((sum, each, i) => sum + Math.sign(each - (time[i - 1] ?? each)), 0);
  const sign = rises >= 0 ? 1 : -1;
  const faults: RowFault[] = [];
  let furthest = -Infinity;
  time.forEach((each, i) => {
    if (sign * each < furthest)
      faults.push({ row: rows[i] ?? NaN, reason: orderText(each, sign * furthest) });
    furthest = Math.max(furthest, sign * each);
  });
  return faults;
}

const orderText = (time: number, furthest: number): string =>
  `out of order: ${new Date(time).toISOString()} stands after ${new Date(furthest).toISOString()}`;
