import type { BarColumns } from '../bars.js';
import { dailyReturns, maxDrawdown, returnMetrics } from '../metrics.js';
import { changePosition, openBook, type Book } from './book.js';
import { checkInput } from './checks.js';
import type { BacktestMetrics, BacktestOutcome, RunSpec, Trade } from './spec.js';

export interface BacktestArgs {
  bars: BarColumns;
  /** One value a bar: the position wanted after its close, −1 … 1 of the size; NaN keeps what is held. */
  signal: Float64Array;
  spec: RunSpec;
}

/**
 * Runs a signal over bars: what is wanted after the close of bar t is filled at the open of bar t+1, so the last
 * bar's signal is never filled. @throws InvalidInputError naming what is wrong with bars, signal or spec.
 */
export function backtest(args: BacktestArgs): BacktestOutcome {
  checkInput(args);
  const { bars, signal, spec } = args;
  const n = bars.close.length;
  const equity = new Float64Array(n);
  const book = openBook(spec.cash);
  let held = 0;
  let exposed = 0;
  for (let i = 0; i < n; i++) {
    const wanted = i > 0 ? (signal[i - 1] ?? NaN) : NaN;
    if (!Number.isNaN(wanted) && wanted !== held) {
      changePosition(book, { spec, price: bars.open[i] ?? NaN, time: bars.time[i] ?? NaN, wanted });
      held = wanted;
    }
    if (book.units !== 0) exposed++;
    equity[i] = book.cash + book.units * (bars.close[i] ?? NaN);
  }
  if (spec.closeAtEnd && book.units !== 0) {
    changePosition(book, { spec, price: bars.close[n - 1] ?? NaN, time: bars.time[n - 1] ?? NaN, wanted: 0 });
    equity[n - 1] = book.cash;
  }
  return { metrics: metricsOf({ bars, equity, book, spec, exposed }), trades: book.trades, equity };
}

function metricsOf(args: {
  bars: BarColumns;
  equity: Float64Array;
  book: Book;
  spec: RunSpec;
  exposed: number;
}): BacktestMetrics {
  const { bars, equity, book, spec, exposed } = args;
  const everyDay = spec.periodsPerYear === 365;
  const returns = dailyReturns({ time: bars.time, equity, start: spec.cash, everyDay });
  const daily = returnMetrics(returns, spec.periodsPerYear);
  const drawdown = maxDrawdown(equity, spec.cash);
  const finalEquity = equity.at(-1) ?? spec.cash;
  return {
    ...daily,
    ...tradeFigures(book.trades),
    maxDrawdown: drawdown,
    calmar: drawdown > 0 ? daily.annualReturn / drawdown : NaN,
    entries: book.entries,
    exits: book.exits,
    startEquity: spec.cash,
    finalEquity,
    totalReturn: finalEquity / spec.cash - 1,
    exposure: exposed / equity.length,
    fees: book.fees,
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
