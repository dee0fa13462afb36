import { splitTimes } from '../dataset.js';
import { describeWarmUp } from '../features.js';
import { predictRidge, trainRidge } from '../ridge.js';
import type { Timeframe } from '../streams.js';
import type { MarketData } from './data.js';
import { decisionsOf, matrixBars, matrixOf, specOf } from './subjects.js';
import type { Subject } from './subject.js';

/** Rows that a made model is trained on before it forecasts. */
const TRAINING_BARS = 500;
const HORIZON = 1;

/**
 * A ridge regression over our features and labels: trained on the first bars, it forecasts the others. `fitted` on
 * everything is the planted leak: its weights know the future that it forecasts.
 */
export const ridgeSubject = (timeframe: Timeframe, fitted: 'first bars' | 'everything'): Subject => ({
  name: fitted === 'everything' ? 'model fitted on everything' : 'ridge regression',
  kind: 'model',
  warmUp: describeWarmUp() + TRAINING_BARS,
  // The window of its training begins with the data.
  memory: 'held',
  horizonBars: 0,
  tolerance: 1e-9,
  decide(data: MarketData) {
    const matrix = matrixOf(data, timeframe);
    const { timeframeMs } = data;
    const spec = specOf(HORIZON);
    const last = fitted === 'everything' ? matrix.time.length : describeWarmUp() + TRAINING_BARS;
    const training = {
      ...matrix,
      time: matrix.time.subarray(0, last),
      close: matrix.close.subarray(0, last),
      volatility: matrix.volatility.subarray(0, last),
      columns: matrix.columns.map((column) => column.subarray(0, last)),
    };
    const split = splitTimes({ times: [training.time], spec, timeframeMs });
    const fit = trainRidge({ streams: [{ stream: 'audit', matrix: training }], spec, split, timeframeMs });
    const forecast = matrix.time.map((_, row) =>
      row < describeWarmUp() + TRAINING_BARS
        ? NaN
        : predictRidge(
            fit,
            matrix.columns.map((column) => column[row] ?? NaN),
          ),
    );
    return decisionsOf(matrixBars(matrix, data), { forecast });
  },
});
