import type { BacktestInput } from '../activities/backtest.js';
import type { ComparisonReport } from '../activities/comparison.js';
import { runBacktest } from './backtest.js';
import { runChild } from './children.js';
import { mapBounded } from './fan-out.js';
import { trackProgress } from './progress.js';
import { cpu } from './steps.js';

export interface ComparisonInput extends Omit<BacktestInput, 'strategy' | 'params'> {
  strategies: { strategy: string; params?: Record<string, number> }[];
}

/** Runs strategies over the same window and says whether the best of them is more than the best of so many. */
export async function compareStrategies({
  strategies,
  ...shared
}: ComparisonInput): Promise<ComparisonReport> {
  const progress = trackProgress(['backtests', 'compare'], { strategies, ...shared });
  let done = 0;
  const reports = await progress.run('backtests', () =>
    mapBounded(strategies, async (each) => {
      const report = await runChild(runBacktest, 'runBacktest', { ...shared, ...each });
      progress.note('backtests', `${++done} of ${strategies.length}`);
      return report;
    }),
  );
  const ids = [...new Set(reports.map(({ id }) => id))];
  return progress.run(
    'compare',
    () => cpu.compareResults({ ids }),
    ({ sentence }) => sentence,
  );
}
