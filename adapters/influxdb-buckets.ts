import { NotFoundError } from '../domain/errors.js';
import { TIMEFRAMES, timeframeMs, type Timeframe } from '../domain/streams.js';
import type { InfluxConnection } from './influxdb.js';

const DAY_SECONDS = 86_400;

/** A timeframe's bucket: `bars-1m`. */
export const bucketOf = ({ bucket }: InfluxConnection, timeframe: Timeframe): string =>
  `${bucket}-${timeframe}`;

interface Named {
  id: string;
  name: string;
}

const PAGE = 100;

/** The timeframes that have a bucket. */
export async function timeframesIn(influx: InfluxConnection): Promise<Timeframe[]> {
  const names = new Set<string>();
  for (let offset = 0; ; offset += PAGE) {
    const query = new URLSearchParams({ org: influx.org, limit: String(PAGE), offset: String(offset) });
    const page = await influx.request<{ buckets: Named[] }>(`/api/v2/buckets?${query.toString()}`, 'GET');
    for (const { name } of page.buckets) names.add(name);
    if (page.buckets.length < PAGE) break;
  }
  const all = Object.keys(TIMEFRAMES) as Timeframe[];
  return all.filter((timeframe) => names.has(bucketOf(influx, timeframe)));
}

/** Makes a timeframe's bucket with its retention where it is not there; one that is there is left alone. */
export async function readyBucket(influx: InfluxConnection, timeframe: Timeframe): Promise<void> {
  if ((await findBucket(influx, timeframe)) === null) await putBucket(influx, timeframe);
}

/**
 * Makes the buckets and tasks as the address wants them: retention for each timeframe that it names, and a task for
 * each pair to downsample. Doing it again changes nothing; a retention that is not named is left alone.
 */
export async function ensureInflux(influx: InfluxConnection): Promise<void> {
  const named = new Set([...Object.keys(influx.retention), ...influx.downsample.flat()] as Timeframe[]);
  for (const timeframe of named) await putBucket(influx, timeframe);
  for (const [from, to] of influx.downsample) await putTask(influx, from, to);
}

async function findBucket(influx: InfluxConnection, timeframe: Timeframe): Promise<Named | null> {
  const query = new URLSearchParams({ org: influx.org, name: bucketOf(influx, timeframe) });
  // The server answers 404 or an empty list, depending on its version.
  const { buckets = [] } = await influx
    .request<{ buckets?: Named[] }>(`/api/v2/buckets?${query.toString()}`, 'GET')
    .catch((error: unknown) => {
      if ((error as { statusCode?: number }).statusCode === 404) return {} as { buckets?: Named[] };
      throw error;
    });
  return buckets[0] ?? null;
}

/**
 * A bucket's time is cut into shards, which are opened one by one and dropped whole: bars can live a shard longer than
 * their retention. A shard holds some 40,000 minutes, 9,000 hours or 4,000 days; a week, the default, makes hundreds.
 */
async function putBucket(influx: InfluxConnection, timeframe: Timeframe): Promise<void> {
  const days = influx.retention[timeframe];
  const everySeconds = (days ?? 0) * DAY_SECONDS;
  const step = timeframeMs(timeframe) / 1000;
  const shard = step >= DAY_SECONDS ? 3640 : step >= 3600 ? 364 : 28;
  const shardGroupDurationSeconds =
    Math.min(shard, Math.max(1, Math.floor((days ?? Infinity) / 2))) * DAY_SECONDS;
  const retentionRules = [{ type: 'expire', everySeconds, shardGroupDurationSeconds }];
  const found = await findBucket(influx, timeframe);
  if (found) {
    if (days !== undefined) await influx.request(`/api/v2/buckets/${found.id}`, 'PATCH', { retentionRules });
    return;
  }
  const bucket = { orgID: await organisation(influx), name: bucketOf(influx, timeframe), retentionRules };
  await influx.request('/api/v2/buckets', 'POST', bucket).catch((error: unknown) => {
    // Another process was faster.
    if ((error as { statusCode?: number }).statusCode !== 422) throw error;
  });
}

async function organisation({ org, request }: InfluxConnection): Promise<string> {
  const { orgs } = await request<{ orgs: Named[] }>(`/api/v2/orgs?org=${encodeURIComponent(org)}`, 'GET');
  if (orgs[0]) return orgs[0].id;
  throw new NotFoundError(`InfluxDB has no organisation "${org}"; name another one in the address`);
}

async function putTask(influx: InfluxConnection, from: Timeframe, to: Timeframe): Promise<void> {
  const name = `${influx.bucket}: ${from} to ${to}`;
  const query = new URLSearchParams({ org: influx.org, name });
  const { tasks } = await influx.request<{ tasks: Named[] }>(`/api/v2/tasks?${query.toString()}`, 'GET');
  const flux = taskOf(influx, { name, from, to });
  if (tasks[0]) await influx.request(`/api/v2/tasks/${tasks[0].id}`, 'PATCH', { flux });
  else await influx.request('/api/v2/tasks', 'POST', { org: influx.org, flux });
}

/**
 * Summarises the latest versions of whole windows. The result is a measurement of its own, `summary`, for dashboards
 * that outlive the fine bars' retention: it never mixes with what was collected, and features never read it.
 */
function taskOf(
  influx: InfluxConnection,
  { name, from, to }: { name: string; from: Timeframe; to: Timeframe },
): string {
  const every = `${timeframeMs(to) / 1000}s`;
  return `import "date"

option task = { name: ${JSON.stringify(name)}, every: ${every}, offset: 5m }

stop = date.truncate(t: now(), unit: ${every})

from(bucket: ${JSON.stringify(bucketOf(influx, from))})
  |> range(start: date.sub(from: stop, d: ${(2 * timeframeMs(to)) / 1000}s), stop: stop)
  |> filter(fn: (r) => r._measurement == "bars" and r._field != "origin")
  |> toFloat()
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> group(columns: ["source", "exchange", "symbol", "_time"])
  |> sort(columns: ["knownAt"])
  |> tail(n: 1)
  |> group(columns: ["source", "exchange", "symbol"])
  |> sort(columns: ["_time"])
  |> window(every: ${every})
  |> reduce(
    identity: { n: 0.0, open: 0.0, high: 0.0, low: 0.0, close: 0.0, volume: 0.0 },
    fn: (r, accumulator) => ({
      n: accumulator.n + 1.0,
      open: if accumulator.n == 0.0 then r.open else accumulator.open,
      high: if accumulator.n == 0.0 or r.high > accumulator.high then r.high else accumulator.high,
      low: if accumulator.n == 0.0 or r.low < accumulator.low then r.low else accumulator.low,
      close: r.close,
      volume: accumulator.volume + r.volume,
    }),
  )
  |> map(fn: (r) => ({ r with _time: r._start, _measurement: "summary" }))
  |> group(columns: ["source", "exchange", "symbol"])
  |> to(
    bucket: ${JSON.stringify(bucketOf(influx, to))},
    org: ${JSON.stringify(influx.org)},
    tagColumns: ["source", "exchange", "symbol"],
    fieldFn: (r) => ({ bars: r.n, open: r.open, high: r.high, low: r.low, close: r.close, volume: r.volume }),
  )
`;
}
