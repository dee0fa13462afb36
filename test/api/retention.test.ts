import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/audit.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { FIRST_BAR, HOUR, madeBars, SOURCE } from './made-records.js';

const DAY = 24 * HOUR;
const stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' } as const;
const other = { ...stream, symbol: 'ETH-USDT' };
const PATH = '/api/v1/bars/binance/BTC-USDT/1h';
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  const { series, documents } = platform.ports;
  await series.write({ stream, bars: madeBars(100, [4, 5]), source: SOURCE });
  // Another version of a bar goes with it.
  const [first] = madeBars(1);
  await series.write({
    stream,
    bars: [{ ...first!, close: 100.5, knownAt: FIRST_BAR + 50 * HOUR }],
    source: SOURCE,
  });
  await series.write({ stream: other, bars: madeBars(100), source: SOURCE });
  const fault = { stream: 'binance/BTC-USDT/1h', reason: 'volume -5 is below 0', bar: { volume: -5 } };
  await documents.insert('quarantine', [{ id: 'qtn_1', ...fault, seenAt: FIRST_BAR, source: SOURCE }]);
});
afterAll(() => platform.close());

const call = async (path: string, options?: Parameters<TestPlatform['call']>[1]) => {
  const response = await platform.call(path, options);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const stored = async (of: typeof stream | typeof other): Promise<number> => {
  const range = { from: 0, to: FIRST_BAR + 1000 * HOUR };
  return (await platform.ports.series.times({ stream: of, source: SOURCE, range, asOf: Infinity })).length;
};
const audited = async (action: string): Promise<AuditEntry | undefined> =>
  (await platform.ports.documents.find<AuditEntry>('audit', { where: { action }, limit: 1 })).items[0];

it('tells figures of a stream', async () => {
  const { body } = await call(`${PATH}/stats`);
  expect(body).toMatchObject({ bars: 98, first: FIRST_BAR, last: FIRST_BAR + 99 * HOUR, expected: 100 });
  expect(body).toMatchObject({ missing: 2, completeness: 0.98, low: 99, high: 201, volume: 490 });
  expect(body).toMatchObject({ open: 100, close: 200, source: SOURCE });
  const part = await call(`${PATH}/stats?to=${FIRST_BAR + 2 * HOUR}&asOf=${FIRST_BAR + HOUR}`);
  expect(part.body).toMatchObject({ bars: 1, close: 101 });
  const none = await call(`${PATH}/stats?from=2030-01-01`);
  expect(none.body).toMatchObject({ bars: 0, first: null, low: null, volume: 0, completeness: 1 });
});

it('reports the quality of a stream: gaps, and what lies in quarantine', async () => {
  const { body } = await call(`${PATH}/quality`);
  expect(body).toMatchObject({ bars: 98, missing: 2, gapCount: 1, quarantinedCount: 1 });
  expect(body['gaps']).toEqual([{ from: FIRST_BAR + 4 * HOUR, to: FIRST_BAR + 6 * HOUR, bars: 2 }]);
  expect(body['quarantined']).toMatchObject([{ reason: 'volume -5 is below 0' }]);
  expect((await call(`${PATH}/quality?listed=0`)).body).toMatchObject({ gaps: [], quarantined: [] });
});

it('counts what would be deleted, then deletes exactly that, all versions of it', async () => {
  const to = FIRST_BAR + 10 * HOUR;
  const query = `source=simulated:1&to=${to}`;
  const dry = await call(`${PATH}?${query}&dryRun=true`, { method: 'DELETE' });
  expect(dry.body).toMatchObject({ dryRun: true, versions: 9, to });
  expect(await stored(stream)).toBe(98);
  const done = await call(`${PATH}?${query}`, { method: 'DELETE' });
  expect(done.body).toMatchObject({ dryRun: false, versions: 9 });
  expect(await stored(stream)).toBe(90);
  expect(await audited('removeBars')).toMatchObject({
    target: 'binance/BTC-USDT/1h',
    outcome: 'done',
    detail: { versions: 9, to },
  });
});

it.each([
  [PATH, 400, 'query.source'],
  [`${PATH}?source=live`, 404, 'live'],
  ['/api/v1/bars/binance/NONE-USDT/1h?source=simulated:1', 404, 'NONE-USDT'],
  [`${PATH}?source=simulated:1&from=2030-01-01`, 400, 'between from and to'],
])('refuses to delete %s with %i', async (path, status, words) => {
  const { status: found, body } = await call(path, { method: 'DELETE' });
  expect(found).toBe(status);
  expect(body['detail']).toContain(words);
});

it('cleans up by age: a dry run first, and only what is old', async () => {
  const cut = FIRST_BAR + 50 * HOUR;
  const olderThanDays = (Date.now() - cut) / DAY;
  const clean = (input: Record<string, unknown>) =>
    call('/api/v1/admin/cleanup', { method: 'POST', body: { olderThanDays, ...input } });
  const dry = await clean({});
  expect(dry.body).toMatchObject({ dryRun: true, versions: 90 });
  expect(await stored(other)).toBe(100);
  const one = await clean({ streams: ['binance/ETH-USDT/1h'], dryRun: false });
  expect(one.body).toMatchObject({ dryRun: false, versions: 50 });
  expect([await stored(stream), await stored(other)]).toEqual([90, 50]);
  expect((await clean({ dryRun: false })).body).toMatchObject({ versions: 40 });
  expect((await clean({ dryRun: false })).body).toMatchObject({ versions: 0 });
  expect(await audited('cleanBars')).toMatchObject({ target: 'all streams', principal: 'admin' });
  expect((await clean({ streams: ['binance/NONE-USDT/1h'] })).status).toBe(404);
  expect((await clean({ olderThanDays: -1 })).status).toBe(400);
  expect((await clean({ source: 'live' })).body).toMatchObject({ versions: 0, items: [] });
});
