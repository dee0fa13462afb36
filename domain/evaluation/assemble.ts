import type { DatasetSpec, SplitTimes } from '../dataset.js';
import type { FeatureMatrix } from '../features.js';
import { at } from '../indicators/averages.js';
import { adaptiveWidths } from '../conformal/adaptive.js';
import { probabilityUp } from '../prediction.js';
import { baselineForecasts } from './baselines.js';
import type { EvaluatedRows, ScoredForecast } from './evaluated.js';
import { regimesOf } from './regimes.js';
import type { ForecastRows } from './rows.js';
import { LEVELS, levelWeights, quantileScore } from './scores.js';
import { seriesBaselines } from './series-baselines.js';

/** What a model says of some rows, in units of volatility·√horizon. */
export interface ModelOutput {
  scaled: Float64Array;
  /** Its own quantiles at the horizon, one column a level; null where it gives none. */
  quantiles: { levels: number[]; columns: Float64Array[] } | null;
}

export interface AssembleArgs {
  matrix: FeatureMatrix;
  parts: { train: Int32Array; validation: Int32Array; test: Int32Array };
  spec: Pick<DatasetSpec, 'horizonBars'>;
  split: SplitTimes;
  timeframeMs: number;
  /** Of the intervals. */
  coverage: number;
  validation: ModelOutput;
  test: ModelOutput;
}

export interface Assembled {
  rows: EvaluatedRows;
  trainUpShare: number;
  trainDrift: number;
  /** Realised minus forecast on the validation part. */
  residuals: Float64Array;
  /** The same, ascending, thinned to at most 201. */
  knots: number[];
  levels: readonly number[];
  /** Where the model's quantiles come from. */
  quantilesFrom: 'model' | 'validation residuals';
}

/** The test rows of one stream with everything that figures are made of; nothing of a row comes from after it. */
export function assembleRows(args: AssembleArgs): Assembled {
  const { matrix, parts, spec, coverage } = args;
  const known = trainingMoves(matrix, parts.train, spec.horizonBars);
  const validationMoves = movesOf(args, parts.validation);
  const residuals = validationMoves.map((move, i) => move - at(args.validation.scaled, i));
  const knots = knotsOf(residuals);
  const realised = movesOf(args, parts.test);
  const plain = forecastRows(args, parts.test, args.test.scaled);
  const levels = args.test.quantiles?.levels ?? LEVELS;
  const regimes = regimesOf({ matrix, train: parts.train, rows: parts.test });
  const own = scoreRows({ levels, realised, ...quantilesOf(args.test, residuals, levels) });
  const widthsFor = (calibration: Float64Array, errors: Float64Array): Float64Array =>
    adaptiveWidths({ calibration, residuals: errors, coverage, delayRows: spec.horizonBars }).widths;
  const rows: EvaluatedRows = {
    ...plain,
    scaled: args.test.scaled,
    realised,
    halfWidth: widthsFor(
      residuals,
      realised.map((move, i) => move - at(args.test.scaled, i)),
    ),
    persistenceHalfWidth: widthsFor(validationMoves, realised),
    probabilityUp: args.test.scaled.map((scaled) => probabilityUp(scaled, knots)),
    trainUpShare: new Float64Array(realised.length).fill(known.trainUpShare),
    volatilityRegime: regimes.volatility,
    trendRegime: regimes.trend,
    ...own,
    baselines: scoredBaselines(args, { plain, known, levels, validationMoves, realised }),
  };
  const quantilesFrom = args.test.quantiles ? 'model' : 'validation residuals';
  return { rows, ...known, residuals, knots, levels, quantilesFrom };
}

/** Log moves over the horizon in units of volatility·√horizon. */
function movesOf({ matrix, spec }: AssembleArgs, rows: Int32Array): Float64Array {
  const { horizonBars } = spec;
  return Float64Array.from(rows, (row) => {
    const move = Math.log(at(matrix.close, row + horizonBars) / at(matrix.close, row));
    return move / (at(matrix.volatility, row) * Math.sqrt(horizonBars));
  });
}

function forecastRows({ matrix, spec }: AssembleArgs, rows: Int32Array, scaled: Float64Array): ForecastRows {
  const horizon = spec.horizonBars;
  const column = (read: (row: number, i: number) => number): Float64Array => Float64Array.from(rows, read);
  const unit = (row: number): number => at(matrix.volatility, row) * Math.sqrt(horizon);
  return {
    time: column((row) => at(matrix.time, row)),
    lastClose: column((row) => at(matrix.close, row)),
    forecast: column((row, i) => at(matrix.close, row) * Math.exp(at(scaled, i) * unit(row))),
    actual: column((row) => at(matrix.close, row + horizon)),
    previousMove: column((row) => at(matrix.close, row) - at(matrix.close, row - horizon)),
    volatility: column((row) => at(matrix.volatility, row)),
  };
}

/** What the naive baselines may know: direction and drift of the training part. */
function trainingMoves(matrix: FeatureMatrix, rows: Int32Array, horizon: number) {
  let [up, drift] = [0, 0];
  for (const row of rows) {
    const move = Math.log(at(matrix.close, row + horizon) / at(matrix.close, row));
    if (move > 0) up++;
    drift += move;
  }
  const n = Math.max(rows.length, 1);
  return { trainUpShare: up / n, trainDrift: drift / n };
}

const MOST_KNOTS = 201;

function knotsOf(residuals: Float64Array): number[] {
  const sorted = residuals.filter(Number.isFinite).sort();
  const count = Math.min(MOST_KNOTS, sorted.length);
  return Array.from({ length: count }, (_, i) =>
    at(sorted, Math.round((i * (sorted.length - 1)) / Math.max(count - 1, 1))),
  );
}

type Quantiles = { quantileAt: (row: number, level: number) => number };

/** A model's own quantiles, or its forecast and what the validation part says of its errors. */
function quantilesOf(output: ModelOutput, residuals: Float64Array, levels: readonly number[]): Quantiles {
  const { quantiles, scaled } = output;
  if (quantiles) return { quantileAt: (row, level) => at(quantiles.columns[level] as Float64Array, row) };
  const shifts = residualQuantiles(residuals, levels);
  return { quantileAt: (row, level) => at(scaled, row) + at(shifts, level) };
}

/** As `quantile` of statistics.ts, on values that are sorted once. */
function residualQuantiles(residuals: Float64Array, levels: readonly number[]): Float64Array {
  const sorted = residuals.filter(Number.isFinite).sort();
  return Float64Array.from(levels, (level) => {
    const place = level * (sorted.length - 1);
    const low = sorted[Math.floor(place)] ?? NaN;
    return low + ((sorted[Math.ceil(place)] ?? NaN) - low) * (place - Math.floor(place));
  });
}

function scoreRows(args: Quantiles & { levels: readonly number[]; realised: Float64Array }): {
  pinball: Float64Array;
  crps: Float64Array;
} {
  const { levels, realised, quantileAt } = args;
  const weights = levelWeights(levels);
  const pinball = new Float64Array(realised.length);
  const crps = new Float64Array(realised.length);
  const quantiles = new Float64Array(levels.length);
  realised.forEach((outcome, row) => {
    for (let level = 0; level < levels.length; level++) quantiles[level] = quantileAt(row, level);
    const score = quantileScore({ levels, weights, quantiles, realised: outcome });
    pinball[row] = score.pinball;
    crps[row] = score.crps;
  });
  return { pinball, crps };
}

/** Each baseline gets the distribution that the model would have: its move and its own validation residuals. */
function scoredBaselines(
  args: AssembleArgs,
  on: {
    plain: ForecastRows;
    known: { trainUpShare: number; trainDrift: number };
    levels: readonly number[];
    validationMoves: Float64Array;
    realised: Float64Array;
  },
): ScoredForecast[] {
  const { matrix, parts, spec, split, timeframeMs } = args;
  const { horizonBars } = spec;
  const known = { ...on.known, horizonBars };
  const series = { matrix, trainTo: split.validationFrom, horizonBars, timeframeMs };
  const validation = forecastRows(args, parts.validation, args.validation.scaled);
  validation.baselines = seriesBaselines({ ...series, rows: parts.validation });
  const test = { ...on.plain, baselines: seriesBaselines({ ...series, rows: parts.test }) };
  const before = baselineForecasts(validation, known);
  return baselineForecasts(test, known).map(({ name, forecast }, i) => {
    const past = scaledMoves(validation, before[i]?.forecast ?? new Float64Array(), horizonBars);
    const residuals = on.validationMoves.map((move, row) => move - at(past, row));
    const scaled = scaledMoves(test, forecast, horizonBars);
    const quantiles = quantilesOf({ scaled, quantiles: null }, residuals, on.levels);
    return { name, forecast, ...scoreRows({ ...quantiles, levels: on.levels, realised: on.realised }) };
  });
}

const scaledMoves = (rows: ForecastRows, forecast: Float64Array, horizon: number): Float64Array =>
  forecast.map((value, i) => {
    const unit = at(rows.volatility, i) * Math.sqrt(horizon);
    // A move of more than all that there is (momentum of a doubled price) has no logarithm.
    return Math.log(Math.max(value, Number.MIN_VALUE) / at(rows.lastClose, i)) / unit;
  });
