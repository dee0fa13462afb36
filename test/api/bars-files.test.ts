import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BarColumns } from '../../domain/bars.js';
import { COLUMNS } from '../../domain/bars/columns.js';
import { FORMAT_NAMES, FORMAT_OF } from '../../api/bars-columns.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from './made-platform.js';
import { FIRST_BAR, HOUR, madeBars, seed, SOURCE } from './made-records.js';

const PATH = '/api/v1/bars/binance/BTC-USDT/1h';
const OPENS = [0, 1, 2, 3, 6, 7, 8, 9].map((at) => FIRST_BAR + at * HOUR);

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  await seed(platform.ports);
  const stream = { exchange: 'kraken', symbol: 'ETH-EUR', timeframe: '1h' } as const;
  await platform.ports.series.write({ stream, bars: madeBars(200), source: SOURCE });
});
afterAll(() => platform.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  platform.call(path, { headers });

/** A file of bars as its columns. */
async function columnsOf(bytes: Uint8Array, format: string): Promise<BarColumns> {
  const path = join(temporaryDirectory(), `bars.${format}`);
  writeFileSync(path, bytes);
  const parts: BarColumns[] = [];
  for await (const { columns } of platform.ports.formats.read(path, { format })) parts.push(columns);
  expect(parts.length).toBe(1);
  return parts[0]!;
}

it('knows the formats that the stores know, by the same types', () => {
  const { names, mediaType } = platform.ports.formats;
  expect([...FORMAT_NAMES].sort()).toEqual([...names].sort());
  for (const name of names) expect(FORMAT_OF[mediaType(name)]).toBe(name);
});

it.each(Object.entries(FORMAT_OF).filter(([type]) => type !== 'application/json'))(
  'answers with %s where that is asked for',
  async (accept, format) => {
    const response = await get(PATH, { accept });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(accept);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="binance_BTC-USDT_1h.${format}"`,
    );
    expect(response.headers.get('x-finsight-source')).toBe('simulated:1');
    expect(response.headers.get('vary')).toMatch(/accept/i);
    const columns = await columnsOf(new Uint8Array(await response.arrayBuffer()), format);
    const stored = await platform.ports.series.readColumns({
      stream: { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' },
      source: SOURCE,
      range: { from: 0, to: FIRST_BAR + 1000 * HOUR },
      asOf: Infinity,
    });
    for (const name of COLUMNS) expect(Array.from(columns[name])).toEqual(Array.from(stored[name]));
  },
);

it.each([...FORMAT_NAMES])('downloads as %s by a plain address', async (format) => {
  const response = await get(`${PATH}/download?format=${format}&to=${OPENS[5]}`);
  expect(response.status).toBe(200);
  const columns = await columnsOf(new Uint8Array(await response.arrayBuffer()), format);
  expect(Array.from(columns.time)).toEqual(OPENS.slice(0, 5));
});

it('tells the known types where it has none of those asked for', async () => {
  const response = await get(PATH, { accept: 'application/pdf, image/*;q=0.5' });
  expect(response.status).toBe(406);
  const problem = (await response.json()) as { detail: string };
  for (const type of ['application/pdf', 'text/csv', 'vnd.apache.arrow.file'])
    expect(problem.detail).toContain(type);
});

it('weighs the q-values of Accept', async () => {
  const type = async (accept: string): Promise<string> =>
    String((await get(PATH, { accept })).headers.get('content-type'));
  expect(await type('text/csv;q=0.4, application/json;q=0.5')).toContain('json');
  expect(await type('text/csv;q=0.5, application/json;q=0.4')).toContain('csv');
  expect(await type('text/*')).toContain('csv');
  expect(await type('application/json;q=0, */*;q=0.1')).not.toContain('application/json');
});

it('gives pages as files, too, with the cursor in a header', async () => {
  const times: number[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ order: 'oldest', limit: '3', ...(cursor ? { cursor } : {}) });
    const response = await get(`${PATH}?${query}`, { accept: 'text/csv' });
    const rows = (await response.text()).trim().split('\n').slice(1);
    times.push(...rows.map((row) => Date.parse(row.split(',')[0] ?? '')));
    cursor = response.headers.get('x-next-cursor');
  } while (cursor);
  expect(times).toEqual(OPENS);
});

it('reads what was known at an instant, as a file and as the latest bar', async () => {
  const asOf = FIRST_BAR + 3 * HOUR;
  const text = await (await get(`${PATH}?asOf=${asOf}`, { accept: 'text/csv' })).text();
  expect(text.trim().split('\n')).toHaveLength(4);
  const latest = (await (await get(`${PATH}/latest?asOf=${asOf}`)).json()) as { bar: { time: number } };
  expect(latest.bar.time).toBe(OPENS[2]);
});

it('tags files strongly by their bars, and answers 304 until these change', async () => {
  const path = '/api/v1/bars/binance/TAG-USDT/1h';
  const stream = { exchange: 'binance', symbol: 'TAG-USDT', timeframe: '1h' } as const;
  await platform.ports.series.write({ stream, bars: madeBars(3), source: SOURCE });
  const tag = async (accept: string): Promise<string> =>
    String((await get(path, { accept })).headers.get('etag'));
  const csv = await tag('text/csv');
  expect(csv).toMatch(/^"[0-9a-f]{32}(-gzip)?"$/);
  expect(await tag('application/x-ndjson')).not.toBe(csv);
  const again = await get(path, { accept: 'text/csv', 'if-none-match': `"other", ${csv}` });
  expect([again.status, await again.text()]).toEqual([304, '']);
  await platform.ports.series.write({ stream, bars: madeBars(4), source: SOURCE });
  expect((await get(path, { accept: 'text/csv', 'if-none-match': csv })).status).toBe(200);
  const fixed = await get(`${path}?asOf=${FIRST_BAR + 9 * HOUR}`);
  expect(fixed.headers.get('etag')).toMatch(/^"[0-9a-f]{32}(-gzip)?"$/);
  expect((await get(path)).headers.get('etag')).toMatch(/^W\//);
});

/** As it comes over the wire: fetch would unpack it. */
const raw = (path: string, headers: Record<string, string>, method = 'GET') =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const call = request(`${platform.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
    });
    call.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      );
    });
    call.on('error', reject).end();
  });

it.each([
  ['text/csv', 'gzip', true],
  ['text/csv', 'gzip;q=0.5, identity', false],
  ['text/csv', 'identity;q=0.5, gzip', true],
  ['text/csv', 'gzip;q=0', false],
  ['text/csv', 'br', false],
  ['application/x-ndjson', '*', true],
  ['application/vnd.apache.parquet', 'gzip', false],
  ['application/json', 'gzip', true],
])('packs %s for a caller of "%s": %s', async (accept, encoding, isPacked) => {
  const path = `/api/v1/bars/kraken/ETH-EUR/1h?asOf=${FIRST_BAR + 999 * HOUR}`;
  const plain = await raw(path, { accept });
  const packed = await raw(path, { accept, 'accept-encoding': encoding });
  expect(packed.headers['content-encoding']).toBe(isPacked ? 'gzip' : undefined);
  expect(isPacked ? gunzipSync(packed.body) : packed.body).toEqual(plain.body);
  // Other bytes, another strong tag; each is recognised.
  expect(packed.headers['etag'] === plain.headers['etag']).toBe(!isPacked);
  const again = await raw(path, {
    accept,
    'accept-encoding': encoding,
    'if-none-match': String(packed.headers['etag']),
  });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});

it('answers HEAD without a body', async () => {
  const head = await raw(PATH, { accept: 'text/csv' }, 'HEAD');
  expect([head.status, head.body.length]).toEqual([200, 0]);
  expect(head.headers['etag']).toMatch(/^"/);
});

it('sends several streams as one file of lines', async () => {
  const both = 'kraken/ETH-EUR/1h,binance/BTC-USDT/1h';
  const response = await get(`/api/v1/bars?streams=${both}&to=${OPENS[2]}`);
  const lines = (await response.text()).trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { stream: string; time: number; source: string });
  expect(rows.map(({ stream, time }) => [stream, time])).toEqual(
    both.split(',').flatMap((stream) => OPENS.slice(0, 2).map((time) => [stream, time])),
  );
  expect(rows[0]?.source).toBe('simulated:1');
});

it.each([
  [`${PATH}/download?format=xlsx`, 400, 'format'],
  [`${PATH}/download?from=2024-01-02&to=2024-01-01`, 400, 'empty'],
  ['/api/v1/bars/binance/DOGE-USDT/1h/download', 404, 'DOGE-USDT'],
  ['/api/v1/bars?streams=kraken/ETH-EUR/1h,binance/NONE-USDT/1h', 404, 'NONE-USDT'],
  ['/api/v1/bars?streams=kraken', 400, 'Unknown stream "kraken"'],
  ['/api/v1/bars', 400, 'query.streams'],
  [`${PATH}/download?source=live`, 404, 'live'],
])('refuses %s with %i', async (path, status, words) => {
  const response = await get(path);
  expect(response.status).toBe(status);
  expect(((await response.json()) as { detail: string }).detail).toContain(words);
});
