import type { Bar, BarsKey } from '../../domain/bars.js';
import { sourceKey } from '../../domain/sources.js';
import { streamId, timeframeMs, type Timeframe } from '../../domain/streams.js';
import { Turns } from '../contention.js';
import { influxConnection, type InfluxConnection } from '../influxdb.js';
import { bucketOf, readyBucket, timeframesIn } from '../influxdb-buckets.js';
import type { BarsWrite, SeriesPort } from '../ports.js';
import { FURTHEST, lineOf, select, tagsOf, versionOf, type Point } from './influxdb-points.js';
import { mergeBars, withoutBars } from './merge.js';
import type { StoredBar } from '../ports.js';
import { byPeriod, seriesOf } from './partitioned.js';
import { placeIn } from './partitions.js';
import { latestVersions, NUMBERS, rowsOf, windowRows, type Rows, type Span } from './rows.js';
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
    async versions(key) {
      const bars = await select(influx, key);
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

/**
 * Removes points by time and version, so that a version written meanwhile stays. Where a bar's first version goes and
 * others stay, the next becomes the first (v=0, which the listing counts): written over it before its own point goes,
 * so that whatever dies in between loses nothing.
 */
async function removePart(influx: InfluxConnection, { stream, source, bars }: BarsWrite): Promise<number> {
  const times = bars.map((bar) => bar.time);
  const range = { from: Math.min(...times), to: Math.max(...times) + 1 };
  const held = await select(influx, { source, stream, range, asOf: Infinity });
  const { all, changed } = withoutBars(held, bars);
  const kept = new Set<StoredBar>(all);
  const next = new Map<number, Point>();
  for (const bar of held.toReversed()) if (kept.has(bar)) next.set(bar.time, bar);
  const gone = held.filter((bar) => !kept.has(bar));
  const heirs = gone.flatMap((bar) => (bar.version === '0' ? (next.get(bar.time) ?? []) : []));
  const bucket = bucketOf(influx, stream.timeframe);
  if (heirs.length > 0) {
    const tags = tagsOf({ stream, source });
    await influx.write(
      bucket,
      heirs.map((bar) => lineOf(tags, bar, '0')),
    );
  }
  const inherited = new Set(heirs.map((bar) => bar.time));
  const points = [...gone.filter((bar) => bar.version !== '0' || !inherited.has(bar.time)), ...heirs];
  const place = `source="${sourceKey(source)}" AND exchange="${stream.exchange}" AND symbol="${stream.symbol}"`;
  for (const version of new Set(points.map((bar) => bar.version))) {
    const of = points.filter((bar) => bar.version === version);
    for (const { from, to } of runsOf(of, timeframeMs(stream.timeframe)))
      await influx.remove(bucket, {
        from,
        to,
        predicate: `_measurement="bars" AND ${place} AND v="${version}"`,
      });
  }
  return changed;
}

/** Times as unbroken ranges, both ends included. */
function runsOf(bars: Bar[], step: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const time of bars.map((bar) => bar.time).sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && time - last.to <= step) last.to = time;
    else runs.push({ from: time, to: time });
  }
  return runs;
}

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
