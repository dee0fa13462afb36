import { DataQualityError, InvalidInputError } from '../errors.js';
import type { EvaluationArgs } from '../evaluation.js';

/** Another forecaster's closes for the same rows. */
export interface NamedForecast {
  name: string;
  forecast: Float64Array;
}

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
  /** Beside persistence, drift, majority, momentum and reversal, or in the place of the one that has the same name. */
  baselines?: NamedForecast[];
}

/** A column at an index known to be inside it. */
export const at = (values: Float64Array, index: number): number => values[index] ?? NaN;

const COLUMNS = ['lastClose', 'forecast', 'actual', 'previousMove', 'volatility'] as const;

/** @throws InvalidInputError or DataQualityError naming the column and row. */
export function checkRows(args: EvaluationArgs): void {
  const { horizonBars, model, stream, time } = args;
  if (!(Number.isInteger(horizonBars) && horizonBars > 0))
    throw new InvalidInputError(`horizonBars is ${horizonBars}; it must be a whole number of at least 1`);
  const columns = [
    ...COLUMNS.map((name) => ({ name: name as string, values: args[name] })),
    ...(args.baselines ?? []).map(({ name, forecast }) => ({ name: `baseline ${name}`, values: forecast })),
  ];
  for (const { name, values } of columns)
    if (values.length !== time.length)
      throw new InvalidInputError(
        `${name} has ${values.length} values for ${time.length} forecasts of ${stream}`,
      );
  for (const { name, values } of columns) {
    if (name === 'previousMove' || name === 'volatility') continue;
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new DataQualityError(
        `Forecast ${bad} of ${stream} by ${model} has ${name} ${values[bad]}, no number`,
      );
  }
}

/** Rows whose horizons do not overlap: each begins at or after the end of the one before. */
export function apart(time: Float64Array, horizonMs: number): Int32Array {
  const keep: number[] = [];
  let free = -Infinity;
  time.forEach((each, i) => {
    if (each < free) return;
    keep.push(i);
    free = each + horizonMs;
  });
  return Int32Array.from(keep);
}

/** Values at these places. */
export const pick = (values: Float64Array, places: Int32Array): Float64Array =>
  Float64Array.from(places, (place) => at(values, place));

export const pickRows = (rows: ForecastRows, places: Int32Array): ForecastRows => ({
  time: pick(rows.time, places),
  lastClose: pick(rows.lastClose, places),
  forecast: pick(rows.forecast, places),
  actual: pick(rows.actual, places),
  previousMove: pick(rows.previousMove, places),
  volatility: pick(rows.volatility, places),
  ...(rows.baselines && {
    baselines: rows.baselines.map(({ name, forecast }) => ({ name, forecast: pick(forecast, places) })),
  }),
});

export const withoutOverlap = (args: EvaluationArgs): ForecastRows =>
  pickRows(args, apart(args.time, args.horizonBars * args.timeframeMs));
