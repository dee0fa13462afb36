import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCatalogue } from '../../adapters/catalogue.js';
import type { CataloguePort } from '../../adapters/ports-inventory.js';
import { startReplay } from '../../adapters/replay/exchange.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from './made-platform.js';
import { seed } from './made-records.js';

const recordedDir = temporaryDirectory();
let platform: TestPlatform;
let replay: Awaited<ReturnType<typeof startReplay>>;
beforeAll(async () => {
  for (const [folder, name] of [
    ['binance_spot_1h', 'BTCUSDT_1h'],
    ['binance_spot_1d', 'BTCUSDT_1d'],
    ['binance_spot_1h', 'ETHUSDT_1h'],
    ['kraken_1h', 'BTC-USD_1h'],
  ] as const) {
    mkdirSync(join(recordedDir, 'ohlcv', folder), { recursive: true });
    const row = `${Date.UTC(2023, 0, 1)},1,2,1,2,3\n`;
    writeFileSync(
      join(recordedDir, 'ohlcv', folder, `${name}.csv`),
      `time,open,high,low,close,volume\n${row}`,
    );
  }
  replay = await startReplay({ provider: recordedProvider(recordedDir) });
  platform = await startTestPlatform();
  await seed(platform.ports);
  const exchangeHosts = { binance: replay.url };
  platform.ports.catalogue = openCatalogue({ recordedDir, exchangeHosts }, platform.ports.cache);
});
afterAll(async () => {
  await platform.close();
  await replay.close();
});

const get = async (path: string) => {
  const response = await platform.call(`/api/v1${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const symbolsOf = async (path: string): Promise<unknown> => (await get(path)).body['items'];

it('lists all exchanges that ccxt knows, with what is recorded and stored of each', async () => {
  const { body } = await get('/exchanges');
  const items = body['items'] as { id: string; live: boolean; recorded: number; stored: number }[];
  expect(items.length).toBeGreaterThan(50);
  const of = (id: string) => items.find((each) => each.id === id);
  expect(of('binance')).toEqual({ id: 'binance', live: true, recorded: 3, stored: 1 });
  expect(of('kraken')).toEqual({ id: 'kraken', live: true, recorded: 1, stored: 0 });
  const stored = (await symbolsOf('/exchanges?having=stored')) as { id: string }[];
  expect(stored.map((each) => each.id)).toEqual(['binance']);
});

it('lists the symbols of an exchange that are stored, recorded, or traded now', async () => {
  expect(await symbolsOf('/exchanges/binance/symbols')).toEqual([{ symbol: 'BTC-USDT', timeframes: ['1h'] }]);
  expect(await symbolsOf('/exchanges/binance/symbols?source=recorded')).toEqual([
    { symbol: 'BTC-USDT', timeframes: expect.arrayContaining(['1h', '1d']) as unknown },
    { symbol: 'ETH-USDT', timeframes: ['1h'] },
  ]);
  const live = (await symbolsOf('/exchanges/binance/symbols?source=live')) as {
    symbol: string;
    timeframes: string[];
  }[];
  expect(live.map((each) => each.symbol)).toEqual(['BTC-USDT', 'ETH-USDT']);
  expect(live[0]?.timeframes).toContain('1h');
});

it('pages symbols and finds them by a part of their name', async () => {
  const path = '/exchanges/binance/symbols?source=recorded';
  const first = await get(`${path}&limit=1`);
  expect(first.body['cursor']).toBe('BTC-USDT');
  const second = await get(`${path}&limit=1&cursor=BTC-USDT`);
  expect(second.body).toMatchObject({ items: [{ symbol: 'ETH-USDT' }], cursor: null });
  expect(await symbolsOf(`${path}&contains=eth`)).toHaveLength(1);
});

it.each([
  ['/exchanges/binanse/symbols?source=live', 404, 'binance'],
  ['/exchanges/binanse/symbols', 404, 'known: binance'],
  ['/exchanges/coinbase/symbols?source=recorded', 404, 'coinbase'],
  ['/exchanges/..%2Fetc/symbols', 400, 'ccxt'],
  ['/exchanges/binance/symbols?source=dead', 400, 'query.source'],
])('refuses %s with %i', async (path, status, words) => {
  const { status: found, body } = await get(path);
  expect(found).toBe(status);
  expect(body['detail']).toContain(words);
});

it('has nothing recorded where there is no recording', async () => {
  const empty: CataloguePort = openCatalogue(
    { recordedDir: temporaryDirectory(), exchangeHosts: {} },
    platform.ports.cache,
  );
  expect((await empty.exchanges()).every((each) => each.recorded === 0)).toBe(true);
});

it('tells what the stores are and hold, and looks after their settings', async () => {
  const { body } = await get('/admin/storage');
  const stores = body['stores'] as {
    seam: string;
    backend: string;
    version: string;
    bytes: number;
    freeBytes: number;
  }[];
  expect(stores.map((each) => each.seam)).toEqual(['documents', 'events', 'series', 'objects', 'cache']);
  for (const each of stores) {
    expect(each).toMatchObject({ error: null });
    expect(each.bytes).toBeGreaterThan(0);
    expect(each.freeBytes).toBeGreaterThan(0);
  }
  expect(stores[0]?.version).toMatch(/^\d+\.\d+/);
  expect(stores[2]?.version).toMatch(/^DuckDB v?\d+\./);
  expect(body).toMatchObject({ series: { streams: 1, bars: 8, broken: [] } });
  expect(body['documents']).toMatchObject({ models: 2, uploads: 2 });
  const ensured = await platform.call('/api/v1/admin/storage/ensure', { method: 'POST' });
  expect(await ensured.json()).toMatchObject({
    stores: [],
    collections: expect.arrayContaining(['runs']) as unknown,
  });
});

it('shows the settings without secrets, to an admin only', async () => {
  const { body } = await get('/admin/config');
  expect(body['settings']).toMatchObject({
    ml: 'on',
    api: { hasAdminKey: true },
    feeds: { own: 'https://feeds.example/rss' },
  });
  const text = JSON.stringify(body);
  for (const secret of [ADMIN_KEY, 'word@', 'hidden']) expect(text).not.toContain(secret);
  const made = { method: 'POST', body: { name: 'op', roles: ['operator'] } };
  const { key } = (await (await platform.call('/api/v1/principals', made)).json()) as { key: string };
  for (const path of ['/admin/config', '/admin/storage'])
    expect((await platform.call(`/api/v1${path}`, { key })).status).toBe(403);
});
