import { createHash } from 'node:crypto';
import type { Bar, BarColumns, BarsKey, TimeRange } from '../../domain/bars.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { streamId, type Stream } from '../../domain/streams.js';
import type { SeriesPort, StoredBar } from '../ports.js';
import { checkBars, checkColumns, checkRange } from './checks.js';
import { addVersions, barsOf, mergeBars, rowsFrom, withoutBars } from './merge.js';
import { periodOf, type Grain, type PeriodSpan } from './partitions.js';
import { byPeriod, slicesByPeriod } from './periods.js';
import { joinRows, latestVersions, sliceRows, type Rows } from './columns.js';

/** Facts of one stream from one kind of source. */
export interface Place {
  source: Source;
  stream: Stream;
}

export type Window = TimeRange & { asOf: number };

/** A store that keeps a stream in partitions, each read whole and replaced whole. */
export interface PartitionStore {
  grain: Grain;
  /** Names of the partitions that are there, ascending; those outside the span may be left out. */
  periods(place: Place, span: PeriodSpan): Promise<string[]>;
  /** Every version in the window, ascending by time and knownAt. */
  read(place: Place, periods: string[], window: Window): Promise<Rows>;
  /** Opens of the bars in the window, ascending, each once; where a store has it not, `read` is used. */
  times?(place: Place, periods: string[], window: Window): Promise<Float64Array>;
  /** Every version in a partition, with where it came from; none where there is no partition. */
  versions(place: Place, period: string): Promise<StoredBar[]>;
  /**
   * Replaces a partition by what `change` makes of it, so that no writer's bars are lost. Where another writer
   * was faster, `change` is called again with what that one left. Nothing is written where nothing changed.
   * Returns how many records changed.
   */
  merge(place: Place, period: string, change: Change): Promise<number>;
  /** What `merge` with new bars does, without an object a bar; where a store has it not, `merge` is used. */
  add?(place: Place, period: string, rows: Rows, correctedAt: number | null): Promise<number>;
  streams: SeriesPort['streams'];
  close(): Promise<void>;
}

export type Change = (stored: StoredBar[]) => { all: StoredBar[]; changed: number };

/** In the order in which the digest takes them. */
const VALUES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** The series port over any store of partitions: versions, limits and digests are the same in all of them. */
export function partitionedSeries(store: PartitionStore, options: { now?: () => number } = {}): SeriesPort {
  const now = options.now ?? Date.now;
  const put = (place: Place, period: string, rows: Rows): Promise<number> => {
    const { source, stream } = place;
    const correctedAt = source.kind === 'live' ? now() : null;
    if (store.add) return store.add(place, period, rows, correctedAt);
    const given = barsOf(rows).map((bar) => ({ ...bar, origin: source.detail }));
    return store.merge(place, period, (held) => {
      const { all, added } = mergeBars(held, given, { name: streamId(stream), correctedAt });
      return { all, changed: added };
    });
  };
  const putVersions = ({ source, stream }: Place, period: string, bars: Bar[]): Promise<number> => {
    const given = bars.map((bar) => ({ ...bar, origin: source.detail }));
    return store.merge({ source, stream }, period, (held) => {
      const { all, added } = addVersions(held, given, streamId(stream));
      return { all, changed: added };
    });
  };
  return seriesOf({
    async write({ stream, bars, source, exact = false }) {
      let stored = 0;
      for (const [period, part] of byPeriod(stream, bars, store.grain))
        stored += exact
          ? await putVersions({ source, stream }, period, part)
          : await put({ source, stream }, period, rowsFrom(part));
      return { stored };
    },
    async writeColumns({ stream, columns, source }) {
      let stored = 0;
      for (const [period, rows] of slicesByPeriod(stream, columns, store.grain))
        stored += await put({ source, stream }, period, rows);
      return { stored };
    },
    async versions(key) {
      const { from, to } = key.range;
      const found: StoredBar[] = [];
      for (const period of await periodsIn(store, key))
        for (const bar of await store.versions(key, period))
          if (bar.time >= from && bar.time < to && bar.knownAt <= key.asOf) found.push(bar);
      return found;
    },
    async remove({ stream, source, bars }) {
      let removed = 0;
      for (const [period, part] of byPeriod(stream, bars, store.grain))
        removed += await store.merge({ source, stream }, period, (held) => withoutBars(held, part));
      return { removed };
    },
    async all(key) {
      return store.read(key, await periodsIn(store, key), windowOf(key));
    },
    async times(key) {
      const periods = await periodsIn(store, key);
      if (store.times) return store.times(key, periods, windowOf(key));
      return latestVersions(await store.read(key, periods, windowOf(key))).time;
    },
    async some(key, { limit, order }) {
      const periods = await periodsIn(store, key);
      const parts: Rows[] = [];
      let found = 0;
      for (const period of order === 'newest' ? periods.reverse() : periods) {
        if (found >= limit) break;
        const part = latestVersions(await store.read(key, [period], windowOf(key)));
        found += part.time.length;
        if (order === 'newest') parts.unshift(part);
        else parts.push(part);
      }
      return joinRows(parts);
    },
    streams: store.streams,
    close: store.close,
  });
}

/** What a store of bars can do; the rest of the port is the same for all. */
export interface BarStore extends Pick<
  SeriesPort,
  'write' | 'writeColumns' | 'versions' | 'remove' | 'streams' | 'close'
> {
  /** Every version in the window, ascending by time and knownAt. */
  all(key: BarsKey): Promise<Rows>;
  /** Opens of the bars in the window, ascending, each once; where a store has it not, `all` is used. */
  times?(key: BarsKey): Promise<Float64Array>;
  /** At least the first or last `limit` bars of the window (fewer only where there are no more), ascending. */
  some(key: BarsKey, page: { limit: number; order: 'oldest' | 'newest' }): Promise<Rows>;
}

export function seriesOf(store: BarStore): SeriesPort {
  const readAll = async (key: BarsKey): Promise<Rows> => {
    checkRange(key);
    return latestVersions(await store.all(key));
  };
  return {
    async write(write) {
      checkBars(write.stream, write.bars);
      return store.write(write);
    },
    ...writesColumns(store),
    async read({ limit, order = 'oldest', ...key }) {
      if (limit === undefined) return barsOf(await readAll(key));
      checkRange(key);
      if (!Number.isInteger(limit) || limit < 0)
        throw new InvalidInputError(`limit ${limit} is not a whole number from 0`);
      if (limit === 0) return [];
      const rows = latestVersions(await store.some(key, { limit, order }));
      const from = order === 'newest' ? Math.max(0, rows.time.length - limit) : 0;
      return barsOf(sliceRows(rows, from, from + limit));
    },
    async readColumns(key) {
      const { knownAt: _, ...columns } = await readAll(key);
      return columns;
    },
    async times(key) {
      if (!store.times) return (await readAll(key)).time;
      checkRange(key);
      return store.times(key);
    },
    digest: async (key) => digestOf(await readAll(key)),
    async versions(key) {
      checkRange(key);
      return store.versions(key);
    },
    remove: (what) => store.remove(what),
    streams: (only) => store.streams(only),
    async probe() {
      await store.all(NOWHERE);
    },
    close: () => store.close(),
  };
}

/** A read of a stream that nobody has: whatever is wrong with the store is told, and nothing is found. */
const NOWHERE: BarsKey = {
  stream: { exchange: 'finsight', symbol: 'PROBE-PROBE', timeframe: '1d' },
  source: { kind: 'live', detail: '' },
  range: { from: 0, to: 1 },
  asOf: Infinity,
};

/** Present only where the store has it. */
function writesColumns({ writeColumns }: BarStore): Pick<SeriesPort, 'writeColumns'> {
  if (!writeColumns) return {};
  return {
    async writeColumns(write) {
      checkColumns(write.stream, write.columns);
      return writeColumns(write);
    },
  };
}

const windowOf = ({ range, asOf }: BarsKey): Window => ({ ...range, asOf });

async function periodsIn(store: PartitionStore, { source, stream, range }: BarsKey): Promise<string[]> {
  const first = periodOf(stream.timeframe, range.from, store.grain);
  const last = periodOf(stream.timeframe, range.to - 1, store.grain);
  const periods = await store.periods({ source, stream }, [first, last]);
  return periods.filter((period) => period >= first && period <= last);
}

/** sha256 over the values as little-endian doubles, column after column. */
function digestOf(columns: BarColumns): { sha256: string; rows: number } {
  const hash = createHash('sha256');
  for (const name of VALUES) {
    const { buffer, byteOffset, byteLength } = columns[name];
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return { sha256: hash.digest('hex'), rows: columns.time.length };
}
