import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFinsightClient } from '../../api/client.js';
import { faultAt } from '../../api/json.js';
import type { AuditEntry } from '../../domain/audit.js';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from './made-platform.js';
import { FIRST_BAR, HOUR, seed } from './made-records.js';
import { madeStory } from './made-stories.js';

const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

describe('an API with keys', () => {
  let platform: TestPlatform;
  let viewer: string;
  beforeAll(async () => {
    platform = await startTestPlatform();
    await seed(platform.ports);
    const created = await platform.call('/api/v1/principals', {
      method: 'POST',
      body: { name: 'reader', roles: ['viewer'] },
    });
    viewer = String((await json(created))['key']);
  });
  afterAll(() => platform.close());

  const badBodies: [string, unknown, number, string][] = [
    ['malformed JSON names the position', '{"kind": "research",, }', 400, 'position 20'],
    ['an unknown story lists the known ones', { kind: 'nothing', input: {} }, 400, 'kind'],
    [
      'an unknown member is named',
      { kind: 'predict', input: { stream: 'binance/BTC-USDT/1h', horizon: 1 } },
      400,
      'input.horizon',
    ],
    ['a wrong stream is named', { kind: 'predict', input: { stream: 'BTC' } }, 400, 'input.stream'],
    [
      'a symbol of no form is refused at once',
      { kind: 'research', input: { symbols: ['BTC/USDT', 'bitcoin!'] } },
      400,
      'input.symbols.1: Unknown symbol "bitcoin!"',
    ],
    [
      'an unknown timeframe is told the known ones',
      { kind: 'research', input: { symbols: ['BTC/USDT'], timeframe: '7h' } },
      400,
      '1m, 3m',
    ],
    [
      'a stream of an unknown timeframe',
      { kind: 'collectBars', input: { stream: 'binance/BTC-USDT/7h' } },
      400,
      'Unknown timeframe "7h"',
    ],
    [
      'an unknown source',
      { kind: 'collectBars', input: { stream: 'binance/BTC-USDT/1h', source: 'dead' } },
      400,
      'Unknown source "dead"',
    ],
    [
      'a parameter out of its range, before a backtest starts',
      {
        kind: 'runBacktest',
        input: { stream: 'binance/BTC-USDT/1h', strategy: 'sma-cross', params: { fast: 0 } },
      },
      400,
      'input.params: fast of sma-cross is 0',
    ],
    [
      'an unknown strategy is told a near one',
      { kind: 'runBacktest', input: { stream: 'binance/BTC-USDT/1h', strategy: 'sma-cros' } },
      400,
      'input.strategy: Unknown strategy "sma-cros"; did you mean "sma-cross"',
    ],
    ['a body that is no object', '17', 400, 'body'],
    ['a body too large', JSON.stringify({ kind: 'x'.repeat(300_000) }), 413, '262144'],
  ];
  it.each(badBodies)('%s', async (_title, body, status, words) => {
    const response = await platform.call('/api/v1/runs', { method: 'POST', body });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = await json(response);
    expect(String(problem['detail'])).toContain(words);
    expect(problem['requestId']).toBe(response.headers.get('x-request-id'));
  });

  it('takes streams in any case, as the command line does', async () => {
    const started = async (kind: string, input: object): Promise<unknown> => {
      const body = { kind, input };
      return (await json(await platform.call('/api/v1/runs', { method: 'POST', body })))['workflowId'];
    };
    const written = await started('healBars', { stream: 'Binance/sol-usdt/1h' });
    expect(written).toBe(await started('healBars', { stream: 'binance/SOL-USDT/1h' }));
    const market = await started('collectFunding', { market: 'BinanceUSDM/sol-usdt' });
    expect(market).toBe(await started('collectFunding', { market: 'binanceusdm/SOL-USDT' }));
  });

  const badAddresses: [string, number, string][] = [
    ['/api/v1/bars/binance/BTC-USDT/7h', 400, '1h'],
    ['/api/v1/bars/binance/DOGE-USDT/1h', 404, 'collectBars'],
    ['/api/v1/bars/binance/BTC-USDT/1h?limit=5000&frm=1&from=soon', 400, 'query.frm'],
    ['/api/v1/bars/binance/BTC-USDT/1h?from=2023-02-01&to=2023-01-01', 400, 'empty'],
    ['/api/v1/articles/art_nothing', 404, 'art_nothing'],
    ['/api/v1/runs/nothing', 404, 'nothing'],
    ['/api/v1/runs/%E0%A4%A', 400, ''],
    ['/api/v1/nothing', 404, '/api/v1/nothing'],
  ];
  it.each(badAddresses)('GET %s answers %i', async (path, status, words) => {
    const response = await platform.call(path);
    const problem = await json(response);
    expect(response.status, JSON.stringify(problem)).toBe(status);
    expect(String(problem['detail'])).toContain(words);
  });

  it('tells its health to probes at /health, as JSON', async () => {
    const root = await platform.call('/health', { headers: { accept: '*/*' } });
    expect(root.headers.get('content-type')).toContain('application/json');
    expect((await json(root))['checks']).toEqual(
      (await json(await platform.call('/api/v1/health')))['checks'],
    );
  });

  it('lists all offenders of a query at once', async () => {
    const problem = await json(await platform.call('/api/v1/audit?limit=0&from=x&other=1'));
    const { errors } = problem as { errors: { path: string }[] };
    expect(errors.map((each) => each.path).sort()).toEqual(['query.from', 'query.limit', 'query.other']);
  });

  const access: [string, string, () => string | null, number][] = [
    ['GET', '/livez', () => null, 200],
    ['GET', '/api/v1/runs', () => null, 401],
    ['GET', '/api/v1/runs', () => 'wrong', 401],
    ['GET', '/api/v1/runs', () => viewer, 200],
    ['GET', '/api/v1/audit', () => viewer, 403],
    ['DELETE', '/api/v1/backtests/bt_example', () => viewer, 403],
    ['GET', '/api/v1/audit', () => ADMIN_KEY, 200],
  ];
  it.each(access)('%s %s needs its role (%#)', async (method, path, key, status) => {
    expect((await platform.call(path, { method, key: key() })).status).toBe(status);
  });

  it('takes the key as X-API-Key too, keeps only its digest and forgets a revoked one', async () => {
    const me = await json(await platform.call('/api/v1/me', { key: null, headers: { 'x-api-key': viewer } }));
    expect(me['roles']).toEqual(['viewer']);
    expect(JSON.stringify(await platform.ports.documents.find('principals', {}))).not.toContain(viewer);
    const other = await json(
      await platform.call('/api/v1/principals', { method: 'POST', body: { name: 'b', roles: ['viewer'] } }),
    );
    await platform.call(`/api/v1/principals/${other['id']}`, { method: 'DELETE' });
    expect((await platform.call('/api/v1/me', { key: String(other['key']) })).status).toBe(401);
  });

  it('audits each change, done and refused, with who asked', async () => {
    const body = { kind: 'predict', input: { stream: 'binance/ETH-USDT/1h' } };
    const started = await json(await platform.call('/api/v1/runs', { method: 'POST', body }));
    const again = await json(await platform.call('/api/v1/runs', { method: 'POST', body }));
    expect([started['alreadyRunning'], again['alreadyRunning']]).toEqual([false, true]);
    await platform.call('/api/v1/runs', { method: 'POST', body, key: viewer });
    const { items } = await platform.ports.documents.find<AuditEntry>('audit', {
      where: { action: 'startRun' },
      limit: 3,
    });
    expect(items.map((each) => each.outcome).sort()).toEqual(['done', 'done', 'refused']);
    expect(items.find((each) => each.outcome === 'done')).toMatchObject({
      principal: 'admin',
      target: started['workflowId'],
    });
    expect((await platform.stories.get(String(started['workflowId']))).principal).toBe('admin');
  });

  it('lets nobody but an admin cancel the run of another tenant', async () => {
    const made = { method: 'POST', body: { name: 'op', roles: ['operator'], tenant: 'other' } };
    const { key } = await json(await platform.call('/api/v1/principals', made));
    platform.stories.stories.set('own', madeStory({ workflowId: 'own', status: 'running', closedAt: null }));
    expect((await platform.call('/api/v1/runs/own', { method: 'DELETE', key: String(key) })).status).toBe(
      403,
    );
    expect((await platform.call('/api/v1/runs/own', { method: 'DELETE' })).status).toBe(202);
  });

  it.each(['oldest', 'newest'])('pages bars %s first without loss or repeat', async (order) => {
    const times: number[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ order, limit: '3', ...(cursor ? { cursor } : {}) });
      const page = await json(await platform.call(`/api/v1/bars/binance/BTC-USDT/1h?${query}`));
      times.push(...(page['bars'] as { time: number }[]).map((bar) => bar.time));
      cursor = page['cursor'] as string | null;
    } while (cursor);
    const expected = [0, 1, 2, 3, 6, 7, 8, 9].map((at) => FIRST_BAR + at * HOUR);
    expect(times).toEqual(order === 'oldest' ? expected : expected.reverse());
  });

  it('reads bars as of an instant, finds the gap, and answers 304 where nothing changed', async () => {
    const asOf = FIRST_BAR + 3 * HOUR;
    const path = '/api/v1/bars/binance/BTC-USDT/1h';
    expect((await json(await platform.call(`${path}?asOf=${asOf}`)))['bars']).toHaveLength(3);
    const first = await platform.call(`${path}?limit=7`);
    // Another parameter order passes by the cache: the time of reading alone must not change the tag.
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await platform.call(`${path}?order=newest&limit=7`, { headers })).status).toBe(304);
    const gaps = await json(await platform.call('/api/v1/bars/binance/BTC-USDT/1h/gaps'));
    expect(gaps).toMatchObject({ expected: 10, present: 8, missing: 2 });
    expect(gaps['items']).toEqual([{ from: FIRST_BAR + 4 * HOUR, to: FIRST_BAR + 6 * HOUR, bars: 2 }]);
  });

  it('says the mean sentiment of a day and thins an equity curve to its ends', async () => {
    const { items } = (await json(await platform.call('/api/v1/sentiment/btc'))) as {
      items: { mean: number }[];
    };
    expect(items).toHaveLength(1);
    expect(items[0]?.mean).toBeCloseTo(0.2, 12);
    const result = await json(await platform.call('/api/v1/backtests/bt_example?points=3'));
    expect(result['equity']).toEqual([100_000, 102_500, 104_999]);
  });

  it('streams progress, then the end; a reader that knows it all is told to stop', async () => {
    platform.stories.stories.set('s', madeStory({ workflowId: 's', status: 'running', closedAt: null }));
    const response = await platform.call('/api/v1/runs/s/events');
    setTimeout(() => platform.stories.stories.set('s', madeStory({ workflowId: 's' })), 80);
    const events = [...(await response.text()).matchAll(/id: (\w+)\nevent: (\w+)/g)];
    expect(events.map((each) => each[2])).toEqual(['progress', 'closed']);
    const back = await platform.call('/api/v1/runs/s/events', {
      headers: { 'last-event-id': String(events.at(-1)?.[1]) },
    });
    expect(back.status).toBe(204);
  });

  it('is not ready, and tells nobody why in the open, where Temporal is away', async () => {
    platform.stories.reachable = false;
    const response = await platform.call('/readyz', { key: null });
    platform.stories.reachable = true;
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('10.0.0.1');
  });

  it('serves docs, the document and a page that says how to build the dashboard', async () => {
    for (const [path, type] of [
      ['/docs', 'html'],
      ['/docs/docs.css', 'css'],
      ['/docs/docs.js', 'javascript'],
      ['/openapi.json', 'json'],
    ] as const) {
      const response = await platform.call(path, { key: null });
      expect(response.status, path).toBe(200);
      expect(response.headers.get('content-type'), path).toContain(type);
    }
    const page = await platform.call('/runs/some', { key: null, headers: { accept: 'text/html' } });
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('not built yet');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('is called by the typed client', async () => {
    const client = createFinsightClient(platform.url, ADMIN_KEY);
    const { data } = await client.GET('/runs/{workflowId}', {
      params: { path: { workflowId: 'research/example' } },
    });
    expect(data?.status).toBe('completed');
  });
});

describe('faultAt', () => {
  it('is the end of the text for JSON, and at most the place of a sign put in', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, at) => {
        expect(faultAt(text)).toBe(text.length);
        const place = at % (text.length + 1);
        expect(faultAt(`${text.slice(0, place)}\u0000${text.slice(place)}`)).toBeLessThanOrEqual(place);
      }),
    );
  });
});
