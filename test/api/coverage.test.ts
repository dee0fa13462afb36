import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStream } from '../../domain/streams.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { FIRST_BAR, HOUR, madeBars, SOURCE } from './made-records.js';

describe('coverage over REST', () => {
  let platform: TestPlatform;
  const stream = parseStream('binance/BTC-USDT/1h');
  const at = (index: number): number => FIRST_BAR + index * HOUR;
  const read = async (path: string) => {
    const answer = await platform.call(`/api/v1/bars/binance/BTC-USDT/1h/${path}`);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  beforeAll(async () => {
    platform = await startTestPlatform();
    await platform.ports.series.write({ stream, bars: madeBars(10, [4, 5]), source: SOURCE });
  });
  afterAll(() => platform.close());

  it('is that of the stored bars where there is no contract yet', async () => {
    const { body } = await read('coverage');
    expect(body).toMatchObject({ expected: 10, present: 8, missing: 2, exchangeClosed: 0, coverage: 0.8 });
    expect(body['gaps']).toEqual([{ from: at(4), to: at(6), bars: 2, state: 'missing' }]);
  });

  it('knows what was proved, and what a stream without a bar owes', async () => {
    const contract = {
      ...{ id: 'cov_binance_BTC-USDT_1h_simulated-1', stream: 'binance/BTC-USDT/1h', source: SOURCE },
      ...{ sourceKey: 'simulated-1', calendar: 'always', calendarReason: '', calendarSettled: true },
      ...{
        from: at(0),
        to: at(12),
        listedAt: null,
        delistedAt: null,
        measuredAt: 1,
        missingBars: [],
        heal: null,
      },
      proofs: [{ askedAt: 1, closed: [at(4), at(5)] }],
    };
    await platform.ports.documents.upsert('coverage', [contract]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await read('coverage')).body).toMatchObject({ expected: 12, missing: 3, exchangeClosed: 1 });
    expect((await read('gaps')).body).toMatchObject({ expected: 12, present: 8, missing: 4 });
    await platform.ports.series.remove({
      stream,
      source: SOURCE,
      bars: madeBars(10),
    });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await read('coverage')).body).toMatchObject({ expected: 12, present: 0, missing: 11 });
    const other = await platform.call('/api/v1/bars/binance/ETH-USDT/1h/coverage');
    expect(other.status).toBe(404);
  });
});
