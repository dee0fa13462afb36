import type { EvaluationArgs, SkillFigures } from '../evaluation.js';
import { wilson } from '../statistics.js';
import { at, type ForecastRows } from './rows.js';

/** Size of the move that the majority baseline forecasts, in units of volatility·√horizon. */
export const MAJORITY_MOVE = 0.1;

/** persistence, drift, majority, momentum and reversal; they know the training part and the past only. */
export function baselinesOf(rows: ForecastRows, args: EvaluationArgs): SkillFigures[] {
  const { lastClose, previousMove, volatility } = rows;
  const unit = (i: number): number => at(volatility, i) * Math.sqrt(args.horizonBars);
  const side = (args.trainUpShare >= 0.5 ? 1 : -1) * MAJORITY_MOVE;
  const moving = (name: string, move: (i: number) => number): SkillFigures =>
    skillOf(
      name,
      rows,
      lastClose.map((close, i) => close + move(i)),
    );
  return [
    moving('persistence', () => 0),
    moving('drift', (i) => at(lastClose, i) * Math.expm1(args.trainDrift)),
    // Only the direction is what this baseline claims; its size is small, and known at the time.
    moving('majority', (i) => at(lastClose, i) * Math.expm1(side * unit(i))),
    moving('momentum', (i) => at(previousMove, i)),
    moving('reversal', (i) => -at(previousMove, i)),
  ];
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
