import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { BarsKey } from '../../domain/bars.js';
import { DataQualityError } from '../../domain/errors.js';
import { sourceKey } from '../../domain/sources.js';
import type { InfluxConnection, InfluxSeries } from '../influxdb.js';
import { bucketOf } from '../influxdb-buckets.js';
import type { BarsWrite, StoredBar } from '../ports.js';
import { NUMBERS, rowsOf, type Rows } from './columns.js';

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
  // Live bars have no origin: a field that says nothing costs as much as a price.
  const text = origin === '' ? '' : `,origin="${origin.replace(/["\\]/g, '\\$&')}"`;
  return `${tags},v=${version} open=${open},high=${high},low=${low},close=${close},volume=${volume},knownAt=${knownAt}i${text} ${time}`;
}

/** Every version in the range with what tells it from the others, ascending by time and knownAt. */
export async function selectPoints(influx: InfluxConnection, key: BarsKey): Promise<Point[]> {
  const rows = await select(influx, key, { fields: [...FIELDS, 'origin', 'v'] });
  return rows.map((row) => ({
    ...(Object.fromEntries(NUMBERS.map((name, i) => [name, Number(row[i])])) as unknown as StoredBar),
    origin: String(row[NUMBERS.length] ?? ''),
    version: String(row[NUMBERS.length + 1]),
  }));
}

/** The same as columns of numbers, which is many times faster; or the first or last `limit` of them. */
export async function selectRows(influx: InfluxConnection, key: BarsKey, page?: Page): Promise<Rows> {
  const rows = await select(influx, key, { fields: FIELDS, ...(page ? { page } : {}) });
  return rowsOf(NUMBERS.map((_, i) => rows.map((row) => Number(row[i]))));
}

export interface Page {
  limit: number;
  order: 'oldest' | 'newest';
}

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 2000;

/** In the order of NUMBERS; the time comes first by itself. */
const FIELDS = ['open', 'high', 'low', 'close', 'volume', '"knownAt"'];
const KNOWN_AT = NUMBERS.indexOf('knownAt');

async function select(
  influx: InfluxConnection,
  { source, stream, range }: BarsKey,
  { fields, page }: { fields: string[]; page?: Page },
): Promise<InfluxSeries['values']> {
  const instant = (time: number): number => Math.ceil(Math.max(-FURTHEST, Math.min(FURTHEST, time)));
  const where = [
    `source = ${quoted(sourceKey(source))}`,
    `exchange = ${quoted(stream.exchange)}`,
    `symbol = ${quoted(stream.symbol)}`,
    `time >= ${instant(range.from)}ms`,
    `time < ${instant(range.to)}ms`,
  ].join(' AND ');
  const order = page ? ` ORDER BY time ${page.order === 'newest' ? 'DESC' : 'ASC'} LIMIT ${page.limit}` : '';
  const statement = `SELECT ${fields.join(', ')} FROM bars WHERE ${where}${order}`;
  const rows = await wholeRows(influx, bucketOf(influx, stream.timeframe), statement);
  return rows.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[KNOWN_AT]) - Number(b[KNOWN_AT]));
}

/**
 * The server shows a point field by field while it is being written: what lacks a number is read again until it is whole,
 * or else half of a bar would be taken for a bar of its own.
 * @throws DataQualityError where a point stays without one.
 */
async function wholeRows(
  influx: InfluxConnection,
  bucket: string,
  statement: string,
): Promise<InfluxSeries['values']> {
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const [series = []] = await influx.query(bucket, statement);
    const rows = series[0]?.values ?? [];
    const torn = rows.find((row) => NUMBERS.some((_, i) => row[i] === null));
    if (!torn) return rows;
    if (waited >= PATIENCE_MS)
      throw new DataQualityError(
        `A point of ${bucket} at ${new Date(Number(torn[0])).toISOString()} lacks some of ${NUMBERS.join(', ')}; ` +
          'delete it and collect its range again',
      );
    await wait(LOOK_EVERY_MS);
  }
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
