import { z } from 'zod';
import { STRATEGIES } from '../../domain/strategies/index.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';
import { route } from '../route.js';
import { answer, instant } from '../schemas.js';

const count = z.int().min(0);

/** Before `/backtests/{id}`, which would take its name for an id. */
export const readBacktestStats = route({
  id: 'readBacktestStats',
  method: 'get',
  path: '/backtests/stats',
  group: 'backtests',
  summary: 'How much was ever tested: results by strategy, sweeps, searches, comparisons, trials',
  role: 'viewer',
  answers: {
    200: {
      description: 'Counts',
      schema: answer(
        'BacktestStats',
        z.object({
          asOf: instant,
          backtests: count,
          byStrategy: z.record(z.string(), count).describe('Only those with results'),
          sweeps: count,
          searches: count,
          comparisons: count,
          trials: count.describe('Ways of trading ever tried on a window of a market'),
          newest: instant.nullable().describe('When the newest result was stored'),
        }),
      ),
    },
  },
  async handle({ context: { ports } }) {
    const { documents } = ports;
    const all = (collection: string): Promise<number> => documents.count(collection, {});
    const [backtests, sweeps, searches, comparisons, trials] = await Promise.all(
      ['backtests', 'sweeps', 'searches', 'comparisons', 'trials'].map(all),
    );
    const counted = await Promise.all(
      Object.keys(STRATEGIES).map(async (strategy): Promise<[string, number]> => [
        strategy,
        await documents.count('backtests', { where: { strategy } }),
      ]),
    );
    const { items } = await documents.find<BacktestResult>('backtests', { limit: 1 });
    const byStrategy = Object.fromEntries(counted.filter(([, found]) => found > 0));
    const newest = items[0]?.createdAt ?? null;
    return {
      body: { asOf: ports.now(), backtests, byStrategy, sweeps, searches, comparisons, trials, newest },
    };
  },
});
