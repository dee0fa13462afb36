import type { BacktestInput } from '../activities/backtest.js';
import type { BacktestReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { cpu } from './steps.js';

/** Runs one strategy on one stream's stored bars and stores the result with its digest. */
export async function runBacktest(input: BacktestInput): Promise<BacktestReport> {
  const progress = trackProgress(['backtest'], input);
  return progress.run(
    'backtest',
    () => cpu.runBacktest(input),
    ({ metrics }) => `return ${metrics.totalReturn.toFixed(4)}`,
  );
}
