import { createHash } from 'node:crypto';
import type { BarsKey } from '../../domain/bars.js';
import { sourceKey } from '../../domain/sources.js';
import { streamId, type Timeframe } from '../../domain/streams.js';
import { Turns } from '../contention.js';
import { influxConnection, type InfluxConnection } from '../influxdb.js';
import { bucketOf, readyBucket, timeframesIn } from '../influxdb-buckets.js';
import type { BarsWrite, SeriesPort } from '../ports.js';
import { mergeBars, type StoredBar } from './merge.js';
import { byPeriod, seriesOf } from './partitioned.js';
import { placeIn } from './partitions.js';
import { latestVersions, NUMBERS, rowsOf, windowRows, type Rows, type Span } from './rows.js';
import { summary } from './spans.js';

/** Points of one request. */
const CHUNK = 5000;
/** Nanoseconds of 64 bits reach this far, in ms. */
const FURTHEST = 9_223_372_036_853;

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
    async write({ stream, bars, source }) {
      if (bars.length === 0) return { stored: 0 };
      await prepared(stream.timeframe);
      let stored = 0;
      for (const part of byPeriod(stream, bars, 'coarse').values())
        stored += await turns.take(`${sourceKey(source)} ${streamId(stream)}`, () =>
          writePart(influx, { stream, source, bars: part }, now()),
        );
      return { stored };
    },
    async all(key) {
      return windowRows(rowsIn(await select(influx, key)), { ...key.range, asOf: key.asOf });
    },
    some: (key, page) => readSome(influx, key, page),
    streams: () => listStreams(influx),
    close: async () => ready.clear(),
  });
}

async function writePart(
  influx: InfluxConnection,
  { stream, source, bars }: BarsWrite,
  now: number,
): Promise<number> {
  const times = bars.map((bar) => bar.time);
  const range = { from: Math.min(...times), to: Math.max(...times) + 1 };
  const held = await select(influx, { source, stream, range, asOf: Infinity });
  const given = bars.map((bar) => ({ ...bar, origin: source.detail }));
  const correctedAt = source.kind === 'live' ? now : null;
  const { all, added } = mergeBars(held, given, { name: streamId(stream), correctedAt });
  if (added === 0) return 0;
  const known = new Set(held);
  const taken = new Set(held.map((bar) => bar.time));
  const tags = `bars,exchange=${stream.exchange},source=${tag(sourceKey(source))},symbol=${tag(stream.symbol)}`;
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

const tag = (text: string): string => text.replace(/[,= ]/g, '\\$&');

/** Names the content: the same correction written twice is one point. */
const versionOf = (bar: StoredBar): string =>
  createHash('sha256')
    .update(NUMBERS.map((name) => bar[name]).join(' '))
    .digest('hex')
    .slice(0, 16);

function lineOf(tags: string, bar: StoredBar, version: string): string {
  const { open, high, low, close, volume, knownAt, origin, time } = bar;
  const text = origin.replace(/["\\]/g, '\\$&');
  return `${tags},v=${version} open=${open},high=${high},low=${low},close=${close},volume=${volume},knownAt=${knownAt}i,origin="${text}" ${time}`;
}

/** Every version in the range, ascending by time and knownAt; or the first or last `limit` of them. */
async function select(
  influx: InfluxConnection,
  { source, stream, range }: BarsKey,
  page?: { limit: number; order: 'oldest' | 'newest' },
): Promise<StoredBar[]> {
  const instant = (time: number): number => Math.ceil(Math.max(-FURTHEST, Math.min(FURTHEST, time)));
  const where = [
    `source = ${quoted(sourceKey(source))}`,
    `exchange = ${quoted(stream.exchange)}`,
    `symbol = ${quoted(stream.symbol)}`,
    `time >= ${instant(range.from)}ms`,
    `time < ${instant(range.to)}ms`,
  ].join(' AND ');
  const order = page ? ` ORDER BY time ${page.order === 'newest' ? 'DESC' : 'ASC'} LIMIT ${page.limit}` : '';
  const fields = 'open, high, low, close, volume, "knownAt", origin';
  const statement = `SELECT ${fields} FROM bars WHERE ${where}${order}`;
  const [series = []] = await influx.query(bucketOf(influx, stream.timeframe), statement);
  // The columns are in the order of NUMBERS, the time first.
  const bars = (series[0]?.values ?? []).map((row) => ({
    ...(Object.fromEntries(NUMBERS.map((name, i) => [name, Number(row[i])])) as unknown as StoredBar),
    origin: String(row[NUMBERS.length] ?? ''),
  }));
  return bars.sort((a, b) => a.time - b.time || a.knownAt - b.knownAt);
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

const rowsIn = (bars: StoredBar[]): Rows => rowsOf(NUMBERS.map((name) => bars.map((bar) => bar[name])));

/** Versions that are not known yet do not count: more is read until there is enough. */
async function readSome(
  influx: InfluxConnection,
  key: BarsKey,
  { limit, order }: { limit: number; order: 'oldest' | 'newest' },
): Promise<Rows> {
  for (let size = limit + 16; ; size *= 2) {
    const bars = await select(influx, key, { limit: size, order });
    const whole = bars.length < size;
    // The page may end amidst the versions of a bar.
    const cut = order === 'newest' ? bars[0]?.time : bars.at(-1)?.time;
    const rows = rowsIn(whole ? bars : bars.filter((bar) => bar.time !== cut));
    const found = latestVersions(windowRows(rows, { ...key.range, asOf: key.asOf }));
    if (whole || found.time.length >= limit) return found;
  }
}

async function listStreams(influx: InfluxConnection): ReturnType<SeriesPort['streams']> {
  const found: Awaited<ReturnType<SeriesPort['streams']>> = [];
  const rest = `FROM bars WHERE v = '0' AND time >= ${-FURTHEST}ms AND time < ${FURTHEST}ms GROUP BY source, exchange, symbol`;
  const statements = ['count(close)', 'first(close)', 'last(origin)'].map((what) => `SELECT ${what} ${rest}`);
  for (const timeframe of await timeframesIn(influx)) {
    const [counts = [], firsts = [], lasts = []] = await influx.query(
      bucketOf(influx, timeframe),
      statements.join('; '),
    );
    counts.forEach(({ tags, values }, i) => {
      const { source, exchange, symbol } = tags ?? {};
      const path = `source=${source}/exchange=${exchange}/symbol=${symbol}/timeframe=${timeframe}`;
      const place = placeIn(path);
      const [last, origin] = lasts[i]?.values[0] ?? [];
      const span: Span = {
        bars: Number(values[0]?.[1]),
        first: Number(firsts[i]?.values[0]?.[0]),
        last: Number(last),
        origin: String(origin ?? ''),
      };
      if (place) found.push(summary(place.stream, place.source, [span]));
    });
  }
  return found;
}
