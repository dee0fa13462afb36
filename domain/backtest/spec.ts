import type { Analysis } from './analysis.js';
import type { Source } from '../sources.js';
import type { Rebalance } from './portfolio/types.js';

export interface Costs {
  /** Basis points per side. */
  feeBps: number;
  /** Basis points against you at each fill. */
  slippageBps: number;
  /** Half the spread, in units of the price, against you at each fill. 0 where absent. */
  halfSpread?: number;
  /** Basis points against you if a fill were as large as its bar's volume; it grows with the root of the share. */
  impactBps?: number;
}

/** How much an entry takes. Set at the entry, and kept until the position changes. */
export type Size =
  | { kind: 'units'; units: number }
  /** Quote currency, fee included. */
  | { kind: 'cash'; amount: number }
  | { kind: 'equity'; fraction: number }
  | VolatilitySize
  | RiskSize;

/** So much of the equity that the position would move by `target` a year: at most `maxLeverage` times the equity. */
export interface VolatilitySize {
  kind: 'volatility';
  /** Standard deviation a year as a fraction: 0.2. */
  target: number;
  /** Returns that the volatility is measured over, the last one that of the deciding bar. */
  lookback: number;
  maxLeverage: number;
}

/** So many units that a move to the stop costs `share` of the equity: at most `maxLeverage` times the equity. */
export interface RiskSize {
  kind: 'risk';
  share: number;
  stop: { kind: 'bps'; bps: number } | { kind: 'atr'; multiple: number; bars: number };
  maxLeverage: number;
}

/** Orders that the event-driven engine lays beside each entry; basis points of the entry's price. */
export interface Exits {
  stopBps?: number;
  targetBps?: number;
  trailBps?: number;
}

export type EngineName = 'vectorised' | 'event-driven';

/** Rates of a perpetual as columns, by ascending time. */
export interface FundingColumns {
  time: Float64Array;
  /** Share of the position's value; above 0 the longs pay. */
  rate: Float64Array;
}

export interface BacktestSpec {
  stream: string;
  strategy: string;
  /** Digest of the source of a user's own strategy; absent: one of ours. */
  code?: string;
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
  /** The stored rates of the perpetual are paid by the open position; absent: none are. */
  funding?: 'stored';
  /** Absent: vectorised. */
  engine?: EngineName;
  /** Of the event-driven engine only. */
  exits?: Exits;
  /** Most of a bar's volume that one order takes; the rest waits. Of the event-driven engine only. */
  fillShare?: number;
  /** Several instruments on one account; `stream` then names all of them, joined by +. */
  portfolio?: { rebalance: Rebalance; instruments: PortfolioPart[] };
}

/** A stream of a portfolio, and its share of the equity at a signal of 1. */
export interface PortfolioPart {
  stream: string;
  weight: number;
  /** Where not all parts have the same one: which strategy trades this one, as in the spec. */
  strategy?: string;
  code?: string;
  params?: Record<string, number>;
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
  /** What was paid as funding, a receipt being negative; where funding is part of the run. */
  funding?: number;
  /** After fees and funding; of an open trade, minus what was paid so far. */
  profit: number;
  /** Of a portfolio: which of its instruments was traded. */
  instrument?: string;
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
  /** Paid on balance, where funding is part of the run. */
  funding?: number;
  bars: number;
}

export interface BacktestOutcome {
  metrics: BacktestMetrics;
  trades: Trade[];
  /** Marked at every close; same length as the bars. */
  equity: Float64Array;
  /** What has to be said of this run: orders that met no volume, ruin. */
  notes: string[];
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
  /** Different things ever tried on its window, as of the first time it was run. */
  trials: number;
  /** Absent in results from before there was one. */
  analysis?: Analysis;
  detail: { key: string; sha256: string };
  /** Digest of spec, bars digest, metrics and trades. */
  digest: string;
  barsSha256: string;
  /** Whose held-out forecasts were traded; null for a rule. */
  evaluation: string | null;
  conventions: string[];
  /** Absent where there is nothing to say. */
  notes?: string[];
  /** Of the funding rates paid; absent where none are part of the run. */
  fundingSha256?: string;
  /** Of a portfolio: what each of its streams was read as; `barsSha256` is the digest of these digests. */
  instruments?: { stream: string; barsSha256: string; fundingSha256?: string }[];
  run: string | null;
  createdAt: number;
  source: Source;
}

export type RunSpec = Pick<
  BacktestSpec,
  'costs' | 'cash' | 'size' | 'closeAtEnd' | 'periodsPerYear' | 'funding' | 'engine' | 'exits' | 'fillShare'
>;
