import { barsOfColumns, columnsOfBars, isAscending } from '../../domain/bars/columns.js';
import { equalValues, type Bar } from '../../domain/bars.js';
import { DataQualityError } from '../../domain/errors.js';
import { streamId, type Stream } from '../../domain/streams.js';
import type { StoredBar } from '../ports.js';
import { joinRows, NUMBERS, type Rows } from './columns.js';

/** A partition's rows with the origin of each. */
export interface StoredRows {
  rows: Rows;
  origins: string[];
}

/**
 * Adds rows to a partition as `mergeBars` does; rows after (or before) all that is there, which is what files and
 * backfills mostly bring, need no comparison bar by bar.
 */
export function mergeRows(
  there: StoredRows | null,
  given: { rows: Rows; origin: string; stream: Stream; correctedAt: number | null },
): StoredRows & { added: number } {
  const { rows, origin, stream, correctedAt } = given;
  const added = rows.time.length;
  const fresh = { rows, origins: Array.from({ length: added }, () => origin) };
  if (isAscending(rows.time)) {
    if (!there) return { ...fresh, added };
    const isAfter = (there.rows.time.at(-1) ?? -Infinity) < (rows.time[0] ?? NaN);
    const [first, second] = isAfter ? [there, fresh] : [fresh, there];
    if ((first.rows.time.at(-1) ?? -Infinity) < (second.rows.time[0] ?? Infinity))
      return {
        rows: joinRows([first.rows, second.rows]),
        origins: first.origins.concat(second.origins),
        added,
      };
  }
  const stored = there ? versionsOf(there) : [];
  const merged = mergeBars(stored, versionsOf(fresh), { name: streamId(stream), correctedAt });
  return {
    rows: rowsFrom(merged.all),
    origins: merged.all.map((bar) => bar.origin),
    added: merged.added,
  };
}

export const versionsOf = ({ rows, origins }: StoredRows): StoredBar[] =>
  barsOf(rows).map((bar, i) => ({ ...bar, origin: origins[i] ?? '' }));

/**
 * Adds bars to a partition's versions. Values that were known already are no new record; other values are a
 * version of their own. `correctedAt` is when values that contradict a bar of the same `knownAt` became known:
 * venues date a correction like the bar itself; null: such a contradiction is an error.
 * @returns all versions in order, and how many are new.
 * @throws DataQualityError naming the bar.
 */
export function mergeBars(
  stored: StoredBar[],
  bars: StoredBar[],
  options: { name: string; correctedAt: number | null },
): { all: StoredBar[]; added: number } {
  const versions = new Map<number, StoredBar[]>();
  for (const bar of stored) {
    const same = versions.get(bar.time);
    if (same) same.push(bar);
    else versions.set(bar.time, [bar]);
  }
  let added = 0;
  for (const bar of bars) {
    const known = versions.get(bar.time) ?? [];
    const version = versionOf(known, bar, options);
    if (!version) continue;
    added++;
    versions.set(
      bar.time,
      [...known, version].sort((a, b) => a.knownAt - b.knownAt),
    );
  }
  const all = [...versions.values()].sort((a, b) => (a[0]?.time ?? 0) - (b[0]?.time ?? 0)).flat();
  return { all, added };
}

/**
 * Adds versions as another store tells them, each that is not there yet.
 * @throws DataQualityError where another bar is known at the same time: that is another history.
 */
export function addVersions(
  stored: StoredBar[],
  bars: StoredBar[],
  name: string,
): { all: StoredBar[]; added: number } {
  const there = new Map(stored.map((bar) => [`${bar.time} ${bar.knownAt}`, bar]));
  const fresh: StoredBar[] = [];
  for (const bar of bars) {
    const key = `${bar.time} ${bar.knownAt}`;
    const known = there.get(key);
    if (known && !equalValues(known, bar)) throw twoHistories(name, known, bar);
    if (known) continue;
    there.set(key, bar);
    fresh.push(bar);
  }
  const all = [...stored, ...fresh].sort((a, b) => a.time - b.time || a.knownAt - b.knownAt);
  return { all, added: fresh.length };
}

/** The version to add, or null where the bar tells nothing new; `known` is ascending by knownAt. */
function versionOf(
  known: StoredBar[],
  bar: StoredBar,
  { name, correctedAt }: { name: string; correctedAt: number | null },
): StoredBar | null {
  const before = known.findLast((each) => each.knownAt <= bar.knownAt) ?? known[0];
  if (!before) return bar;
  if (equalValues(before, bar)) return null;
  if (before.knownAt !== bar.knownAt) return bar;
  const last = known.at(-1);
  if (correctedAt === null) throw twoHistories(name, before, bar);
  if (last && equalValues(last, bar)) return null;
  return { ...bar, knownAt: Math.max(correctedAt, (last?.knownAt ?? 0) + 1) };
}

const twoHistories = (name: string, stored: StoredBar, given: StoredBar): DataQualityError =>
  new DataQualityError(
    `${name}: two different bars open at ${new Date(given.time).toISOString()} and are known at ${given.knownAt}: ` +
      `stored ${valuesOf(stored)} from ${stored.origin || 'the venue'}, given ${valuesOf(given)} from ${given.origin || 'the venue'}; ` +
      'a data directory holds one history of a stream: use another --data-dir for another one',
  );

const valuesOf = (bar: Bar): string => [bar.open, bar.high, bar.low, bar.close, bar.volume].join('/');

/** What is left of a partition without exactly these versions, and how many of them were there. */
export function withoutBars(stored: StoredBar[], bars: Bar[]): { all: StoredBar[]; changed: number } {
  const gone = new Set(bars.map(versionKey));
  const all = stored.filter((bar) => !gone.has(versionKey(bar)));
  return { all, changed: stored.length - all.length };
}

export const versionKey = (bar: Bar): string => NUMBERS.map((name) => bar[name]).join(' ');

export const barsOf = (rows: Rows): Bar[] => barsOfColumns(rows);

export const rowsFrom = (bars: Bar[]): Rows => columnsOfBars(bars);
