import {
  conditionalValueAtRisk,
  downsideRisk,
  growthOf,
  maxDrawdown,
  omegaRatio,
  returnMetrics,
  sharpeRatio,
  sortinoRatio,
  tailRatio,
} from '../metrics.js';
import { quantile } from '../statistics.js';
import { benchmarkMetrics } from './benchmark.js';
import { deepestDrawdown, longestUnderwater } from './drawdowns.js';
import { byPeriod, type PeriodReturn } from './periods.js';
import { shapeMetrics, stability } from './shape.js';

export interface ReturnsInput {
  /** Simple returns a period. */
  returns: Float64Array;
  benchmark?: Float64Array;
  /** When each was earned, epoch ms, ascending: gives the tables by year and month. */
  time?: Float64Array;
  /** Periods a year. */
  periods: number;
  /** A period's return without risk. */
  riskFree?: number;
  /** Required return a year, for Omega. */
  requiredReturn?: number;
  /** Share of the worst periods for value at risk. */
  cutoff?: number;
}

export interface MetricsTable {
  /** To which the figures are scaled. */
  periodsPerYear: number;
  conventions: string[];
  metrics: Record<string, number>;
  drawdown: { start: number; trough: number; recovery: number | null } | null;
  byYear?: PeriodReturn[];
  byMonth?: PeriodReturn[];
}

export const METRIC_CONVENTIONS = [
  'Returns are simple; volatility and Sharpe use the sample deviation (ddof 1) times the root of the periods a year.',
  'Annual return is compound growth; max drawdown is a positive fraction and includes the start value.',
  'Value at risk is historical and signed: a loss is negative.',
  "Excess Sharpe is a period's, not annualised; capture ratios compare growth over 252 periods.",
];

/**
 * Every figure of a series of returns under the names by which empyrical's are known. Figures that take an argument stand
 * twice where that has a usual value: `sharpe_ratio` is above `riskFree`, `sharpe_ratio_rf0` above nothing.
 */
export function metricsTable(input: ReturnsInput): MetricsTable {
  const { returns, periods, time, benchmark } = input;
  const levels = growthOf(returns);
  const deepest = deepestDrawdown(levels, 1);
  return {
    periodsPerYear: periods,
    conventions: METRIC_CONVENTIONS,
    metrics: {
      ...ratios(input),
      ...risks(input, levels),
      ...shapes(returns),
      ...(benchmark ? besides(returns, benchmark, periods) : {}),
    },
    drawdown: deepest && { start: deepest.start, trough: deepest.trough, recovery: deepest.recovery },
    ...(time ? { byYear: byPeriod(time, returns, 'year'), byMonth: byPeriod(time, returns, 'month') } : {}),
  };
}

function ratios({
  returns,
  periods,
  riskFree = 0,
  requiredReturn = 0,
}: ReturnsInput): Record<string, number> {
  const figures = returnMetrics(returns, periods);
  return {
    annual_return: figures.annualReturn,
    annual_volatility: figures.annualVolatility,
    sharpe_ratio: sharpeRatio(returns, periods, riskFree),
    sharpe_ratio_rf0: figures.sharpe,
    'sharpe_ratio_rf_1e-4_per_period': sharpeRatio(returns, periods, 1e-4),
    sortino_ratio: sortinoRatio(returns, periods),
    downside_risk: downsideRisk(returns, periods),
    calmar_ratio: figures.calmar,
    omega_ratio: omegaRatio(returns, periods, requiredReturn),
    omega_ratio_req_5pct_annual: omegaRatio(returns, periods, 0.05),
  };
}

function risks({ returns, cutoff = 0.05 }: ReturnsInput, levels: Float64Array): Record<string, number> {
  const deepest = deepestDrawdown(levels, 1);
  return {
    cum_returns_final: levels.length > 0 ? (levels.at(-1) ?? NaN) - 1 : NaN,
    max_drawdown: maxDrawdown(levels, 1),
    max_drawdown_duration: levels.length > 0 ? (deepest?.duration ?? 0) : NaN,
    longest_drawdown_duration: levels.length > 0 ? longestUnderwater(levels, 1) : NaN,
    value_at_risk: quantile(returns, cutoff),
    value_at_risk_5: quantile(returns, 0.05),
    conditional_value_at_risk: conditionalValueAtRisk(returns, cutoff),
    conditional_value_at_risk_5: conditionalValueAtRisk(returns, 0.05),
    tail_ratio: tailRatio(returns),
    stability_of_timeseries: stability(returns),
  };
}

function shapes(returns: Float64Array): Record<string, number> {
  const shape = shapeMetrics(returns);
  return {
    best: shape.best,
    worst: shape.worst,
    hit_rate: shape.hitRate,
    expectancy: shape.expectancy,
    avg_win: shape.averageGain,
    avg_loss: shape.averageLoss,
    payoff_ratio: shape.payoffRatio,
    profit_factor: shape.profitFactor,
    exposure: shape.exposure,
    skewness: shape.skewness,
    kurtosis: shape.kurtosis,
    observations: returns.length,
  };
}

function besides(returns: Float64Array, benchmark: Float64Array, periods: number): Record<string, number> {
  const beside = benchmarkMetrics(returns, benchmark, periods);
  return {
    alpha: beside.alpha,
    beta: beside.beta,
    excess_sharpe: beside.excessSharpe,
    information_ratio: beside.informationRatio,
    tracking_error: beside.trackingError,
    correlation: beside.correlation,
    capture: beside.capture,
    up_capture: beside.upCapture,
    down_capture: beside.downCapture,
  };
}
