import type { BarsKey } from '../../domain/bars.js';
import { sourceKey } from '../../domain/sources.js';
import { streamId, type Timeframe } from '../../domain/streams.js';
import { Turns } from '../contention.js';
import { influxConnection, type InfluxConnection, type InfluxSeries } from '../influxdb.js';
import { bucketOf, readyBucket, timeframesIn } from '../influxdb-buckets.js';
import type { BarsWrite, SeriesPort } from '../ports.js';
import { FURTHEST, lineOf, selectPoints, selectRows, tagsOf, versionOf } from './influxdb-points.js';
import { removePart } from './influxdb-removal.js';
import { addVersions, mergeBars } from './merge.js';
import type { StoredBar } from '../ports.js';
import { seriesOf } from './partitioned.js';
import { byPeriod } from './periods.js';
import { placeIn } from './partitions.js';
import { latestVersions, windowRows, type Rows } from './columns.js';
import { type Span } from './rows.js';
import { summary } from './spans.js';

/** Points of one request. */
const CHUNK = 5000;
/**
 * Bars in InfluxDB 2, a bucket per timeframe so that each has its own retention. A point is a version of a bar: the
 * first has the tag v=0, each correction a tag of its own, so corrections never overwrite what they correct.
 * InfluxDB has no conditional writes: this process's writers take turns by stream; of two processes that store
 * different first values of one bar in the same instant one is lost, so a stream has one collector (a story's id).
 */
export function influxSeries(address: string, options: { now?: () => number } = {}): SeriesPort {
  const influx = influxConnection(address);
  const now = options.now ?? Date.now;
  const turns = new Turns();
  const ready = new Map<string, Promise<void>>();
  const prepared = (timeframe: Timeframe): Promise<void> => {
    const making =
      ready.get(timeframe) ??
      readyBucket(influx, timeframe).catch((error: unknown) => {
        ready.delete(timeframe);
        throw error;
      });
    ready.set(timeframe, making);
    return making;
  };
  return seriesOf({
    async write({ stream, bars, source, exact = false }) {
      if (bars.length === 0) return { stored: 0 };
      await prepared(stream.timeframe);
      let stored = 0;
      for (const part of byPeriod(stream, bars, 'coarse').values())
        stored += await turns.take(`${sourceKey(source)} ${streamId(stream)}`, () =>
          writePart(influx, { stream, source, bars: part, exact }, now()),
        );
      return { stored };
    },
    async all(key) {
      return windowRows(await selectRows(influx, key), { ...key.range, asOf: key.asOf });
    },
    async versions(key) {
      const bars = await selectPoints(influx, key);
      return bars.filter((bar) => bar.knownAt <= key.asOf).map(({ version: _, ...bar }) => bar);
    },
    async remove({ stream, source, bars }) {
      let removed = 0;
      for (const part of byPeriod(stream, bars, 'coarse').values())
        removed += await turns.take(`${sourceKey(source)} ${streamId(stream)}`, () =>
          removePart(influx, { stream, source, bars: part }),
        );
      return { removed };
    },
    some: (key, page) => readSome(influx, key, page),
    streams: () => listStreams(influx),
    close: async () => ready.clear(),
  });
}

async function writePart(
  influx: InfluxConnection,
  { stream, source, bars, exact = false }: BarsWrite,
  now: number,
): Promise<number> {
  const times = bars.map((bar) => bar.time);
  const range = { from: Math.min(...times), to: Math.max(...times) + 1 };
  const held = await selectPoints(influx, { source, stream, range, asOf: Infinity });
  const given = bars.map((bar) => ({ ...bar, origin: source.detail }));
  const correctedAt = source.kind === 'live' ? now : null;
  const name = streamId(stream);
  const { all, added } = exact
    ? addVersions(held, given, name)
    : mergeBars(held, given, { name, correctedAt });
  if (added === 0) return 0;
  const known = new Set<StoredBar>(held);
  const taken = new Set(held.map((bar) => bar.time));
  const tags = tagsOf({ stream, source });
  const lines: string[] = [];
  for (const bar of all) {
    if (known.has(bar)) continue;
    lines.push(lineOf(tags, bar, taken.has(bar.time) ? versionOf(bar) : '0'));
    taken.add(bar.time);
  }
  for (let at = 0; at < lines.length; at += CHUNK)
    await influx.write(bucketOf(influx, stream.timeframe), lines.slice(at, at + CHUNK));
  return added;
}

/** Versions that are not known yet do not count: more is read until there is enough. */
async function readSome(
  influx: InfluxConnection,
  key: BarsKey,
  { limit, order }: { limit: number; order: 'oldest' | 'newest' },
): Promise<Rows> {
  const { range, asOf } = key;
  for (let size = limit + 16; ; size *= 2) {
    const rows = await selectRows(influx, key, { limit: size, order });
    const whole = rows.time.length < size;
    // The page may end amidst the versions of a bar.
    const cut =
      order === 'newest'
        ? { from: (rows.time[0] ?? 0) + 1, to: range.to }
        : { from: range.from, to: rows.time.at(-1) ?? 0 };
    const found = latestVersions(windowRows(rows, { ...(whole ? range : cut), asOf }));
    if (whole || found.time.length >= limit) return found;
  }
}

async function listStreams(influx: InfluxConnection): ReturnType<SeriesPort['streams']> {
  const found: Awaited<ReturnType<SeriesPort['streams']>> = [];
  const rest = `FROM bars WHERE v = '0' AND time >= ${-FURTHEST}ms AND time < ${FURTHEST}ms GROUP BY source, exchange, symbol`;
  const wanted = ['count(close)', 'first(close)', 'last(close)', 'last(origin)'];
  const statements = wanted.map((what) => `SELECT ${what} ${rest}`).join('; ');
  for (const timeframe of await timeframesIn(influx)) {
    const answers = await influx.query(bucketOf(influx, timeframe), statements);
    const [counts = new Map(), firsts, lasts, origins] = answers.map(byTags);
    for (const [tags, count] of counts) {
      const place = placeIn(`${tags}/timeframe=${timeframe}`);
      const span: Span = {
        bars: Number(count[1]),
        first: Number(firsts?.get(tags)?.[0]),
        last: Number(lasts?.get(tags)?.[0]),
        origin: String(origins?.get(tags)?.[1] ?? ''),
      };
      if (place) found.push(summary(place.stream, place.source, [span]));
    }
  }
  return found;
}

/** A stream may be missing in an answer, such as one without origins. */
const byTags = (answer: InfluxSeries[]): Map<string, InfluxSeries['values'][number]> =>
  new Map(
    answer.map(({ tags: { source, exchange, symbol } = {}, values }) => [
      `source=${source}/exchange=${exchange}/symbol=${symbol}`,
      values[0] ?? [],
    ]),
  );
