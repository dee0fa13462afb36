import type { DatasetColumn } from '../dataset.js';
import { DataQualityError } from '../errors.js';
import type { ForecastRows, NamedForecast } from './rows.js';

/** A baseline with what its distribution scored at each row. */
export interface ScoredForecast extends NamedForecast {
  /** Of the baseline's move and the quantiles of its own validation residuals. */
  pinball: Float64Array;
  crps: Float64Array;
}

/**
 * Everything that figures are made of, one value a test row: what walk-forward folds are pooled from. Moves, widths and
 * quantiles are in units of volatility·√horizon.
 */
export interface EvaluatedRows extends ForecastRows {
  /** Forecast and realised move. */
  scaled: Float64Array;
  realised: Float64Array;
  /** Half-width of the model's interval, and of persistence's, both adaptive. */
  halfWidth: Float64Array;
  persistenceHalfWidth: Float64Array;
  probabilityUp: Float64Array;
  /** What was known of the direction before the row. */
  trainUpShare: Float64Array;
  /** Codes into VOLATILITY_NAMES and TREND_NAMES. */
  volatilityRegime: Float64Array;
  trendRegime: Float64Array;
  pinball: Float64Array;
  crps: Float64Array;
  baselines: ScoredForecast[];
}

const COLUMNS = [
  'time',
  'lastClose',
  'forecast',
  'actual',
  'previousMove',
  'volatility',
  'scaled',
  'realised',
  'halfWidth',
  'persistenceHalfWidth',
  'probabilityUp',
  'trainUpShare',
  'volatilityRegime',
  'trendRegime',
  'pinball',
  'crps',
] as const;

/** The rows as a table; `<column> of <baseline>` for each baseline. */
export function columnsOf(rows: EvaluatedRows): DatasetColumn[] {
  const column = (name: string, values: Float64Array): DatasetColumn => ({ name, type: 'float64', values });
  return [
    ...COLUMNS.map((name) => column(name, rows[name])),
    ...rows.baselines.flatMap(({ name, forecast, pinball, crps }) => [
      column(`forecast of ${name}`, forecast),
      column(`pinball of ${name}`, pinball),
      column(`crps of ${name}`, crps),
    ]),
  ];
}

/** @throws DataQualityError naming a column that is not there */
export function rowsOfColumns(columns: { name: string; values: ArrayLike<number> }[]): EvaluatedRows {
  const read = (name: string): Float64Array => {
    const found = columns.find((each) => each.name === name);
    if (!found) throw new DataQualityError(`The rows of an evaluation have no column "${name}"`);
    return Float64Array.from(found.values);
  };
  const prefix = 'forecast of ';
  const names = columns.flatMap(({ name }) => (name.startsWith(prefix) ? name.slice(prefix.length) : []));
  const baselines = names.map((name) => ({
    name,
    forecast: read(`${prefix}${name}`),
    pinball: read(`pinball of ${name}`),
    crps: read(`crps of ${name}`),
  }));
  const plain = Object.fromEntries(COLUMNS.map((name) => [name, read(name)]));
  return { ...(plain as Record<(typeof COLUMNS)[number], Float64Array>), baselines };
}

/**
 * Rows of folds in turn as one table. Where folds overlap the earlier fold's row stands.
 * @throws DataQualityError where folds have other baselines than the first
 */
export function joinRows(parts: EvaluatedRows[]): EvaluatedRows {
  const tables = parts.map(columnsOf);
  const [first] = tables;
  if (!first)
    throw new DataQualityError('There are no folds to pool; a walk-forward evaluation has at least one');
  const names = (table: DatasetColumn[]): string => table.map(({ name }) => name).join();
  const odd = tables.findIndex((table) => names(table) !== names(first));
  if (odd >= 0)
    throw new DataQualityError(`Fold ${odd + 1} has other columns than fold 1: ${names(tables[odd] ?? [])}`);
  let end = -Infinity;
  const kept = parts.map(({ time }) => {
    const from = time.findIndex((each) => each > end);
    end = Math.max(end, time.at(-1) ?? -Infinity);
    return from < 0 ? time.length : from;
  });
  return rowsOfColumns(
    first.map(({ name }, i) => ({
      name,
      values: tables.flatMap((table, part) => [...(table[i]?.values.subarray(kept[part]) ?? [])]),
    })),
  );
}
