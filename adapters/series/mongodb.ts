import type { Binary } from 'mongodb';
import { sourceKey } from '../../domain/sources.js';
import { parseStream, streamId } from '../../domain/streams.js';
import { untilWritten } from '../contention.js';
import { isDuplicate, mongoConnection, type MongoConnection, type MongoIndex } from '../mongodb.js';
import type { SeriesPort } from '../ports.js';
import { barsOf, rowsFrom } from './merge.js';
import type { StoredBar } from '../ports.js';
import { partitionedSeries, type Change, type Place, type Window } from './partitioned.js';
import { sourceOf } from './partitions.js';
import { joinRows, NUMBERS, windowRows, type Rows } from './columns.js';
import { type Span } from './rows.js';
import { spanOf, summary } from './spans.js';

/** A partition of a stream: a day of minutes, a month of hours, a year of days. */
interface Partition extends Span {
  /** `<source key> <stream> <period>` */
  _id: string;
  source: string;
  stream: string;
  period: string;
  /** Counts the writes: a writer replaces only what it has read. */
  revision: number;
  rows: number;
  /** Per column its little-endian doubles: exact, and read some ten times faster than arrays. */
  columns: Record<(typeof NUMBERS)[number], Binary>;
  /** Where each row came from: the texts, and per row the index of its text. */
  origins: string[];
  originOf: Binary;
}

const COLLECTION = 'bars';
const INDEXES: MongoIndex[] = [{ keys: { source: 1, stream: 1, period: 1 }, unique: true }];

/** Bars in MongoDB, one document a partition. A document is replaced whole, and only as it was read. */
export function mongoSeries(address: string, options: { now?: () => number } = {}): SeriesPort {
  const mongo = mongoConnection(address);
  const of = ({ source, stream }: Place) => ({ source: sourceKey(source), stream: streamId(stream) });
  return partitionedSeries(
    {
      grain: 'fine',
      async periods(place) {
        const found = await mongo.use<Partition, { period: string }[]>(
          COLLECTION,
          (bars) => bars.find(of(place)).project<{ period: string }>({ _id: 0, period: 1 }).toArray(),
          INDEXES,
        );
        return found.map(({ period }) => period).sort();
      },
      read: (place, periods, window) => readPartitions(mongo, { ...of(place), periods }, window),
      async versions(place, period) {
        const wanted = { ...of(place), period };
        const held = await mongo.use<Partition, Partition | null>(COLLECTION, (bars) => bars.findOne(wanted));
        return held ? storedIn(held) : [];
      },
      merge: (place, period, change) => mergePartition(mongo, { ...of(place), period }, change),
      streams: () => listStreams(mongo),
      close: mongo.close,
    },
    options,
  );
}

async function readPartitions(
  mongo: MongoConnection,
  wanted: { source: string; stream: string; periods: string[] },
  window: Window,
): Promise<Rows> {
  const { source, stream, periods } = wanted;
  const found = await mongo.use<Partition, Partition[]>(
    COLLECTION,
    (bars) => bars.find({ source, stream, period: { $in: periods } }).toArray(),
    INDEXES,
  );
  found.sort((a, b) => (a.period < b.period ? -1 : 1));
  return windowRows(joinRows(found.map(rowsIn)), window);
}

function mergePartition(
  mongo: MongoConnection,
  key: { source: string; stream: string; period: string },
  change: Change,
): Promise<number> {
  const id = [key.source, key.stream, key.period].join(' ');
  return untilWritten(`bars ${id}`, () =>
    mongo.use<Partition, number | null>(
      COLLECTION,
      async (bars) => {
        const held = await bars.findOne({ _id: id });
        const { all, changed } = change(held ? storedIn(held) : []);
        if (changed === 0) return 0;
        if (held && all.length === 0) {
          const { deletedCount } = await bars.deleteOne({ _id: id, revision: held.revision });
          return deletedCount === 1 ? changed : null;
        }
        const next = { ...key, ...(await partitionOf(all)) };
        if (held) {
          const { revision } = held;
          const { matchedCount } = await bars.replaceOne(
            { _id: id, revision },
            { ...next, revision: revision + 1 },
          );
          return matchedCount === 1 ? changed : null;
        }
        return bars.insertOne({ _id: id, ...next, revision: 1 }).then(
          () => changed,
          (error: unknown) => {
            if (isDuplicate(error)) return null;
            throw error;
          },
        );
      },
      INDEXES,
    ),
  );
}

async function listStreams(mongo: MongoConnection): ReturnType<SeriesPort['streams']> {
  type Listed = Pick<Partition, 'source' | 'stream' | keyof Span>;
  const spans = await mongo.use<Partition, Listed[]>(
    COLLECTION,
    (bars) =>
      bars
        .find({})
        .project<Listed>({ source: 1, stream: 1, first: 1, last: 1, bars: 1, origin: 1 })
        .toArray(),
    INDEXES,
  );
  const byStream = new Map<string, Listed[]>();
  for (const span of spans) {
    const name = `${span.source} ${span.stream}`;
    byStream.set(name, [...(byStream.get(name) ?? []), span]);
  }
  return [...byStream.values()].flatMap((held) =>
    held[0] ? [summary(parseStream(held[0].stream), sourceOf(held[0].source), held)] : [],
  );
}

function rowsIn({ columns }: Partition): Rows {
  return Object.fromEntries(NUMBERS.map((name) => [name, doubles(columns[name])])) as unknown as Rows;
}

/** A copy: the driver's bytes may begin where doubles cannot. */
const doubles = (binary: Binary): Float64Array => new Float64Array(new Uint8Array(binary.value()).buffer);

function storedIn(partition: Partition): StoredBar[] {
  const index = doubles(partition.originOf);
  return barsOf(rowsIn(partition)).map((bar, i) => ({
    ...bar,
    origin: partition.origins[index[i] ?? 0] ?? '',
  }));
}

async function partitionOf(bars: StoredBar[]) {
  const { Binary } = await import('mongodb');
  const packed = (values: Float64Array): Binary => new Binary(new Uint8Array(values.buffer));
  const rows = rowsFrom(bars);
  const origins = [...new Set(bars.map((bar) => bar.origin))];
  return {
    ...spanOf(bars),
    rows: bars.length,
    columns: Object.fromEntries(
      NUMBERS.map((name) => [name, packed(rows[name])]),
    ) as unknown as Partition['columns'],
    origins,
    originOf: packed(Float64Array.from(bars, (bar) => origins.indexOf(bar.origin))),
  };
}
