import type { FeatureMatrix } from '../features.js';
import { at as atColumn } from '../indicators/averages.js';
import { quantile } from '../statistics.js';
import type { SkillFigures } from '../evaluation.js';
import { skillOf } from './baselines.js';
import { at, pick, pickRows, type ForecastRows, type NamedForecast } from './rows.js';

/** Skill on a part of the rows that was known beforehand, beside the baselines on the same rows. */
export interface PartSkill extends SkillFigures {
  /** Share of the rows. */
  share: number;
  baselines: SkillFigures[];
}

/** Bars over which the trend is measured, and how far it must have gone in units of volatility·√bars. */
export const TREND_BARS = 100;
export const TREND_SIZE = 0.5;

export const VOLATILITY_NAMES = ['calm', 'usual', 'stormy'] as const;
export const TREND_NAMES = ['falling', 'sideways', 'rising'] as const;

/**
 * Regime of each row, 0 to 2 in the order of the names. Volatility is told by the terciles of the training part, trend by
 * the move of the last 100 bars up to the row: both are known when the forecast is made.
 */
export function regimesOf(args: {
  matrix: Pick<FeatureMatrix, 'close' | 'volatility'>;
  train: Int32Array;
  rows: Int32Array;
}): { volatility: Float64Array; trend: Float64Array } {
  const { matrix, train, rows } = args;
  const trained = Float64Array.from(train, (row) => atColumn(matrix.volatility, row));
  const [low, high] = [quantile(trained, 1 / 3), quantile(trained, 2 / 3)];
  const above = (value: number): number => Number(value > low) + Number(value > high);
  const trendOf = (row: number): number => {
    if (row < TREND_BARS) return 1;
    const move = Math.log(atColumn(matrix.close, row) / atColumn(matrix.close, row - TREND_BARS));
    const size = move / (atColumn(matrix.volatility, row) * Math.sqrt(TREND_BARS));
    return Math.abs(size) > TREND_SIZE ? 1 + Math.sign(size) : 1;
  };
  return {
    volatility: Float64Array.from(rows, (row) => above(atColumn(matrix.volatility, row))),
    trend: Float64Array.from(rows, trendOf),
  };
}

/** Skill by volatility and by trend. @param rows without overlap; the regimes are those of the same rows */
export function skillByRegime(args: {
  rows: ForecastRows;
  baselines: NamedForecast[];
  volatility: Float64Array;
  trend: Float64Array;
}): (PartSkill & { by: 'volatility' | 'trend' })[] {
  const of = (by: 'volatility' | 'trend', names: readonly string[]) =>
    names.map((name, code) => {
      const places = placesWhere(args[by], (value) => value === code);
      return { by, ...partSkill(name, args, places) };
    });
  return [...of('volatility', VOLATILITY_NAMES), ...of('trend', TREND_NAMES)];
}

/** Lower edges of |P(up) − ½|. */
export const CONFIDENCE_EDGES: readonly number[] = [0, 0.01, 0.02, 0.05, 0.1];

/** Skill by how sure the model says it is: |P(up) − ½|. @param rows without overlap, as `probabilityUp` */
export function skillByConfidence(args: {
  rows: ForecastRows;
  baselines: NamedForecast[];
  probabilityUp: Float64Array;
}): (PartSkill & { from: number; to: number })[] {
  return CONFIDENCE_EDGES.map((from, i) => {
    const to = CONFIDENCE_EDGES[i + 1] ?? 0.5;
    const isLast = i === CONFIDENCE_EDGES.length - 1;
    const inside = (probability: number): boolean => {
      const sure = Math.abs(probability - 0.5);
      return sure >= from && (sure < to || (isLast && sure <= to));
    };
    return { from, to, ...partSkill(`${from} to ${to}`, args, placesWhere(args.probabilityUp, inside)) };
  });
}

function placesWhere(values: Float64Array, keep: (value: number) => boolean): Int32Array {
  const places: number[] = [];
  values.forEach((value, i) => {
    if (keep(value)) places.push(i);
  });
  return Int32Array.from(places);
}

function partSkill(
  name: string,
  { rows, baselines }: { rows: ForecastRows; baselines: NamedForecast[] },
  places: Int32Array,
): PartSkill {
  const part = pickRows(rows, places);
  return {
    ...skillOf(name, part, part.forecast),
    share: places.length / Math.max(rows.time.length, 1),
    baselines: baselines.map((each) => skillOf(each.name, part, pick(each.forecast, places))),
  };
}

/** Which way the rows went: true up. Rows that did not move have no direction and are left out of `places`. */
export function directionsOf(rows: ForecastRows): { places: Int32Array; up: boolean[] } {
  const places = placesWhere(
    rows.actual.map((actual, i) => actual - at(rows.lastClose, i)),
    (move) => move !== 0,
  );
  return { places, up: Array.from(places, (i) => at(rows.actual, i) > at(rows.lastClose, i)) };
}
