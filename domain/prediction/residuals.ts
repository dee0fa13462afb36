import type { FeatureMatrix } from '../features.js';
import { at } from '../indicators/averages.js';
import { observeAll, startAdaptive, widthOf, WINDOW } from '../conformal/adaptive.js';
import { baselineForecast } from '../prediction.js';

/**
 * What came after a row, in units of the volatility known at it times √horizon: NaN where it is not known yet, where a
 * bar is missing in between, and where the price stood still.
 */
export function moveAfter(args: {
  matrix: FeatureMatrix;
  row: number;
  horizonBars: number;
  timeframeMs: number;
}): number {
  const { matrix, row, horizonBars, timeframeMs } = args;
  const { time, close, volatility } = matrix;
  const ahead = row + horizonBars;
  if (ahead >= time.length || at(time, ahead) - at(time, row) !== horizonBars * timeframeMs) return NaN;
  const unit = at(volatility, row) * Math.sqrt(horizonBars);
  return unit > 0 ? Math.log(at(close, ahead) / at(close, row)) / unit : NaN;
}

/** The latest rows whose outcome is known, at most `WINDOW`, of those that close at or after `from`. */
export function knownRows(matrix: FeatureMatrix, args: { horizonBars: number; from: number }): number[] {
  const end = matrix.time.length - args.horizonBars;
  const rows: number[] = [];
  for (let row = Math.max(0, end - WINDOW); row < end; row++)
    if (at(matrix.time, row) >= args.from) rows.push(row);
  return rows;
}

/** How wrong forecasts were, and the width that follows from it for the present row. */
export interface Uncertainty {
  /** Half-width in units of volatility·√horizon; infinite where too little is known. */
  scale: number;
  coverage: number;
  /** Ascending. */
  residuals: number[];
}

/** Residuals that P(up) and a fan are read off; with fewer, those of the calibration stand beside them. */
const ENOUGH = 200;

/**
 * Adaptive conformal width after the residuals of the latest rows, one after the other as they became known.
 * @param args.residuals of consecutive rows, the last being the latest whose outcome is known
 */
export function uncertaintyOf(args: {
  calibration: readonly number[];
  residuals: readonly number[];
  horizonBars: number;
  coverage: number;
}): Uncertainty {
  const { calibration, residuals, horizonBars, coverage } = args;
  const state = observeAll(startAdaptive({ calibration, coverage, delayRows: horizonBars }), residuals);
  const known = residuals.filter(Number.isFinite);
  const all = known.length >= ENOUGH ? known : [...calibration.filter(Number.isFinite), ...known];
  return { scale: widthOf(state), coverage, residuals: all.toSorted((a, b) => a - b) };
}

/** The same for a baseline, which needs no model: half of its known rows calibrate, the others are gone through. */
export function baselineUncertainty(
  name: string,
  args: { matrix: FeatureMatrix; horizonBars: number; timeframeMs: number; coverage: number },
): Uncertainty {
  const { matrix, horizonBars } = args;
  const end = matrix.time.length - horizonBars;
  const residuals: number[] = [];
  for (let row = Math.max(0, end - 2 * WINDOW); row < end; row++)
    residuals.push(moveAfter({ ...args, row }) - baselineForecast(name, { matrix, row, horizonBars }));
  const half = Math.floor(residuals.length / 2);
  const calibration = residuals.slice(0, half);
  return uncertaintyOf({ ...args, calibration, residuals: residuals.slice(half) });
}
