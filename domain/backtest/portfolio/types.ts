import type { BarColumns } from '../../bars.js';
import type { BacktestMetrics, FundingColumns, RunSpec, Trade } from '../spec.js';

/** One of several instruments that share the cash. */
export interface Instrument {
  name: string;
  bars: BarColumns;
  /** One value a bar: the part of its weight wanted after its close, −1 … 1; NaN keeps what is wanted. */
  signal: Float64Array;
  /** Share of the equity at a signal of 1; those of all sum up to 1 at most. */
  weight: number;
  funding?: FundingColumns;
}

/** When instruments are brought back to their weights, besides where their own signal changes. */
export type Rebalance =
  | { kind: 'signals' }
  /** At the first bars after each multiple of so many ms, UTC. */
  | { kind: 'period'; everyMs: number }
  /** At the next opens after a close at which a share of the equity is further from its target than this. */
  | { kind: 'drift'; above: number };

export type PortfolioSpec = Pick<RunSpec, 'costs' | 'cash' | 'closeAtEnd' | 'periodsPerYear' | 'funding'> & {
  rebalance: Rebalance;
};

export interface PortfolioOutcome {
  metrics: BacktestMetrics;
  /** By the time of the entry. */
  trades: (Trade & { instrument: string })[];
  /** All times at which any instrument has a bar. */
  time: Float64Array;
  /** Marked at each of them. */
  equity: Float64Array;
  notes: string[];
}

/** Said with every result of a portfolio, besides what is said with every result. */
export const PORTFOLIO_CONVENTIONS: string[] = [
  'Weights are shares of the equity at the open, each with its own fee; between rebalances positions drift.',
  'At one time what reduces positions is filled first, then what adds to them, each in the order of the instruments.',
  'Where the cash does not pay for all that adds, all of it is made smaller alike.',
  'An instrument without a bar at a time is not filled there and is marked at its last close; its order waits for its next bar.',
  'A rebalance trades the difference only; a change of side is an exit and an entry.',
];
