import * as at from './grid-state.js';
import type { BacktestMetrics, RunSpec } from './spec.js';

/** Figures of one combination: those of a single run that need no more than what a grid carries. */
export type GridMetrics = Omit<BacktestMetrics, 'valueAtRisk' | 'conditionalValueAtRisk'>;

export function metricsAt(
  state: Float64Array,
  combination: number,
  { spec, perUnit, bars }: { spec: RunSpec; perUnit: number; bars: number },
): GridMetrics {
  const value = (field: number): number => state[combination * at.STRIDE + field]!;
  const money = (field: number): number => value(field) / perUnit;
  const days = value(at.DAYS);
  const year = spec.periodsPerYear;
  const finalEquity = money(at.BEFORE);
  const growth = finalEquity / spec.cash;
  // A day that began with nothing left has no return, and neither has the year.
  const annualReturn = Number.isNaN(value(at.MEAN)) ? NaN : growth ** (year / days) - 1;
  const deviation = days < 2 ? NaN : Math.sqrt(value(at.SQUARES) / (days - 1));
  const downside = days < 2 ? NaN : Math.sqrt(value(at.DOWNSIDE) / days) * Math.sqrt(year);
  const drawdown = value(at.WORST);
  const closed = value(at.EXITS);
  return {
    entries: value(at.ENTRIES),
    exits: closed,
    startEquity: spec.cash,
    finalEquity,
    totalReturn: growth - 1,
    annualReturn,
    annualVolatility: deviation * Math.sqrt(year),
    sharpe: (value(at.MEAN) / deviation) * Math.sqrt(year),
    sortino: (value(at.MEAN) * year) / downside,
    calmar: drawdown > 0 ? annualReturn / drawdown : NaN,
    maxDrawdown: drawdown,
    winRate: closed > 0 ? value(at.WINS) / closed : NaN,
    profitFactor: value(at.LOSSES) > 0 ? value(at.GAINS) / value(at.LOSSES) : NaN,
    exposure: value(at.EXPOSED) / bars,
    fees: money(at.FEES),
    bars,
  };
}
