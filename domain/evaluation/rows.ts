import { DataQualityError, InvalidInputError } from '../errors.js';
import type { EvaluationArgs } from '../evaluation.js';

export interface ForecastRows {
  /** Close time of the deciding bar, ascending. */
  time: Float64Array;
  lastClose: Float64Array;
  forecast: Float64Array;
  actual: Float64Array;
  /** close(t) − close(t − horizon). */
  previousMove: Float64Array;
  /** Trailing deviation of one bar's log return at the deciding close. */
  volatility: Float64Array;
}

/** A column at an index known to be inside it. */
export const at = (values: Float64Array, index: number): number => values[index] ?? NaN;

/** @throws InvalidInputError or DataQualityError naming the column and row. */
export function checkRows(args: EvaluationArgs): void {
  const { horizonBars, model, stream, time } = args;
  if (!(Number.isInteger(horizonBars) && horizonBars > 0))
    throw new InvalidInputError(`horizonBars is ${horizonBars}; it must be a whole number of at least 1`);
  for (const name of ['lastClose', 'forecast', 'actual', 'previousMove', 'volatility'] as const)
    if (args[name].length !== time.length)
      throw new InvalidInputError(
        `${name} has ${args[name].length} values for ${time.length} forecasts of ${stream}`,
      );
  for (const name of ['lastClose', 'forecast', 'actual'] as const) {
    const bad = args[name].findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new DataQualityError(
        `Forecast ${bad} of ${stream} by ${model} has ${name} ${args[name][bad]}, no number`,
      );
  }
}

/** Rows whose horizons do not overlap: each begins at or after the end of the one before. */
export function withoutOverlap(args: EvaluationArgs): ForecastRows {
  const keep: number[] = [];
  let free = -Infinity;
  args.time.forEach((time, i) => {
    if (time < free) return;
    keep.push(i);
    free = time + args.horizonBars * args.timeframeMs;
  });
  const pick = (values: Float64Array): Float64Array => Float64Array.from(keep, (i) => at(values, i));
  return {
    time: pick(args.time),
    lastClose: pick(args.lastClose),
    forecast: pick(args.forecast),
    actual: pick(args.actual),
    previousMove: pick(args.previousMove),
    volatility: pick(args.volatility),
  };
}
