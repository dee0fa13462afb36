import type { BarColumns } from './bars.js';
import { InvalidInputError } from './errors.js';
import { dailyReturns, maxDrawdown, returnMetrics } from './metrics.js';
import type { Source } from './sources.js';

export interface Costs {
  /** Basis points per side. */
  feeBps: number;
  /** Basis points against you at each fill. */
  slippageBps: number;
}

export type Size = { kind: 'units'; units: number } | { kind: 'equity'; fraction: number };

export interface BacktestSpec {
  stream: string;
  strategy: string;
  params: Record<string, number>;
  from: number;
  to: number;
  asOf: number;
  costs: Costs;
  /** Starting cash, quote currency. */
  cash: number;
  size: Size;
  /** False: an open position at the end is marked, not closed. */
  closeAtEnd: boolean;
  periodsPerYear: 365 | 252;
}

export interface Trade {
  side: 'long' | 'short';
  entryTime: number;
  entryPrice: number;
  /** Null while open at the end. */
  exitTime: number | null;
  exitPrice: number | null;
  units: number;
  fees: number;
  profit: number;
}

/** Fractions, not percents; NaN where undefined. Max drawdown is positive and includes the start value. */
export interface BacktestMetrics {
  entries: number;
  exits: number;
  startEquity: number;
  finalEquity: number;
  totalReturn: number;
  annualReturn: number;
  annualVolatility: number;
  /** mean/std (ddof 1) of daily returns × √periodsPerYear. */
  sharpe: number;
  sortino: number;
  calmar: number;
  maxDrawdown: number;
  /** Historical, 5 %, of daily returns. */
  valueAtRisk: number;
  conditionalValueAtRisk: number;
  winRate: number;
  profitFactor: number;
  exposure: number;
  fees: number;
  bars: number;
}

export interface BacktestOutcome {
  metrics: BacktestMetrics;
  trades: Trade[];
  /** Marked at every close; same length as the bars. */
  equity: Float64Array;
}

/** Stored in `backtests`; equity and trades are an object. */
export interface BacktestResult {
  /** `bt_` and 24 hex digits of the digest of spec and bars. */
  id: string;
  spec: BacktestSpec;
  stream: string;
  strategy: string;
  engine: string;
  metrics: BacktestMetrics;
  /** Buy and hold over the same bars and costs. */
  benchmark: BacktestMetrics;
  trials: number;
  detail: { key: string; sha256: string };
  /** Digest of spec, bars digest, metrics and trades. */
  digest: string;
  barsSha256: string;
  conventions: string[];
  run: string | null;
  createdAt: number;
  source: Source;
}

/** Said with every result. */
export const CONVENTIONS: string[] = [
  'Decisions are made at the close of a bar and filled at the open of the next.',
  'Fees are basis points of the traded value per side; slippage is basis points against the trader at each fill.',
  'Equity is marked at every close; a position that is open at the end is marked, not closed.',
  'Sharpe is mean over standard deviation (ddof 1) of daily returns, times the root of the periods a year (365 for crypto).',
  'Maximum drawdown includes the start value and is a positive fraction; value at risk is historical at 5 %.',
  'Several strategies were looked at on the same window: single results are not corrected for that.',
];

export type RunSpec = Pick<BacktestSpec, 'costs' | 'cash' | 'size' | 'closeAtEnd' | 'periodsPerYear'>;

interface Book {
  cash: number;
  units: number;
  fees: number;
  entries: number;
  exits: number;
  trades: Trade[];
}

/**
 * Runs a signal over bars. `signal[t]` is the position wanted after the close of bar t, −1 … 1 of the size
 * (NaN: keep); it is filled at the open of bar t+1. @throws InvalidInputError naming what is wrong.
 */
export function backtest(args: { bars: BarColumns; signal: Float64Array; spec: RunSpec }): BacktestOutcome {
  const { bars, signal, spec } = args;
  checkInput(args);
  const n = bars.close.length;
  const equity = new Float64Array(n);
  const book: Book = { cash: spec.cash, units: 0, fees: 0, entries: 0, exits: 0, trades: [] };
  let held = 0;
  let exposed = 0;
  for (let i = 0; i < n; i++) {
    const wanted = i > 0 ? (signal[i - 1] ?? NaN) : NaN;
    if (!Number.isNaN(wanted) && wanted !== held) {
      changePosition(book, { spec, price: bars.open[i] ?? NaN, time: bars.time[i] ?? NaN, held, wanted });
      held = wanted;
    }
    if (book.units !== 0) exposed++;
    equity[i] = book.cash + book.units * (bars.close[i] ?? NaN);
  }
  if (spec.closeAtEnd && held !== 0) {
    changePosition(book, { spec, price: bars.close[n - 1] ?? NaN, time: bars.time[n - 1] ?? NaN, held, wanted: 0 });
    equity[n - 1] = book.cash;
  }
  return { metrics: metricsOf(bars, equity, book, { spec, exposed }), trades: book.trades, equity };
}

interface Fill {
  spec: RunSpec;
  price: number;
  time: number;
  held: number;
  wanted: number;
}

/** A reversal is an exit and an entry; a changed size without a change of side is one, too. */
function changePosition(book: Book, fill: Fill): void {
  if (fill.held !== 0) exit(book, fill);
  if (fill.wanted !== 0) enter(book, fill);
}

function enter(book: Book, { spec, price, time, wanted }: Fill): void {
  const side = Math.sign(wanted);
  const fillPrice = price * (1 + (side * spec.costs.slippageBps) / 10_000);
  const fee = spec.costs.feeBps / 10_000;
  // Of a share of equity the fee is paid too, so that cash never goes below zero.
  const units =
    spec.size.kind === 'units'
      ? spec.size.units * Math.abs(wanted)
      : (Math.max(book.cash, 0) * spec.size.fraction * Math.abs(wanted)) / (fillPrice * (1 + fee));
  const fees = units * fillPrice * fee;
  book.cash -= side * units * fillPrice + fees;
  book.units = side * units;
  book.fees += fees;
  book.entries++;
  book.trades.push({
    side: side > 0 ? 'long' : 'short',
    entryTime: time,
    entryPrice: fillPrice,
    exitTime: null,
    exitPrice: null,
    units,
    fees,
    profit: -fees,
  });
}

function exit(book: Book, { spec, price, time, held }: Fill): void {
  const side = Math.sign(held);
  const fillPrice = price * (1 - (side * spec.costs.slippageBps) / 10_000);
  const fees = Math.abs(book.units) * fillPrice * (spec.costs.feeBps / 10_000);
  book.cash += book.units * fillPrice - fees;
  book.fees += fees;
  book.exits++;
  const trade = book.trades.at(-1);
  if (trade) {
    trade.exitTime = time;
    trade.exitPrice = fillPrice;
    trade.fees += fees;
    trade.profit = book.units * (fillPrice - trade.entryPrice) - trade.fees;
  }
  book.units = 0;
}

function metricsOf(
  bars: BarColumns,
  equity: Float64Array,
  book: Book,
  { spec, exposed }: { spec: RunSpec; exposed: number },
): BacktestMetrics {
  const finalEquity = equity.at(-1) ?? spec.cash;
  const closed = book.trades.filter((trade) => trade.exitTime !== null);
  const gains = closed.filter((trade) => trade.profit > 0).reduce((sum, trade) => sum + trade.profit, 0);
  const losses = closed.filter((trade) => trade.profit < 0).reduce((sum, trade) => sum - trade.profit, 0);
  return {
    ...returnMetrics(dailyReturns(bars.time, equity, spec.cash), spec.periodsPerYear),
    maxDrawdown: maxDrawdown(equity, spec.cash),
    entries: book.entries,
    exits: book.exits,
    startEquity: spec.cash,
    finalEquity,
    totalReturn: finalEquity / spec.cash - 1,
    winRate: closed.length > 0 ? closed.filter((trade) => trade.profit > 0).length / closed.length : NaN,
    profitFactor: losses > 0 ? gains / losses : NaN,
    exposure: exposed / equity.length,
    fees: book.fees,
    bars: equity.length,
  };
}

function checkInput({ bars, signal, spec }: { bars: BarColumns; signal: Float64Array; spec: RunSpec }): void {
  const n = bars.close.length;
  if (n === 0) throw new InvalidInputError('No bars to test on; collect the stream or widen the window');
  if (signal.length !== n) throw new InvalidInputError(`The signal has ${signal.length} values for ${n} bars`);
  for (const name of ['open', 'close'] as const) {
    const bad = bars[name].findIndex((value) => !(value > 0 && value < Infinity));
    if (bad >= 0) throw new InvalidInputError(`Bar ${bad} has ${name} ${bars[name][bad]}; prices must be above zero`);
  }
  const wild = signal.findIndex((value) => value < -1 || value > 1);
  if (wild >= 0) throw new InvalidInputError(`Signal ${signal[wild]} at bar ${wild}; it must lie between −1 and 1`);
  const { feeBps, slippageBps } = spec.costs;
  for (const [name, value] of Object.entries({ feeBps, slippageBps }))
    if (!(value >= 0 && value < 10_000)) throw new InvalidInputError(`${name} is ${value}; it must be from 0 to below 10000`);
  if (!(spec.cash > 0 && spec.cash < Infinity)) throw new InvalidInputError(`cash is ${spec.cash}; it must be above zero`);
}
