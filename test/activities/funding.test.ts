import { expect, it } from 'vitest';
import { startReplay } from '../../adapters/replay/exchange.js';
import { simulatedProvider } from '../../adapters/replay/provider.js';
import type { StoredFunding } from '../../domain/funding.js';
import { kept, madeSteps } from './made-steps.js';

const START = Date.UTC(2022, 0, 1);
const HOUR = 3_600_000;
const market = 'binanceusdm/BTC-USDT';

it('stores each funding rate once, and refuses what is no market', async () => {
  const rates = Array.from({ length: 1500 }, (_, i) => ({ time: START + i * 8 * HOUR, rate: i * 1e-7 }));
  const provider = {
    ...simulatedProvider('1'),
    markets: async () => [{ exchange: 'binanceusdm', symbol: 'BTC-USDT', timeframe: '1h' as const }],
    funding: async () => rates,
  };
  const { url } = kept(await startReplay({ provider }));
  const { ports, steps } = madeSteps({ FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ binanceusdm: url }) });
  const plan = await steps.resolveFunding({ market, source: 'live', from: START });
  for (const stored of [1500, 0]) {
    let all = 0;
    for (let cursor: number | null = plan.from; cursor !== null;) {
      const chunk = await steps.fetchFundingRates({ ...plan, cursor });
      all += chunk.stored;
      cursor = chunk.next;
    }
    expect(all).toBe(stored);
  }
  const page = await ports.documents.find<StoredFunding>('funding', {
    where: { market },
    order: 'oldest',
    limit: 2,
  });
  expect(page.items).toMatchObject(
    [rates[0], rates[1]].map((rate) => ({ ...rate, market, sourceKey: 'live' })),
  );
  await expect(steps.resolveFunding({ market: 'binanceusdm/BTC-USDT/1h', source: 'live' })).rejects.toThrow(
    /Unknown market .*a market is <exchange>/,
  );
});
