import type { Costs } from './backtest/spec.js';
import { InvalidInputError } from './errors.js';
import {
  baselineForecasts,
  skillOf,
  squaredErrors,
  testAgainst,
  type BaselineTest,
} from './evaluation/baselines.js';
import type { RowFigures } from './evaluation/figures.js';
import type { LeakAudit } from './evaluation/leaks/verdict.js';
import { at, checkRows, withoutOverlap, type ForecastRows } from './evaluation/rows.js';
import type { Traded } from './evaluation/traded.js';
import type { FoldFigures, WalkForwardPlan } from './evaluation/walk-forward.js';
import type { Source } from './sources.js';
import { dieboldMariano, pesaranTimmermann } from './statistics.js';

/**
 * Direction: sign(forecast − last close) against sign(actual − last close). Rows whose actual close did not move
 * have no direction and are left out of n; a forecast of no move is never right. Who never forecasts a move
 * (persistence) claims no direction: accuracy and interval are NaN, printed as null.
 */
export interface SkillFigures {
  name: string;
  /** Rows with a direction. */
  n: number;
  /** Mean absolute error of the close over all rows, quote currency. */
  mae: number;
  directionalAccuracy: number;
  wilson95: [number, number];
}

/**
 * One model on one stream's held-out window, beside its naive baselines. Stored in `evaluations`; those of before a
 * member existed lack it.
 */
export interface Evaluation extends Partial<RowFigures> {
  id: string;
  model: string;
  stream: string;
  horizonBars: number;
  from: number;
  to: number;
  /** Forecasts that count: those whose outcomes do not overlap, and whose close moved. */
  n: number;
  mae: number;
  directionalAccuracy: number;
  wilson95: [number, number];
  /** persistence, drift, majority, momentum, reversal, seasonal-naive, ar1, ses. */
  baselines: SkillFigures[];
  /** The model against each of them. */
  against?: BaselineTest[];
  /** Of the model's direction against independence; one-sided p. */
  pesaranTimmermann: { statistic: number; pValue: number };
  /** Against persistence, squared error relative to the last close; negative where the model is better; two-sided p. */
  dieboldMariano: { statistic: number; pValue: number };
  /** Half-width of the conformal interval in units of volatility·√horizon, from the validation part. */
  conformal: { coverage: number; scale: number; n: number; measuredCoverage: number };
  /** Total return of trading the sign at the deciding closes after costs, beside buy and hold. */
  profitAfterCosts: { total: number; buyAndHold: number; feeBps: number; slippageBps: number };
  /** The same forecasts through the backtest engine: next-open fills, fees, slippage. */
  traded?: Traded;
  leakAudit?: LeakAudit;
  /** Of a walk-forward evaluation, whose figures are those of all folds' rows together; `model` is the last fold's. */
  folds?: FoldFigures[];
  walkForward?: WalkForwardPlan;
  /** Seeds of the trainings. */
  seeds?: number[];
  /** Object with time, lastClose, forecast, actual of each test row. */
  forecasts: { key: string; sha256: string };
  /** Table of all that the figures were made of, one row a test row. */
  rows?: { key: string; sha256: string };
  dataset: string;
  createdAt: number;
  source: Source;
}

export interface EvaluationArgs extends ForecastRows {
  model: string;
  stream: string;
  horizonBars: number;
  /** Share of training rows whose move was up, and mean log move: all that the baselines may know. */
  trainUpShare: number;
  trainDrift: number;
  costs: Costs;
  timeframeMs: number;
}

type Skill = Omit<Evaluation, 'id' | 'conformal' | 'forecasts' | 'dataset' | 'createdAt' | 'source'>;

/**
 * Skill of a forecast beside its naive baselines, on rows whose horizons do not overlap.
 * @throws InvalidInputError for columns of unequal length or a horizon below one bar, DataQualityError for a
 * forecast or price that is no number.
 */
export function evaluateForecast(args: EvaluationArgs): Skill {
  checkRows(args);
  const rows = withoutOverlap(args);
  const { lastClose, actual } = rows;
  const own = skillOf(args.model, rows, rows.forecast);
  const moved = [...actual.keys()].filter((i) => actual[i] !== lastClose[i]);
  const ups = (values: Float64Array): boolean[] => moved.map((i) => at(values, i) > at(lastClose, i));
  return {
    model: args.model,
    stream: args.stream,
    horizonBars: args.horizonBars,
    from: rows.time[0] ?? NaN,
    to: (rows.time.at(-1) ?? NaN) + args.horizonBars * args.timeframeMs,
    n: own.n,
    mae: own.mae,
    directionalAccuracy: own.directionalAccuracy,
    wilson95: own.wilson95,
    baselines: baselineForecasts(rows, args).map(({ name, forecast }) => skillOf(name, rows, forecast)),
    against: testAgainst({ rows, all: args, known: args }),
    pesaranTimmermann: pesaranTimmermann(ups(rows.forecast), ups(actual)),
    // Outcomes do not overlap, so the errors are those of one step ahead, whatever the horizon in bars.
    dieboldMariano: dieboldMariano(squaredErrors(rows, rows.forecast), squaredErrors(rows, lastClose), 1),
    profitAfterCosts: {
      ...tradeSigns(rows, args.costs),
      feeBps: args.costs.feeBps,
      slippageBps: args.costs.slippageBps,
    },
  };
}

/**
 * Holds the forecast's sign over each horizon, filled at the deciding close; a change of side pays both sides.
 * An open position at the end is marked, a lost stake stays lost.
 */
function tradeSigns(rows: ForecastRows, costs: Costs): { total: number; buyAndHold: number } {
  const perSide = (costs.feeBps + costs.slippageBps) / 10_000;
  let value = 1;
  let held = 0;
  rows.forecast.forEach((forecast, i) => {
    const last = at(rows.lastClose, i);
    const wanted = Math.sign(forecast - last);
    value *= Math.max(0, 1 - perSide * Math.abs(wanted - held));
    value *= Math.max(0, 1 + wanted * (at(rows.actual, i) / last - 1));
    held = wanted;
  });
  const buyAndHold = ((rows.actual.at(-1) ?? NaN) / (rows.lastClose[0] ?? NaN)) * (1 - perSide) - 1;
  return { total: value - 1, buyAndHold };
}

/**
 * Half-width of a split-conformal interval (Lei et al. 2018): the ⌈(n+1)·coverage⌉-th smallest absolute residual
 * of rows that the model was not fitted on, in the residuals' unit. Infinite where there are too few for the
 * coverage; residuals that are no number are left out of n.
 */
export function conformalScale(args: { residuals: Float64Array; coverage: number }): {
  scale: number;
  n: number;
} {
  if (!(args.coverage > 0 && args.coverage < 1))
    throw new InvalidInputError(`coverage is ${args.coverage}; it must lie between 0 and 1`);
  const sizes = Float64Array.from(
    args.residuals.filter((value) => Number.isFinite(value)),
    Math.abs,
  ).sort();
  // Less a rounding: 100·0.55 is 55.00000000000001.
  const rank = Math.ceil((sizes.length + 1) * args.coverage - 1e-9);
  return { scale: rank <= sizes.length ? (sizes[rank - 1] ?? NaN) : Infinity, n: sizes.length };
}

/** Share of residuals inside the interval. */
export function measuredCoverage(args: { residuals: Float64Array; scale: number }): number {
  const inside = args.residuals.filter((value) => Math.abs(value) <= args.scale).length;
  return args.residuals.length > 0 ? inside / args.residuals.length : NaN;
}
