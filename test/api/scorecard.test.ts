import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { seed } from './made-records.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  await seed(platform.ports);
});
afterAll(() => platform.close());

async function call(path: string, method = 'GET', body?: unknown) {
  const response = await platform.call(`/api/v1${path}`, { method, ...(body ? { body } : {}) });
  const text = await response.text();
  return { status: response.status, text, body: (text ? JSON.parse(text) : null) as Record<string, unknown> };
}
const itemsOf = async (path: string) => (await call(path)).body['items'] as Record<string, unknown>[];

describe('the scorecard', () => {
  it('has a row for each model, stream, horizon and source, with what is open', async () => {
    const { body } = await call('/scorecard');
    expect(body['rows']).toMatchObject([
      {
        ...{ model: 'baseline:drift', stream: 'binance/BTC-USDT/1h', horizonBars: 1, source: 'simulated-1' },
        ...{
          n: 1,
          open: 1,
          unsettleable: 0,
          direction: { n: 1, share: 1 },
          dieboldMariano: { pValue: null },
        },
        interval: { coverage: 1, asked: 0.9 },
      },
    ]);
    const { body: total } = await call(
      '/scorecard?by=trigger&model=baseline:drift&source=simulated:1&horizonBars=1',
    );
    expect(total['rows']).toMatchObject([{ trigger: 'request', n: 1, open: 1 }]);
    expect((await call('/scorecard?stream=binance/ETH-USDT/1h')).body['rows']).toEqual([]);
    expect((await call('/scorecard?from=2024-01-01')).body['rows']).toEqual([]);
  });

  it.each([
    ['/scorecard?by=weather', /Cannot tell settlements apart by "weather"; known: model, stream/],
    ['/scorecard?source=dreamt', /Unknown source "dreamt"/],
    ['/scorecard?horizonBars=x', /"x" is no whole number of bars/],
    ['/settlements?stream=BTC', /Unknown stream "BTC"/],
    ['/scorecard?from=2024-01-01&to=2023-01-01', /The range is empty/],
  ])('%s is refused', async (path, reason) => {
    const { status, body } = await call(path);
    expect(status).toBe(400);
    expect(body['detail']).toMatch(reason);
  });

  it('lists settlements and what waits', async () => {
    expect(await itemsOf('/settlements?prediction=prd_settled')).toMatchObject([
      { id: 'stl_settled', predictionId: 'prd_settled', realised: 102, revision: 1, status: 'settled' },
    ]);
    expect(await itemsOf('/settlements?status=unsettleable')).toEqual([]);
    expect(await itemsOf('/open-predictions')).toMatchObject([{ id: 'prd_example', reason: null, tries: 0 }]);
    expect((await itemsOf('/predictions?settled=true')).map(({ id }) => id)).toEqual(['prd_settled']);
    expect((await itemsOf('/predictions?settled=false')).map(({ id }) => id)).toEqual(['prd_example']);
    expect(await itemsOf('/predictions')).toHaveLength(2);
  });
});

describe('policies of predictions', () => {
  const spec = { streams: ['binance/eth-usdt/1h'], horizons: [24, 1, 24], on: 'cron', cron: '2 * * * *' };

  it('by the clock are schedules, which go with them', async () => {
    const made = await call('/prediction-policies', 'POST', spec);
    expect(made.status).toBe(201);
    const id = String(made.body['id']);
    expect(made.body).toMatchObject({
      streams: ['binance/ETH-USDT/1h'],
      horizons: [1, 24],
      createdBy: 'admin',
    });
    // Again, it is the same one.
    expect((await call('/prediction-policies', 'POST', spec)).body['id']).toBe(id);
    const schedules = async () =>
      (await itemsOf('/schedules')).filter((each) => String(each['id']).startsWith(id));
    expect(await schedules()).toMatchObject([
      {
        ...{ id: `${id}-1`, kind: 'predict', cron: '2 * * * *' },
        input: { stream: 'binance/ETH-USDT/1h', horizonBars: 1, trigger: `policy:${id}` },
      },
      { id: `${id}-2`, input: { horizonBars: 24 } },
    ]);
    expect((await call(`/prediction-policies/${id}`, 'DELETE')).status).toBe(204);
    expect(await schedules()).toEqual([]);
    expect((await itemsOf('/prediction-policies')).map((each) => each['id'])).not.toContain(id);
    expect((await call(`/prediction-policies/${id}`, 'DELETE')).status).toBe(404);
  });

  it.each([
    [{ ...spec, cron: null }, /needs \\"cron\\", such as/],
    [{ ...spec, on: 'bar' }, /this policy is on \\"bar\\"/],
    [{ ...spec, cron: 'now and then' }, /cron/i],
    [{ ...spec, horizons: [97] }, /horizons/],
    [{ ...spec, on: 'moon' }, /on/],
    [{ ...spec, source: 'dreamt' }, /source/],
  ])('%j is refused', async (body, reason) => {
    const { status, text } = await call('/prediction-policies', 'POST', body);
    expect(status).toBe(400);
    expect(text).toMatch(reason);
  });
});
