import { describe, expect, it } from 'vitest';
import { ensureInflux } from '../../adapters/influxdb-buckets.js';
import { influxConnection, readInfluxAddress } from '../../adapters/influxdb.js';
import { influxSeries } from '../../adapters/series/influxdb.js';
import type { Bar } from '../../domain/bars.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { floorToBar } from '../../domain/streams.js';
import { INFLUX_SETUP, influxdb } from '../../infra/test-servers/influxdb.js';
import { freePorts } from '../../infra/test-servers/server.js';
import { newName, realServer } from '../servers.js';
import { ALWAYS, bars, HOUR, live, newStream } from './made-streams.js';

const { server, reason } = await realServer('buckets influxdb:', influxdb);
const address = (more = '', token: string = INFLUX_SETUP.token): string =>
  `influxdb://${token}@${server?.address}/${INFLUX_SETUP.org}/${newName()}${more}`;
const thrownBy = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe.skipIf(reason !== null)(`InfluxDB ${reason ?? ''}`, () => {
  it('keeps each timeframe as long as the address says, and refuses bars that it would drop', async () => {
    const at = address('?retention=1m:30,1h:400');
    const influx = influxConnection(at);
    await ensureInflux(influx);
    await ensureInflux(influx);
    const { buckets } = await influx.request<{
      buckets: { name: string; retentionRules: { everySeconds: number }[] }[];
    }>('/api/v2/buckets?limit=100', 'GET');
    const days = (timeframe: string) =>
      (buckets.find(({ name }) => name === `${influx.bucket}-${timeframe}`)?.retentionRules[0]
        ?.everySeconds ?? 0) / 86_400;
    expect([days('1m'), days('1h')]).toEqual([30, 400]);
    const series = influxSeries(at);
    const stream = newStream('1m');
    const old = await thrownBy(series.write({ stream, bars: bars(2, stream), source: live }));
    expect(old).toBeInstanceOf(InvalidInputError);
    const recent = bars(2, stream, floorToBar(Date.now() - 24 * HOUR, '1m'));
    expect(await series.write({ stream, bars: recent, source: live })).toEqual({ stored: 2 });
  });

  it('summarises by a task, from the latest versions', async () => {
    const at = address('?downsample=1m:1h');
    const influx = influxConnection(at);
    await ensureInflux(influx);
    await ensureInflux(influx);
    const series = influxSeries(at);
    const stream = newStream('1m');
    const hour = floorToBar(Date.now(), '1h') - HOUR;
    const minutes = bars(60, stream, hour);
    await series.write({ stream, bars: minutes, source: live });
    const corrected = { ...(minutes[30] as Bar), high: 999, knownAt: hour + 2 * HOUR };
    await series.write({ stream, bars: [corrected], source: live });
    const { tasks } = await influx.request<{ tasks: { id: string; name: string }[] }>('/api/v2/tasks', 'GET');
    const [task] = tasks.filter(({ name }) => name === `${influx.bucket}: 1m to 1h`);
    expect(tasks).toHaveLength(1);
    const run = await influx.request<{ id: string }>(`/api/v2/tasks/${task?.id}/runs`, 'POST', {});
    const status = async () =>
      (await influx.request<{ status: string }>(`/api/v2/tasks/${task?.id}/runs/${run.id}`, 'GET')).status;
    await expect.poll(status, { timeout: 20_000, interval: 200 }).toBe('success');
    const sql = 'SELECT bars, open, high, low, close, volume FROM summary';
    const [[summary] = []] = await influx.query(`${influx.bucket}-1h`, sql);
    const volume = minutes.reduce((sum, bar) => sum + bar.volume, 0);
    const low = Math.min(...minutes.map((bar) => bar.low));
    expect(summary?.values).toEqual([[hour, 60, minutes[0]?.open, 999, low, minutes.at(-1)?.close, volume]]);
    // A summary is for dashboards: it never passes for a collected bar.
    const hourly = { ...stream, timeframe: '1h' as const };
    expect(await series.read({ stream: hourly, source: live, range: ALWAYS, asOf: Infinity })).toEqual([]);
  });

  it('finds enough of the latest bars behind many later versions', async () => {
    const series = influxSeries(address());
    const stream = newStream();
    const all = bars(30, stream);
    await series.write({ stream, bars: all, source: live });
    const last = all.at(-1) as Bar;
    const later = Array.from({ length: 40 }, (_, i) => ({
      ...last,
      close: last.close + i * 0.001 + 0.001,
      knownAt: last.knownAt + i + 1,
    }));
    await series.write({ stream, bars: later, source: live });
    const key = { stream, source: live, range: ALWAYS, limit: 3, order: 'newest' as const };
    expect(await series.read({ ...key, asOf: last.knownAt })).toEqual(all.slice(-3));
    expect((await series.read({ ...key, asOf: Infinity })).at(-1)).toEqual(later.at(-1));
  });

  it('says who refuses, without the token', async () => {
    const error = await thrownBy(influxSeries(address('', 'wrong-token')).streams());
    expect(error).toBeInstanceOf(UnreachableError);
    expect(String(error)).toMatch(/refuses this token/);
    expect(String(error)).not.toContain('wrong-token');
  });
});

it('a server that is not there is named, and nothing is swallowed', async () => {
  const [port] = await freePorts(1);
  const stream = newStream();
  const series = influxSeries(`influxdb://secret@127.0.0.1:${port}/o/b`);
  const error = await thrownBy(series.write({ stream, bars: bars(1, stream), source: live }));
  expect(error).toBeInstanceOf(UnreachableError);
  expect(String(error)).toContain(`InfluxDB at influxdb://127.0.0.1:${port}/o/b does not answer`);
});

it.each([
  ['influxdb://h/o/b', /it has no token/],
  ['influxdb://t@h/o', /it needs host, organisation and bucket/],
  ['influxdb://t@h/o/b?retention=1m', /retention "1m:" is not <timeframe>:<days>/],
  ['influxdb://t@h/o/b?retention=7m:1', /"7m" is no timeframe/],
  ['influxdb://t@h/o/b?downsample=1h:1m', /from a timeframe to a multiple/],
  ['influxdb://secret@h/o/b?x=1', /^(?!.*secret).*unknown option "x"/],
])('%s is refused', (given, message) => {
  expect(() => readInfluxAddress(given)).toThrow(message);
});
