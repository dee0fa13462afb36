import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/audit.js';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from './made-platform.js';
import { HOUR, madeBars } from './made-records.js';

const LIMIT = 2 * 2 ** 20;
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ uploadLimitBytes: LIMIT });
});
afterAll(() => platform.close());

const CSV = `time,open,high,low,close,volume\n${madeBars(50)
  .map(({ time, open, high, low, close, volume }) => [time, open, high, low, close, volume].join())
  .join('\n')}\n`;
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const put = (
  name: string,
  body: string | Uint8Array | ReadableStream,
  headers: Record<string, string> = {},
  query = '',
) =>
  fetch(`${platform.url}/api/v1/uploads/${name}${query}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
    body,
    duplex: 'half',
  } as RequestInit);
const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;
const stored = (): Promise<string[]> => platform.ports.objects.list('uploads/');

it('takes a file of any type, tells what to import it by, and gives back its bytes', async () => {
  const sent = await put('btc.csv', CSV, { 'content-type': 'application/json' });
  expect(sent.status).toBe(201);
  expect(sent.headers.get('location')).toBe('/api/v1/uploads/btc.csv');
  const upload = await json(sent);
  const object = upload['object'] as { key: string; sha256: string };
  expect(upload).toMatchObject({ name: 'btc.csv', bytes: CSV.length, format: 'csv', createdBy: 'admin' });
  expect(object.sha256).toBe(sha256(CSV));
  const run = await platform.call('/api/v1/runs', {
    method: 'POST',
    body: { kind: 'transformBars', input: { stream: 'binance/BTC-USDT/1h', object, name: 'btc.csv' } },
  });
  expect(run.status).toBe(202);
  const back = await platform.call('/api/v1/uploads/btc.csv/download');
  expect(await back.text()).toBe(CSV);
  expect(back.headers.get('content-disposition')).toBe('attachment; filename="btc.csv"');
  const etag = String(back.headers.get('etag'));
  expect(etag).toBe(`"${object.sha256}"`);
  const headers = { 'if-none-match': etag };
  expect((await platform.call('/api/v1/uploads/btc.csv/download', { headers })).status).toBe(304);
  const part = await platform.call('/api/v1/uploads/btc.csv/download', { headers: { range: 'bytes=0-3' } });
  expect([part.status, await part.text()]).toEqual([206, 'time']);
});

it('knows the same file again, and never puts another in its place', async () => {
  await put('same.csv', CSV);
  const before = await stored();
  expect((await put('same.csv', CSV)).status).toBe(200);
  const other = await put('same.csv', `${CSV}1`);
  expect(other.status).toBe(409);
  expect((await json(other))['detail']).toContain(sha256(CSV));
  expect(await stored()).toEqual(before);
});

it('lets one of two senders of a name win, with all of its bytes', async () => {
  const bodies = ['a', 'b', 'c'].map((each) => each.repeat(100_000));
  const answers = await Promise.all(bodies.map((body) => put('race.bin', body)));
  expect(answers.map((each) => each.status).sort()).toEqual([201, 409, 409]);
  const text = await (await platform.call('/api/v1/uploads/race.bin/download')).text();
  expect(text).toBe(bodies[answers.findIndex((each) => each.status === 201)]);
});

const chunked = (bytes: number): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (let sent = 0; sent < bytes; sent += 65_536) controller.enqueue(new Uint8Array(65_536));
      controller.close();
    },
  });
const digestHeader = (text: string): string =>
  `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;

const refusals: [string, () => Promise<Response>, number, string][] = [
  ['a file whose length is over the limit', () => put('big', new Uint8Array(LIMIT + 1)), 413, `${LIMIT}`],
  ['one that turns out to be', () => put('big', chunked(LIMIT + 65_536)), 413, `${LIMIT}`],
  ['a wrong sha256', () => put('x', CSV, {}, `?sha256=${'0'.repeat(64)}`), 422, sha256(CSV)],
  ['a wrong Content-Digest', () => put('x', CSV, { 'content-digest': digestHeader('x') }), 422, sha256('x')],
  ['one that is unreadable', () => put('x', CSV, { 'content-digest': 'md5=:a:' }), 400, 'sha-256=:'],
  ['a sha256 of no form', () => put('x', CSV, {}, '?sha256=abc'), 400, '64 hex'],
  ['an empty file', () => put('x', ''), 400, 'empty'],
  ['a packed body', () => put('x', gzipSync(CSV), { 'content-encoding': 'gzip' }), 415, 'gzip'],
  ['a path', () => put('..%2F..%2Fetc%2Fpasswd', CSV), 400, 'file name'],
  ['a hidden name', () => put('.env', CSV), 400, 'file name'],
  ['a name with ..', () => put('a..b', CSV), 400, 'file name'],
  ['a backslash', () => put('a%5Cb', CSV), 400, 'file name'],
  ['an encoded zero', () => put('a%00b', CSV), 400, 'file name'],
];
it.each(refusals)('refuses %s and keeps nothing', async (_title, send, status, words) => {
  const before = await stored();
  const response = await send();
  const problem = await json(response);
  expect(response.status, JSON.stringify(problem)).toBe(status);
  expect(problem['detail']).toContain(words);
  expect(await stored()).toEqual(before);
  const { items } = await platform.ports.documents.find<AuditEntry>('audit', { limit: 1 });
  expect(items[0]).toMatchObject({ action: 'putUpload', outcome: 'refused', status });
});

it('takes a right Content-Digest', async () => {
  expect((await put('digest.csv', CSV, { 'content-digest': digestHeader(CSV) })).status).toBe(201);
});

it('keeps nothing of an upload that breaks off', async () => {
  const before = await stored();
  const audited = (): Promise<number> =>
    platform.ports.documents.count('audit', { where: { target: 'half.csv' } });
  await new Promise<void>((resolve) => {
    const call = request(`${platform.url}/api/v1/uploads/half.csv`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-length': '100000' },
    });
    call.on('error', () => resolve());
    call.write('a'.repeat(50_000));
    setTimeout(() => call.destroy(), 100);
  });
  await expect.poll(audited).toBe(1);
  expect(await stored()).toEqual(before);
  expect((await platform.call('/api/v1/uploads/half.csv')).status).toBe(404);
});

it.each(['json', 'ndjson', 'parquet', 'arrow', 'arrows', 'csv'])(
  'converts a file into %s',
  async (format) => {
    await put('convert.csv', CSV);
    const path = `/api/v1/uploads/convert.csv/download?format=${format}`;
    const response = await platform.call(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="convert.${format}"`);
    expect(response.headers.get('x-finsight-rows')).toBe('50');
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(500);
    const etag = String(response.headers.get('etag'));
    expect((await platform.call(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
  },
);

it('leaves out what cannot be believed, and counts it', async () => {
  const lines = CSV.trim().split('\n');
  lines[3] = `${lines[3]}`.replace(/,\d+$/, ',-5');
  lines[5] = 'nonsense,1,2,3,4,5';
  await put('faulty.csv.gz', gzipSync(`${lines.join('\n')}\n${lines[9]}\n`));
  const response = await platform.call('/api/v1/uploads/faulty.csv.gz/download?format=ndjson');
  const rows = (await response.text()).trim().split('\n');
  const counts = ['rows', 'quarantined', 'duplicates'].map((each) =>
    response.headers.get(`x-finsight-${each}`),
  );
  expect(counts).toEqual(['51', '2', '1']);
  expect(rows).toHaveLength(48);
  const times = rows.map((row) => (JSON.parse(row) as { time: number }).time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

it('says by its own name why a file cannot be converted', async () => {
  await put('noise.csv', 'a,b\n1,2\n3,4\n');
  const response = await platform.call('/api/v1/uploads/noise.csv/download?format=csv');
  const { detail } = (await json(response)) as { detail: string };
  expect([400, 422]).toContain(response.status);
  expect(detail).not.toContain('/uploads/');
  const short = CSV.split('\n').slice(0, 2).join('\n');
  await put('short.csv', short);
  expect((await platform.call('/api/v1/uploads/short.csv/download?format=csv')).status).toBe(400);
  const told = await platform.call('/api/v1/uploads/short.csv/download?format=csv&timeframe=1h');
  expect((await told.text()).trim().split('\n')).toHaveLength(2);
  expect((await platform.call('/api/v1/uploads/short.csv/download?format=csv&timeframe=7h')).status).toBe(
    400,
  );
});

it('converts more rows than are judged as one table where they are in order', async () => {
  const big = await startTestPlatform({ uploadLimitBytes: 2 ** 30 });
  try {
    const count = 2 ** 20 + 200_000;
    const start = Date.UTC(2000, 0, 1);
    const lines = Array.from(
      { length: count },
      (_, i) => `${start + i * 60_000},10,10.01,9.99,10,${1 + (i % 5)}`,
    );
    const send = (name: string, body: string) =>
      fetch(`${big.url}/api/v1/uploads/${name}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
        body,
      });
    await send('large.csv', lines.join('\n'));
    const response = await big.call('/api/v1/uploads/large.csv/download?format=csv');
    expect(response.status).toBe(200);
    expect((await response.text()).trim().split('\n')).toHaveLength(count + 1);
    const [first = '', ...rest] = lines;
    await send('turned.csv', [...rest, first].join('\n'));
    const refused = await big.call('/api/v1/uploads/turned.csv/download?format=csv');
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { detail: string }).detail).toContain('not in order');
  } finally {
    await big.close();
  }
});

it('lists, deletes with an entry in the audit, and lets only an admin delete', async () => {
  const made = { method: 'POST', body: { name: 'op', roles: ['operator'] } };
  const { key } = (await json(await platform.call('/api/v1/principals', made))) as { key: string };
  await put('gone.csv', `${HOUR}`);
  const { items } = (await json(await platform.call('/api/v1/uploads?limit=1'))) as {
    items: { name: string }[];
  };
  expect(items.map((each) => each.name)).toEqual(['gone.csv']);
  const path = '/api/v1/uploads/gone.csv';
  expect((await platform.call(path, { method: 'DELETE', key })).status).toBe(403);
  const before = (await stored()).length;
  expect((await platform.call(path, { method: 'DELETE' })).status).toBe(204);
  expect((await platform.call(path, { method: 'DELETE' })).status).toBe(404);
  expect((await stored()).length).toBe(before - 1);
  const where = { action: 'removeUpload', target: 'gone.csv' };
  const audit = await platform.ports.documents.find<AuditEntry>('audit', { where });
  expect(audit.items.map((each) => each.status).sort()).toEqual([204, 403, 404]);
  expect(audit.items.find((each) => each.status === 204)?.detail).toMatchObject({
    sha256: sha256(`${HOUR}`),
  });
});
