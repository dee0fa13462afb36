import type { BacktestMetrics, BacktestOutcome, Costs } from '../backtest/spec.js';

type Kept =
  'totalReturn' | 'annualReturn' | 'sharpe' | 'maxDrawdown' | 'entries' | 'exposure' | 'fees' | 'bars';

export type TradedFigures = Pick<BacktestMetrics, Kept>;

/** What trading the forecasts would have come to: the strategy `model-signal` through the backtest engine. */
export interface Traded extends TradedFigures {
  strategy: 'model-signal';
  engine: string;
  costs: Costs;
  /** Opens of the first bar and behind the last, epoch ms. */
  from: number;
  to: number;
  /** Buying and holding over the same bars and costs. */
  buyAndHold: TradedFigures;
  /** The same without fees and slippage: what the costs took. */
  beforeCosts: TradedFigures;
  conventions: string[];
  notes: string[];
}

export function tradedFigures({ metrics }: Pick<BacktestOutcome, 'metrics'>): TradedFigures {
  const { totalReturn, annualReturn, sharpe, maxDrawdown, entries, exposure, fees, bars } = metrics;
  return { totalReturn, annualReturn, sharpe, maxDrawdown, entries, exposure, fees, bars };
}
