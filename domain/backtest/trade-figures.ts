import { mean } from '../statistics.js';
import type { Trade } from './spec.js';

/** Of closed trades, but for turnover and costs, which have the open one, too; NaN where undefined. */
export interface TradeFigures {
  closed: number;
  open: number;
  /** Value bought and sold a year over the mean equity. */
  turnover: number;
  /** Fees of all trades over the value traded. */
  feeShare: number;
  /** Mean profit after fees: in the quote currency, and as a share of what was put in. */
  expectancy: number;
  expectancyReturn: number;
  hitRate: number;
  averageGain: number;
  /** Signed: a loss is negative. */
  averageLoss: number;
  payoffRatio: number;
  profitFactor: number;
  best: number;
  worst: number;
  /** Most wins, and most losses, in a row. */
  longestWinning: number;
  longestLosing: number;
  /** From the bar of entry to that of exit. */
  averageHoldingMs: number;
}

const YEAR = 365.25 * 86_400_000;

export function tradeFigures(args: {
  trades: readonly Trade[];
  equity: Float64Array;
  /** Bar opens, epoch ms. */
  time: Float64Array;
}): TradeFigures {
  const { trades, equity, time } = args;
  const closed = trades.filter(({ exitTime }) => exitTime !== null);
  const profits = closed.map(({ profit }) => profit);
  const gains = profits.filter((profit) => profit > 0);
  const losses = profits.filter((profit) => profit < 0);
  const [averageGain, averageLoss] = [mean(gains), mean(losses)];
  const years = ((time.at(-1) ?? NaN) - (time[0] ?? NaN)) / YEAR;
  const traded = sum(trades.map(tradedValue));
  return {
    closed: closed.length,
    open: trades.length - closed.length,
    turnover: years > 0 ? traded / mean(equity) / years : NaN,
    feeShare: traded > 0 ? sum(trades.map(({ fees }) => fees)) / traded : NaN,
    expectancy: mean(profits),
    expectancyReturn: mean(closed.map(({ profit, entryPrice, units }) => profit / (entryPrice * units))),
    hitRate: closed.length > 0 ? gains.length / closed.length : NaN,
    averageGain,
    averageLoss,
    payoffRatio: averageGain / -averageLoss,
    profitFactor: losses.length > 0 ? sum(gains) / -sum(losses) : NaN,
    best: profits.length > 0 ? profits.reduce((top, each) => Math.max(top, each)) : NaN,
    worst: profits.length > 0 ? profits.reduce((low, each) => Math.min(low, each)) : NaN,
    longestWinning: longestRun(profits, (profit) => profit > 0),
    longestLosing: longestRun(profits, (profit) => profit < 0),
    averageHoldingMs: mean(closed.map(({ entryTime, exitTime }) => (exitTime ?? NaN) - entryTime)),
  };
}

const tradedValue = ({ units, entryPrice, exitPrice }: Trade): number =>
  units * (entryPrice + (exitPrice ?? 0));

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

function longestRun(profits: readonly number[], counts: (profit: number) => boolean): number {
  let [longest, run] = [0, 0];
  for (const profit of profits) {
    run = counts(profit) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
