import type { EvaluationArgs, SkillFigures } from '../evaluation.js';
import { mcnemarOf } from '../sentiment/paired-tests.js';
import { dieboldMariano, wilson, type TestResult } from '../statistics.js';
import { at, type ForecastRows, type NamedForecast } from './rows.js';

/** Size of the move that the majority baseline forecasts, in units of volatility·√horizon. */
export const MAJORITY_MOVE = 0.1;

type Known = Pick<EvaluationArgs, 'horizonBars' | 'trainUpShare' | 'trainDrift'>;

/**
 * Forecasts of persistence, drift, majority, momentum and reversal, which know the training part and the past only, and
 * of what the rows bring besides.
 */
export function baselineForecasts(rows: ForecastRows, args: Known): NamedForecast[] {
  const { lastClose, previousMove, volatility } = rows;
  const unit = (i: number): number => at(volatility, i) * Math.sqrt(args.horizonBars);
  const side = (args.trainUpShare >= 0.5 ? 1 : -1) * MAJORITY_MOVE;
  const brought = rows.baselines ?? [];
  const moving = (name: string, move: (i: number) => number): NamedForecast =>
    brought.find((each) => each.name === name) ?? {
      name,
      forecast: lastClose.map((close, i) => close + move(i)),
    };
  const made = [
    moving('persistence', () => 0),
    moving('drift', (i) => at(lastClose, i) * Math.expm1(args.trainDrift)),
    // Only the direction is what this baseline claims; its size is small, and known at the time.
    moving('majority', (i) => at(lastClose, i) * Math.expm1(side * unit(i))),
    moving('momentum', (i) => at(previousMove, i)),
    moving('reversal', (i) => -at(previousMove, i)),
  ];
  return [...made, ...brought.filter(({ name }) => !made.some((each) => each.name === name))];
}

/** Error and direction of one column of forecasts. */
export function skillOf(name: string, rows: ForecastRows, forecast: Float64Array): SkillFigures {
  let [hits, n, moves, error] = [0, 0, 0, 0];
  forecast.forEach((value, i) => {
    const [last, actual] = [at(rows.lastClose, i), at(rows.actual, i)];
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

/** The model against one baseline on the same rows. */
export interface BaselineTest {
  baseline: string;
  /** Squared relative error on rows whose outcomes do not overlap; negative where the model is better. */
  dieboldMariano: TestResult;
  /** The same on all rows, with the autocovariances that overlapping outcomes bring. */
  allRows: TestResult & { n: number };
  /** McNemar: who is right about the direction where the other is wrong; null where the baseline claims none. */
  direction: { onlyModel: number; onlyBaseline: number; pValue: number } | null;
}

/** Tests against each baseline; p values are two-sided and not corrected for there being several. */
export function testAgainst(args: {
  /** Rows whose outcomes do not overlap, and all rows. */
  rows: ForecastRows;
  all: ForecastRows;
  known: Known;
}): BaselineTest[] {
  const { rows, all, known } = args;
  const everywhere = baselineForecasts(all, known);
  const ownLoss = squaredErrors(rows, rows.forecast);
  const ownLossAll = squaredErrors(all, all.forecast);
  return baselineForecasts(rows, known).map(({ name, forecast }, i) => ({
    baseline: name,
    // Outcomes do not overlap, so the errors are those of one step ahead, whatever the horizon in bars.
    dieboldMariano: dieboldMariano(ownLoss, squaredErrors(rows, forecast), 1),
    allRows: {
      n: all.time.length,
      ...dieboldMariano(
        ownLossAll,
        squaredErrors(all, everywhere[i]?.forecast ?? new Float64Array()),
        known.horizonBars,
      ),
    },
    direction: compareDirections(rows, rows.forecast, forecast),
  }));
}

/** Squared error relative to the last close. */
export const squaredErrors = (rows: ForecastRows, forecast: Float64Array): Float64Array =>
  forecast.map((value, i) => ((value - at(rows.actual, i)) / at(rows.lastClose, i)) ** 2);

/** Of two forecasts of the same rows; null where one of them never claims a direction. */
export function compareDirections(
  rows: ForecastRows,
  model: Float64Array,
  other: Float64Array,
): BaselineTest['direction'] {
  let [onlyModel, onlyBaseline, modelMoves, otherMoves] = [0, 0, 0, 0];
  rows.actual.forEach((actual, i) => {
    const last = at(rows.lastClose, i);
    const way = Math.sign(actual - last);
    if (way === 0) return;
    const [own, its] = [Math.sign(at(model, i) - last), Math.sign(at(other, i) - last)];
    if (own !== 0) modelMoves++;
    if (its !== 0) otherMoves++;
    if (own === way && its !== way) onlyModel++;
    if (its === way && own !== way) onlyBaseline++;
  });
  if (modelMoves === 0 || otherMoves === 0) return null;
  return { onlyModel, onlyBaseline, pValue: mcnemarOf(onlyModel, onlyBaseline).pValue };
}
