import type { Ports } from '../../adapters/ports.js';
import { cutWindows } from '../../domain/dataset.js';
import { InvalidInputError } from '../../domain/errors.js';
import { describeWarmUp, readFeatureVersion, type FeatureMatrix } from '../../domain/features.js';
import type { Subject } from '../../domain/lookahead/subject.js';
import { decisionsOf, matrixBars, matrixOf } from '../../domain/lookahead/subjects.js';
import type { Timeframe } from '../../domain/streams.js';
import { findDataset } from '../dataset.js';
import { findModel } from '../models.js';
import { inferTargets } from '../parity.js';

/** Of single precision, in batches of other sizes. */
const TOLERANCE = 1e-4;

/**
 * Our features and a registered model behind them, as predictions are served: at each bar the window of features up to
 * it goes through the serving port. @throws NotFoundError without such a model, InvalidInputError for one that forecasts
 * nothing.
 */
export async function modelSubject(ports: Ports, id: string, timeframe: Timeframe): Promise<Subject> {
  const model = await findModel(ports, id);
  if (model.task !== 'forecast' || model.dataset === null)
    throw new InvalidInputError(
      `${id} reads one text at a time and forecasts nothing; an audit is of a forecaster`,
    );
  const { lookBack } = (await findDataset(ports, model.dataset)).spec;
  const version = readFeatureVersion(model.featureVersion, `Model ${model.id} was trained on`);
  const warmUp = describeWarmUp() + lookBack - 1;
  return {
    name: `${model.name}@${model.version}`,
    kind: 'model',
    warmUp,
    // Its features hold averages that fade.
    memory: 'fading',
    horizonBars: 0,
    tolerance: TOLERANCE,
    async decide(data) {
      const matrix = matrixOf(data, timeframe, version);
      const n = matrix.time.length;
      const rows = wholeWindows(matrix, lookBack);
      const windows = cutWindows({ matrix, rows, lookBack });
      const dims: [number, number, number] = [rows.length, lookBack, matrix.columns.length];
      const served = await inferTargets(ports, model, windows, dims);
      const forecast = new Float64Array(n).fill(NaN);
      for (const [i, row] of rows.entries()) forecast[row] = served[i] ?? NaN;
      return decisionsOf(matrixBars(matrix, data), { forecast });
    },
  };
}

/** Rows at which the window of features up to them has no hole: a flat market has no volatility to measure by. */
function wholeWindows({ columns, time }: FeatureMatrix, lookBack: number): Int32Array {
  const rows: number[] = [];
  let whole = 0;
  for (let row = 0; row < time.length; row++) {
    whole = columns.every((column) => !Number.isNaN(column[row] ?? NaN)) ? whole + 1 : 0;
    if (whole >= lookBack) rows.push(row);
  }
  return Int32Array.from(rows);
}
