import type { Source } from '../sources.js';

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
  /** Open time of the bar of the fill, as exitTime. */
  entryTime: number;
  entryPrice: number;
  /** Null while open at the end. */
  exitTime: number | null;
  /** After slippage, as entryPrice. */
  exitPrice: number | null;
  units: number;
  fees: number;
  /** After fees; of an open trade, minus the fees so far. */
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
  /** annualReturn over maxDrawdown. */
  calmar: number;
  /** Of the equity at every close. */
  maxDrawdown: number;
  /** Historical, 5 %, of daily returns; signed, a loss is negative. */
  valueAtRisk: number;
  conditionalValueAtRisk: number;
  /** Share of closed trades that earned something after fees. */
  winRate: number;
  /** Gains over losses of closed trades; NaN without a loss. */
  profitFactor: number;
  /** Share of bars with a position at their close. */
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
  /** Whose held-out forecasts were traded; null for a rule. */
  evaluation: string | null;
  conventions: string[];
  run: string | null;
  createdAt: number;
  source: Source;
}

/** Said with every result. */
export const CONVENTIONS: string[] = [
  'Decisions are made at the close of a bar and filled at the open of the next.',
  'Fees are basis points of the traded value per side; slippage is basis points against the trader at each fill.',
  'A share of equity is taken at the fill and pays its own fee; a fixed number of units is not limited by the cash.',
  'A reversal or a change of size is an exit and an entry, and pays the costs of both.',
  'Equity is marked at every close; a position that is open at the end is marked, not closed.',
  'Daily returns are those of the last equity of each UTC day; with 365 periods a year a day without bars is a day without change.',
  'Sharpe is mean over standard deviation (ddof 1) of daily returns, times the root of the periods a year (365 for crypto).',
  'Maximum drawdown includes the start value and is a positive fraction; value at risk is historical at 5 %.',
  'Several strategies were looked at on the same window: single results are not corrected for that.',
];

export type RunSpec = Pick<BacktestSpec, 'costs' | 'cash' | 'size' | 'closeAtEnd' | 'periodsPerYear'>;
