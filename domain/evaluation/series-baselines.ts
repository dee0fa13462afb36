import type { FeatureMatrix } from '../features.js';
import { at } from '../indicators/averages.js';
import type { NamedForecast } from './rows.js';
import { fitAutoregressive, fitSmoothing, smoothedLevels, sumAhead } from './series-models.js';

const DAY = 86_400_000;

/** Bars of a season: a day of shorter bars, a week of daily ones; one bar where bars are longer. */
export const seasonBars = (timeframeMs: number): number =>
  timeframeMs < DAY ? Math.round(DAY / timeframeMs) : Math.max(1, Math.round((7 * DAY) / timeframeMs));

/**
 * Baselines that are fitted on one stream's own closes: seasonal naive, AR(1) of one-bar log returns and simple
 * exponential smoothing (ETS(A,N,N)) of log closes. Parameters come from rows before `trainTo` alone; what is forecast at
 * a row uses that row and those before it. Bars that are missing are stepped over, as in the features.
 * @param rows deciding rows, ascending
 * @returns forecast closes in the quote currency, one a row
 */
export function seriesBaselines(args: {
  matrix: Pick<FeatureMatrix, 'time' | 'close'>;
  rows: Int32Array;
  /** Close times before it are training, epoch ms. */
  trainTo: number;
  horizonBars: number;
  timeframeMs: number;
}): NamedForecast[] {
  const { matrix, rows, horizonBars } = args;
  const logs = matrix.close.map(Math.log);
  const returns = logs.map((value, i) => (i === 0 ? NaN : value - at(logs, i - 1)));
  const trained = matrix.time.findIndex((time) => time >= args.trainTo);
  const end = trained < 0 ? logs.length : trained;
  const autoregression = fitAutoregressive(returns.subarray(0, end));
  const levels = smoothedLevels(fitSmoothing(logs.subarray(0, end)), logs);
  const season = seasonBars(args.timeframeMs);
  const back = season * Math.ceil(horizonBars / season);
  const closeAfter = (row: number, move: number): number => at(matrix.close, row) * Math.exp(move);
  // Where the season before is not there yet nothing is claimed: the last close stands.
  const seasonal = (row: number): number => {
    const move = at(logs, row - back + horizonBars) - at(logs, row - back);
    return row >= back && Number.isFinite(move) ? move : 0;
  };
  const known = (move: number): number => (Number.isFinite(move) ? move : 0);
  const ahead = (row: number): number => known(sumAhead(autoregression, at(returns, row), horizonBars));
  const column = (name: string, move: (row: number) => number): NamedForecast => ({
    name,
    forecast: Float64Array.from(rows, (row) => closeAfter(row, move(row))),
  });
  return [
    column('seasonal-naive', seasonal),
    column('ar1', ahead),
    column('ses', (row) => known(at(levels, row) - at(logs, row))),
  ];
}
