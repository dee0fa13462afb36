import type { BarColumns } from '../bars.js';
import { dailyReturns, maxDrawdown, returnMetrics } from '../metrics.js';
import type { Account } from './book.js';
import type { BacktestMetrics, RunSpec, Trade } from './spec.js';

/** The figures of a run from what it left behind. `exposed` counts the bars with a position at their close. */
export function metricsOf(args: {
  time: BarColumns['time'];
  equity: Float64Array;
  account: Account;
  entries: number;
  exits: number;
  trades: Trade[];
  spec: Pick<RunSpec, 'cash' | 'periodsPerYear' | 'funding'>;
  exposed: number;
  /** Of the equity, where it is known already. */
  maxDrawdown?: number;
}): BacktestMetrics {
  const { time, equity, account, entries, exits, trades, spec, exposed } = args;
  const everyDay = spec.periodsPerYear === 365;
  const returns = dailyReturns({ time, equity, start: spec.cash, everyDay });
  const daily = returnMetrics(returns, spec.periodsPerYear);
  const drawdown = args.maxDrawdown ?? maxDrawdown(equity, spec.cash);
  const finalEquity = equity.at(-1) ?? spec.cash;
  return {
    ...daily,
    ...tradeFigures(trades),
    maxDrawdown: drawdown,
    calmar: drawdown > 0 ? daily.annualReturn / drawdown : NaN,
    entries,
    exits,
    startEquity: spec.cash,
    finalEquity,
    totalReturn: finalEquity / spec.cash - 1,
    exposure: exposed / equity.length,
    fees: account.fees,
    ...(spec.funding ? { funding: account.funding } : {}),
    bars: equity.length,
  };
}

function tradeFigures(trades: Trade[]): Pick<BacktestMetrics, 'winRate' | 'profitFactor'> {
  let [closed, wins, gains, losses] = [0, 0, 0, 0];
  for (const { exitTime, profit } of trades) {
    if (exitTime === null) continue;
    closed++;
    if (profit > 0) wins++;
    if (profit > 0) gains += profit;
    else losses -= profit;
  }
  return { winRate: closed > 0 ? wins / closed : NaN, profitFactor: losses > 0 ? gains / losses : NaN };
}
