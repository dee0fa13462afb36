import { createHash } from 'node:crypto';
import type { BarsKey } from '../../domain/bars.js';
import { sourceKey } from '../../domain/sources.js';
import type { InfluxConnection } from '../influxdb.js';
import { bucketOf } from '../influxdb-buckets.js';
import type { BarsWrite, StoredBar } from '../ports.js';
import { NUMBERS } from './rows.js';

/** A version of a bar with the tag that tells it from the others. */
export type Point = StoredBar & { version: string };

/** Nanoseconds of 64 bits reach this far, in ms. */
export const FURTHEST = 9_223_372_036_853;

export const tagsOf = ({ stream, source }: Pick<BarsWrite, 'stream' | 'source'>): string =>
  `bars,exchange=${stream.exchange},source=${tag(sourceKey(source))},symbol=${tag(stream.symbol)}`;

const tag = (text: string): string => text.replace(/[,= ]/g, '\\$&');

/** Names the content: the same correction written twice is one point. */
export const versionOf = (bar: StoredBar): string =>
  createHash('sha256')
    .update(NUMBERS.map((name) => bar[name]).join(' '))
    .digest('hex')
    .slice(0, 16);

export function lineOf(tags: string, bar: StoredBar, version: string): string {
  const { open, high, low, close, volume, knownAt, origin, time } = bar;
  const text = origin.replace(/["\\]/g, '\\$&');
  return `${tags},v=${version} open=${open},high=${high},low=${low},close=${close},volume=${volume},knownAt=${knownAt}i,origin="${text}" ${time}`;
}

/** Every version in the range, ascending by time and knownAt; or the first or last `limit` of them. */
export async function select(
  influx: InfluxConnection,
  { source, stream, range }: BarsKey,
  page?: { limit: number; order: 'oldest' | 'newest' },
): Promise<Point[]> {
  const instant = (time: number): number => Math.ceil(Math.max(-FURTHEST, Math.min(FURTHEST, time)));
  const where = [
    `source = ${quoted(sourceKey(source))}`,
    `exchange = ${quoted(stream.exchange)}`,
    `symbol = ${quoted(stream.symbol)}`,
    `time >= ${instant(range.from)}ms`,
    `time < ${instant(range.to)}ms`,
  ].join(' AND ');
  const order = page ? ` ORDER BY time ${page.order === 'newest' ? 'DESC' : 'ASC'} LIMIT ${page.limit}` : '';
  const fields = 'open, high, low, close, volume, "knownAt", origin, v';
  const statement = `SELECT ${fields} FROM bars WHERE ${where}${order}`;
  const [series = []] = await influx.query(bucketOf(influx, stream.timeframe), statement);
  // The columns are in the order of NUMBERS, the time first.
  const bars = (series[0]?.values ?? []).map((row) => ({
    ...(Object.fromEntries(NUMBERS.map((name, i) => [name, Number(row[i])])) as unknown as StoredBar),
    origin: String(row[NUMBERS.length] ?? ''),
    version: String(row[NUMBERS.length + 1]),
  }));
  return bars.sort((a, b) => a.time - b.time || a.knownAt - b.knownAt);
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
