import type { InfluxDB } from '@influxdata/influxdb-client';
import { InvalidInputError, messageOf, UnreachableError } from '../domain/errors.js';
import { TIMEFRAMES, type Timeframe } from '../domain/streams.js';
import { redacted } from './addresses.js';

export interface InfluxAddress {
  url: string;
  token: string;
  org: string;
  bucket: string;
  /** Days for which a timeframe's bars are kept; without an entry: for ever. */
  retention: Partial<Record<Timeframe, number>>;
  /** Pairs of timeframes: the second is kept as a summary of the first. */
  downsample: [Timeframe, Timeframe][];
}

const FORM =
  'influxdb://<token>@<host>:8086/<organisation>/<bucket>[?tls=on&retention=1m:90,1h:3650&downsample=1m:1h]';
const OPTIONS = ['tls', 'retention', 'downsample'];
const HTTP_TIMEOUT_MS = 60_000;

/** @throws InvalidInputError naming what is wrong and the right form. */
export function readInfluxAddress(address: string): InfluxAddress {
  const wrong = (what: string): InvalidInputError =>
    new InvalidInputError(`Unusable InfluxDB address ${redacted(address)}: ${what}; the form is ${FORM}`);
  if (!URL.canParse(address)) throw wrong('it is no address');
  const url = new URL(address);
  const unknown = [...url.searchParams.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw wrong(`unknown option "${unknown}", known: ${OPTIONS.join(', ')}`);
  const [org, bucket, ...more] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (!url.host || !org || !bucket || more.length > 0) throw wrong('it needs host, organisation and bucket');
  if (!url.username) throw wrong('it has no token');
  const timeframe = (text = ''): Timeframe => {
    if (Object.hasOwn(TIMEFRAMES, text)) return text as Timeframe;
    throw wrong(`"${text}" is no timeframe`);
  };
  const pairs = (name: string): string[][] =>
    (url.searchParams.get(name) ?? '')
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split(':'));
  const retention = pairs('retention').map(([of, days = '']): [Timeframe, number] => {
    if (!/^[1-9]\d*$/.test(days)) throw wrong(`retention "${of}:${days}" is not <timeframe>:<days>`);
    return [timeframe(of), Number(days)];
  });
  const downsample = pairs('downsample').map(([from, to]): [Timeframe, Timeframe] => {
    const pair: [Timeframe, Timeframe] = [timeframe(from), timeframe(to)];
    if (TIMEFRAMES[pair[1]] <= TIMEFRAMES[pair[0]] || TIMEFRAMES[pair[1]] % TIMEFRAMES[pair[0]] !== 0)
      throw wrong(`downsample "${pair.join(':')}" must go from a timeframe to a multiple of it`);
    return pair;
  });
  return {
    url: `${url.searchParams.get('tls') === 'on' ? 'https' : 'http'}://${url.host}`,
    token: decodeURIComponent(url.username) + (url.password ? `:${decodeURIComponent(url.password)}` : ''),
    org,
    bucket,
    retention: Object.fromEntries(retention),
    downsample,
  };
}

export interface InfluxConnection extends InfluxAddress {
  /** Writes lines of the line protocol (times in ms) and waits until the server has them. */
  write(bucket: string, lines: string[]): Promise<void>;
  /** Runs InfluxQL statements, separated by `;`; a bucket that is not there has no series. */
  query(bucket: string, statements: string): Promise<InfluxSeries[][]>;
  /** Removes the points of a predicate with times from `from` to `to`, both included. */
  remove(bucket: string, what: { from: number; to: number; predicate: string }): Promise<void>;
  /** A request to the server's own API. */
  request<T>(path: string, method: 'GET' | 'POST' | 'PATCH', body?: unknown): Promise<T>;
}

export interface InfluxSeries {
  tags?: Record<string, string>;
  columns: string[];
  values: (string | number | null)[][];
}

interface QueryAnswer {
  results?: { series?: InfluxSeries[]; error?: string }[];
}

/** What the server says of a bucket that is not there yet. */
const ABSENT = /database not found/;

export function influxConnection(address: string): InfluxConnection {
  const place = readInfluxAddress(address);
  let opening: Promise<InfluxDB> | null = null;
  const connect = (): Promise<InfluxDB> => (opening ??= open(place));
  const guarded = async <T>(work: (influx: InfluxDB) => Promise<T>): Promise<T> => {
    try {
      return await work(await connect());
    } catch (error) {
      throw translated(redacted(address), error);
    }
  };
  const request: InfluxConnection['request'] = (path, method, body) =>
    guarded(
      ({ transport }) =>
        transport.request(path, body === undefined ? '' : JSON.stringify(body), {
          method,
          headers: { 'content-type': 'application/json' },
        }) as Promise<never>,
    );
  return {
    ...place,
    write: (bucket, lines) => guarded((influx) => writeLines(influx, { org: place.org, bucket, lines })),
    async query(bucket, statements) {
      const path = `/query?db=${encodeURIComponent(bucket)}&epoch=ms`;
      const options = { method: 'POST', headers: { 'content-type': 'application/vnd.influxql' } };
      const { results = [] } = await guarded(async ({ transport }): Promise<QueryAnswer> => {
        const answer = (await transport.request(path, statements, options)) as QueryAnswer;
        const faults = (answer.results ?? []).flatMap(({ error }) => error ?? []);
        if (faults.some((fault) => ABSENT.test(fault))) return {};
        if (faults[0] !== undefined) throw new Error(faults[0]);
        return answer;
      }).catch((error: unknown): QueryAnswer => {
        if (ABSENT.test(messageOf(error))) return {};
        throw error;
      });
      return results.map(({ series = [] }) => series);
    },
    async remove(bucket, { from, to, predicate }) {
      const query = new URLSearchParams({ org: place.org, bucket });
      const [start, stop] = [from, to].map((time) => new Date(time).toISOString());
      await request(`/api/v2/delete?${query.toString()}`, 'POST', { start, stop, predicate });
    },
    request,
  };
}

async function open({ url, token }: InfluxAddress): Promise<InfluxDB> {
  const { InfluxDB, setLogger } = await import('@influxdata/influxdb-client');
  // It prints failed writes, which we throw.
  setLogger({ error: () => undefined, warn: () => undefined });
  return new InfluxDB({ url, token, timeout: HTTP_TIMEOUT_MS });
}

/** The client writes in the background and drops what fails: here it writes when it is told to, and tells the failure. */
async function writeLines(
  influx: InfluxDB,
  { org, bucket, lines }: { org: string; bucket: string; lines: string[] },
): Promise<void> {
  let failure: unknown = null;
  const api = influx.getWriteApi(org, bucket, 'ms', {
    batchSize: lines.length + 1,
    maxBatchBytes: Number.MAX_SAFE_INTEGER,
    flushInterval: 0,
    maxRetries: 0,
    async writeFailed(error) {
      failure = error;
    },
  });
  api.writeRecords(lines);
  await api.flush();
  if (failure !== null) throw failure;
  await api.close();
}

/** The client's errors as ours, without the token; others pass through. */
function translated(address: string, error: unknown): unknown {
  const {
    statusCode = 0,
    code = '',
    name = '',
  } = (error ?? {}) as { statusCode?: number; code?: string; name?: string };
  const text = messageOf(error);
  if (statusCode === 401 || statusCode === 403)
    return new UnreachableError(`InfluxDB at ${address} refuses this token: ${text}`);
  if (statusCode === 422 && /retention/.test(text))
    return new InvalidInputError(`InfluxDB at ${address} keeps no bars as old as these: ${text}`);
  if (statusCode >= 500 || statusCode === 429 || /^E[A-Z]+$/.test(code) || name === 'RequestTimedOutError')
    return new UnreachableError(`InfluxDB at ${address} does not answer: ${text}`);
  return error;
}
