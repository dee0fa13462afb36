import type { Costs } from './backtest.js';
import type { Source } from './sources.js';
import { dieboldMariano, mean, pesaranTimmermann, wilson } from './statistics.js';

/** Direction: sign(forecast − last close) against sign(actual − last close); ties of the actual are left out. */
export interface SkillFigures {
  name: string;
  n: number;
  /** Mean absolute error of the close, quote currency. */
  mae: number;
  directionalAccuracy: number;
  wilson95: [number, number];
}

/** One model on one stream's held-out window, beside its naive baselines. Stored in `evaluations`. */
export interface Evaluation {
  id: string;
  model: string;
  stream: string;
  horizonBars: number;
  from: number;
  to: number;
  /** Forecasts that count: every `horizonBars`-th, so that outcomes do not overlap. */
  n: number;
  mae: number;
  directionalAccuracy: number;
  wilson95: [number, number];
  /** persistence, drift, majority, momentum, reversal. */
  baselines: SkillFigures[];
  /** Of the model's direction against independence; one-sided p. */
  pesaranTimmermann: { statistic: number; pValue: number };
  /** Against persistence, squared error, Harvey–Leybourne–Newbold; two-sided p. */
  dieboldMariano: { statistic: number; pValue: number };
  /** Half-width of the conformal interval in units of volatility·√horizon, from the validation part. */
  conformal: { coverage: number; scale: number; n: number; measuredCoverage: number };
  /** Total return of trading the sign over the window after costs, beside buy and hold. */
  profitAfterCosts: { total: number; buyAndHold: number; feeBps: number; slippageBps: number };
  /** Object with time, lastClose, forecast, actual of each test row. */
  forecasts: { key: string; sha256: string };
  dataset: string;
  createdAt: number;
  source: Source;
}

export interface ForecastRows {
  /** Close time of the deciding bar, ascending. */
  time: Float64Array;
  lastClose: Float64Array;
  forecast: Float64Array;
  actual: Float64Array;
  /** close(t) − close(t − horizon). */
  previousMove: Float64Array;
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
 * Skill of a forecast beside its naive baselines, on every `horizonBars`-th row so that outcomes do not overlap.
 * Persistence forecasts no move, which is no direction: its accuracy is not defined (NaN, printed as null).
 */
export function evaluateForecast(args: EvaluationArgs): Skill {
  const rows = thinned(args);
  const own = skillOf(args.model, rows, rows.forecast);
  const persistence = rows.lastClose;
  const up = rows.actual.map((actual, i) => Number(actual > (rows.lastClose[i] ?? NaN)));
  const forecastUp = Array.from(rows.forecast, (value, i) => value > (rows.lastClose[i] ?? NaN));
  const squared = (forecast: Float64Array): Float64Array =>
    Float64Array.from(forecast, (value, i) => ((value - (rows.actual[i] ?? NaN)) / (rows.lastClose[i] ?? NaN)) ** 2);
  return {
    model: args.model,
    stream: args.stream,
    horizonBars: args.horizonBars,
    from: args.time[0] ?? NaN,
    to: (args.time.at(-1) ?? NaN) + args.horizonBars * args.timeframeMs,
    n: own.n,
    mae: own.mae,
    directionalAccuracy: own.directionalAccuracy,
    wilson95: own.wilson95,
    baselines: baselinesOf(rows, args),
    pesaranTimmermann: pesaranTimmermann(forecastUp, Array.from(up, Boolean)),
    dieboldMariano: dieboldMariano(squared(rows.forecast), squared(persistence), 1),
    profitAfterCosts: { ...tradeSigns(rows, args.costs), ...args.costs },
  };
}

function baselinesOf(rows: ForecastRows, args: EvaluationArgs): SkillFigures[] {
  const { lastClose, previousMove } = rows;
  const moved = (move: (i: number) => number): Float64Array => lastClose.map((close, i) => close + move(i));
  const typical = mean(rows.actual.map((actual, i) => Math.abs(actual / (lastClose[i] ?? NaN) - 1)));
  const side = args.trainUpShare >= 0.5 ? 1 : -1;
  return [
    skillOf('persistence', rows, lastClose),
    skillOf('drift', rows, moved((i) => (lastClose[i] ?? NaN) * Math.expm1(args.trainDrift))),
    // One size of move for all rows: only the direction is what this baseline claims.
    skillOf('majority', rows, moved((i) => side * 0.1 * typical * (lastClose[i] ?? NaN))),
    skillOf('momentum', rows, moved((i) => previousMove[i] ?? NaN)),
    skillOf('reversal', rows, moved((i) => -(previousMove[i] ?? NaN))),
  ];
}

function skillOf(name: string, rows: ForecastRows, forecast: Float64Array): SkillFigures {
  let [hits, n, moves, error] = [0, 0, 0, 0];
  forecast.forEach((value, i) => {
    const [last, actual] = [rows.lastClose[i] ?? NaN, rows.actual[i] ?? NaN];
    error += Math.abs(value - actual);
    if (actual === last) return;
    n++;
    if (value !== last) moves++;
    if (Math.sign(value - last) === Math.sign(actual - last)) hits++;
  });
  const directed = moves > 0;
  return {
    name,
    n,
    mae: error / forecast.length,
    directionalAccuracy: directed ? hits / n : NaN,
    wilson95: directed ? wilson(hits, n) : [NaN, NaN],
  };
}

/** Rows whose horizons do not overlap: each begins at or after the end of the one before. */
function thinned(args: EvaluationArgs): ForecastRows {
  const keep: number[] = [];
  let free = -Infinity;
  args.time.forEach((time, i) => {
    if (time < free) return;
    keep.push(i);
    free = time + args.horizonBars * args.timeframeMs;
  });
  const pick = (values: Float64Array): Float64Array => Float64Array.from(keep, (i) => values[i] ?? NaN);
  return {
    time: pick(args.time),
    lastClose: pick(args.lastClose),
    forecast: pick(args.forecast),
    actual: pick(args.actual),
    previousMove: pick(args.previousMove),
  };
}

/** Holding the forecast's sign over each horizon; a change of side pays both sides. */
function tradeSigns(rows: ForecastRows, costs: Costs): { total: number; buyAndHold: number } {
  const perSide = (costs.feeBps + costs.slippageBps) / 10_000;
  let value = 1;
  let held = 0;
  rows.forecast.forEach((forecast, i) => {
    const last = rows.lastClose[i] ?? NaN;
    const wanted = Math.sign(forecast - last);
    value *= 1 - perSide * Math.abs(wanted - held);
    value *= 1 + wanted * ((rows.actual[i] ?? NaN) / last - 1);
    held = wanted;
  });
  const buyAndHold = ((rows.actual.at(-1) ?? NaN) / (rows.lastClose[0] ?? NaN)) * (1 - perSide) - 1;
  return { total: value - 1, buyAndHold };
}

/**
 * Half-width of a split-conformal interval (Lei et al. 2018): the ⌈(n+1)·coverage⌉-th smallest absolute residual
 * of rows that the model was not fitted on, in the residuals' unit. Infinite where there are too few.
 */
export function conformalScale(args: { residuals: Float64Array; coverage: number }): { scale: number; n: number } {
  const sizes = Float64Array.from(args.residuals.filter((value) => Number.isFinite(value)), Math.abs).sort();
  const rank = Math.ceil((sizes.length + 1) * args.coverage);
  return { scale: rank <= sizes.length ? (sizes[rank - 1] ?? NaN) : Infinity, n: sizes.length };
}

/** Share of residuals inside the interval. */
export function measuredCoverage(args: { residuals: Float64Array; scale: number }): number {
  const inside = args.residuals.filter((value) => Math.abs(value) <= args.scale).length;
  return args.residuals.length > 0 ? inside / args.residuals.length : NaN;
}
