import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { seed } from './made-records.js';

describe('trades and equity as files', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
    await seed(platform.ports);
  });
  afterAll(() => platform.close());
  const get = (what: string, accept: string): Promise<Response> =>
    platform.call(`/api/v1/backtests/bt_example/${what}`, { headers: { accept } });

  it('are CSV with a header, empty where there is no value', async () => {
    const response = await get('trades', 'text/csv');
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toContain('bt_example-trades.csv');
    const [header, row = ''] = (await response.text()).split('\n');
    expect(header).toBe('side,entryTime,entryPrice,exitTime,exitPrice,units,fees,funding,profit,instrument');
    expect(row).toMatch(/^long,\d{13},1,,,1,0,,0,$/);
  });

  it('are the whole curve, unthinned', async () => {
    const lines = (await (await get('equity', 'text/csv')).text()).trim().split('\n');
    expect(lines).toHaveLength(1 + 5000);
    expect(lines.at(-1)).toMatch(/^\d{13},104999$/);
    const json = (await (await get('equity', 'application/json')).json()) as { equity: number[] };
    expect(json.equity).toHaveLength(5000);
  });

  it.each(['trades', 'equity'])('%s are Parquet', async (what) => {
    const response = await get(what, 'application/vnd.apache.parquet');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
    expect(bytes.subarray(-4).toString()).toBe('PAR1');
  });

  it('are refused in other types and for what is not stored', async () => {
    expect((await get('trades', 'image/png')).status).toBe(406);
    expect((await platform.call('/api/v1/backtests/bt_none/trades')).status).toBe(404);
  });

  it.each([
    [{ size: 'all' }, /Size \\?"all\\?" is none/],
    [{ slippage: 'tip:1' }, /Slippage \\?"tip:1\\?" is none/],
    [{ engine: 'zoot' }, /engine/],
    [{ exits: { stop: 1 } }, /exits/],
    [{ fillShare: 2 }, /fillShare/],
  ])('a run with %o is refused where it arrives', async (more, message) => {
    const input = { stream: 'binance/BTC-USDT/1h', strategy: 'sma-cross', ...more };
    const body = { kind: 'runBacktest', input };
    const response = await platform.call('/api/v1/runs', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(message);
  });
});

describe('sweeps, searches and comparisons', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
    await seed(platform.ports);
  });
  afterAll(() => platform.close());

  it('are counted beside the results', async () => {
    const stats = (await (await platform.call('/api/v1/backtests/stats')).json()) as object;
    expect(stats).toMatchObject({
      ...{ backtests: 2, byStrategy: { 'sma-cross': 2 }, sweeps: 1, searches: 1, comparisons: 1, trials: 0 },
      newest: Date.UTC(2023, 0, 1),
    });
  });

  it.each([
    ['sweeps', 'sw_example', 'combinations'],
    ['searches', 'srch_example', 'outOfSample'],
    ['comparisons', 'cmp_example', 'sentence'],
  ])('%s are listed, read, and shown as pages', async (kind, id, member) => {
    const list = (await (await platform.call(`/api/v1/${kind}`)).json()) as { items: { id: string }[] };
    expect(list.items.map((each) => each.id)).toEqual([id]);
    const none = (await (await platform.call(`/api/v1/${kind}?stream=x`)).json()) as { items: unknown[] };
    expect(none.items).toEqual([]);
    const one = (await (await platform.call(`/api/v1/${kind}/${id}`)).json()) as object;
    expect(one).toHaveProperty(member);
    const page = await platform.call(`/api/v1/${kind}/${id}/report`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain(`<title>${id}`);
    for (const path of [`${kind}/none`, `${kind}/none/report`])
      expect((await platform.call(`/api/v1/${path}`)).status).toBe(404);
  });
});
