import type { BacktestInput } from '../activities/backtest.js';
import type { BacktestReport } from '../domain/research.js';
import type { PortfolioInput, PortfolioReport } from '../activities/backtest/portfolio.js';
import type { SweepInput, SweepPart, SweepReport } from '../activities/sweep.js';
import { mapBounded } from './fan-out.js';
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

/** Runs one strategy on several streams that share their cash, and stores the result as any other. */
export async function backtestPortfolio(input: PortfolioInput): Promise<PortfolioReport> {
  const progress = trackProgress(['backtest'], input);
  return progress.run(
    'backtest',
    () => cpu.backtestPortfolio(input),
    ({ metrics }) => `return ${metrics.totalReturn.toFixed(4)}`,
  );
}

/** Bars times combinations of one step: some ten seconds of one core. */
const PART_WORK = 4e9;
/** Combinations of one step: their checkpoints stay small, and all cores have some. */
const MOST_IN_PART = 2_500;
/** Steps of one sweep: each is five events of its history. */
const MOST_PARTS = 1_000;
/** More at once would hold their bars more often in one worker's memory than it has cores to step them. */
const AT_ONCE = 4;

/** Runs every combination of a grid on one stream's stored bars; the rows lie in an object, and count as trials. */
export async function sweepBacktest(input: SweepInput): Promise<SweepReport> {
  const progress = trackProgress(['plan', 'sweep', 'results'], input);
  const plan = await progress.run(
    'plan',
    () => cpu.planSweep(input),
    ({ combinations, bars }) => `${combinations} combinations of ${bars} bars`,
  );
  const size = sizeOfPart(plan);
  const starts = Array.from({ length: Math.ceil(plan.combinations / size) }, (_, i) => i * size);
  let done = 0;
  const parts = await progress.run('sweep', () =>
    mapBounded(
      starts,
      async (first): Promise<SweepPart> => {
        const part = await cpu.sweepPart({ plan, first, end: first + size });
        progress.note('sweep', `${(done += part.rows)} of ${plan.combinations}`);
        return part;
      },
      AT_ONCE,
    ),
  );
  return progress.run(
    'results',
    () => cpu.finishSweep({ plan, parts }),
    ({ digest }) => `digest ${digest.slice(0, 12)}`,
  );
}

const sizeOfPart = ({ bars, combinations }: { bars: number; combinations: number }): number =>
  Math.max(Math.min(MOST_IN_PART, Math.ceil(PART_WORK / bars)), Math.ceil(combinations / MOST_PARTS));
