import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { FIRST_BAR, HOUR, seed } from './made-records.js';

describe('drift over the API', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
    await seed(platform.ports);
    const first = (await platform.ports.documents.get<Record<string, unknown>>(
      'driftReports',
      'drf_example',
    ))!;
    const later = { ...first, id: 'drf_later', asOf: FIRST_BAR + HOUR, verdict: 'stable', episode: null };
    const other = { ...first, id: 'drf_other', stream: 'binance/ETH-USDT/1h', inputs: null };
    await platform.ports.documents.insert('driftReports', [later, other]);
  });
  afterAll(() => platform.close());

  const idsOf = async (query: string): Promise<string[]> => {
    const response = await platform.call(`/api/v1/drift${query}`);
    const { items } = (await response.json()) as { items: { id: string }[] };
    return items.map(({ id }) => id);
  };

  it('reports are listed by what they looked at, and found by stream, model and verdict', async () => {
    expect((await idsOf(''))[0]).toBe('drf_later');
    expect(await idsOf('?stream=binance/BTC-USDT/1h')).toEqual(['drf_later', 'drf_example']);
    expect(await idsOf('?verdict=stable')).toEqual(['drf_later']);
    expect(await idsOf('?model=nobody@1')).toEqual([]);
    expect((await platform.call('/api/v1/drift?verdict=terrible')).status).toBe(400);
    expect((await platform.call('/api/v1/drift/drf_none')).status).toBe(404);
  });

  it('the latest verdict of each stream and model is a figure for Prometheus', async () => {
    const text = await (await platform.call('/metrics')).text();
    const labels = 'stream="binance/BTC-USDT/1h",model="example@1",source="simulated-1"';
    expect(text).toContain(`finsight_drift_verdict{${labels}} 1\n`);
    expect(text).toContain(`finsight_drift_largest_psi{${labels}} 0.9\n`);
    expect(text).toContain('finsight_drift_verdict{stream="binance/ETH-USDT/1h",model="example@1"');
    expect(text.match(/# TYPE finsight_drift_verdict gauge/g)).toHaveLength(1);
  });

  it('a watch takes only what it knows', async () => {
    const start = (input: object) =>
      platform.call('/api/v1/runs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'watchDrift', input }),
      });
    const response = await start({ stream: 'binance/BTC-USDT/1h', policy: 'panic' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('policy');
    expect((await start({ stream: 'binance/BTC-USDT/1h', policy: 'alert' })).status).toBeLessThan(300);
  });
});
