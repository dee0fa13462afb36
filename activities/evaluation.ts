import type { Ports } from '../adapters/ports.js';
import type { Costs } from '../domain/backtest/spec.js';
import { cutWindows, sampleRows } from '../domain/dataset.js';
import { digestOf } from '../domain/digest.js';
import { DataQualityError } from '../domain/errors.js';
import { conformalScale, evaluateForecast, measuredCoverage, type Evaluation } from '../domain/evaluation.js';
import type { FeatureMatrix } from '../domain/features.js';
import { sourceKey } from '../domain/sources.js';
import { stepOf, findDataset, readMatrix } from './dataset.js';
import { findModel } from './models.js';
import { inferTargets } from './parity.js';

export interface EvaluationInput {
  /** `<name>@<version>`. */
  model: string;
  dataset: string;
  streams: string[];
  costs: Costs;
}

export const COVERAGE = 0.9;

/** What the held-out forecasts look like in the object store; one member per test row. */
export interface ForecastsFile {
  model: string;
  stream: string;
  /** Close time of the deciding bar, epoch ms. */
  time: number[];
  lastClose: number[];
  forecast: number[];
  actual: number[];
  /** Ascending quantile knots of the validation residuals in volatility units. */
  residualQuantiles: number[];
}

export const evaluationSteps = (ports: Ports) => ({
  async evaluateStream(input: Omit<EvaluationInput, 'streams'> & { stream: string }): Promise<Evaluation> {
    const model = await findModel(ports, input.model);
    const dataset = await findDataset(ports, input.dataset);
    const { spec, split } = dataset;
    const read = await readMatrix(ports, { ...dataset, stream: input.stream });
    const { matrix } = read.streamMatrix;
    if (read.barsSha256 !== dataset.inputs[`bars:${input.stream}`])
      throw new DataQualityError(
        `Bars of ${input.stream} changed since ${dataset.id} was made; build the dataset again`,
      );
    const timeframeMs = stepOf(dataset.streams);
    const rows = sampleRows({ matrix, spec, split, timeframeMs });
    const infer = (part: Int32Array): Promise<Float64Array> =>
      inferTargets(ports, model, cutWindows({ matrix, rows: part, lookBack: spec.lookBack }), [
        part.length,
        spec.lookBack,
        matrix.columns.length,
      ]);
    const validation = residuals(matrix, rows.validation, await infer(rows.validation), spec.horizonBars);
    const scaled = await infer(rows.test);
    const test = heldOut(matrix, rows.test, scaled, spec.horizonBars);
    const { scale, n } = conformalScale({ residuals: validation, coverage: COVERAGE });
    const errors = residuals(matrix, rows.test, scaled, spec.horizonBars);
    const skill = evaluateForecast({
      ...test,
      ...trainingMoves(matrix, rows.train, spec.horizonBars),
      model: input.model,
      stream: input.stream,
      horizonBars: spec.horizonBars,
      costs: input.costs,
      timeframeMs,
    });
    const file: ForecastsFile = {
      model: input.model,
      stream: input.stream,
      time: Array.from(test.time),
      lastClose: Array.from(test.lastClose),
      forecast: Array.from(test.forecast),
      actual: Array.from(test.actual),
      residualQuantiles: knots(validation),
    };
    const id = `evl_${digestOf({ ...skill, dataset: dataset.sha256 }).slice(0, 24)}`;
    const bytes = new TextEncoder().encode(JSON.stringify(file));
    const forecasts = await ports.objects.put(`forecasts/${id}.json`, bytes);
    const conformal = {
      coverage: COVERAGE,
      scale,
      n,
      measuredCoverage: measuredCoverage({ residuals: errors, scale }),
    };
    const evaluation: Evaluation = {
      ...skill,
      id,
      conformal,
      forecasts: { key: forecasts.key, sha256: forecasts.sha256 },
      dataset: dataset.id,
      createdAt: ports.now(),
      source: dataset.source,
    };
    const key = { sourceKey: sourceKey(dataset.source) };
    await ports.documents.insert('evaluations', [{ ...evaluation, ...key }]);
    return evaluation;
  },
});

const at = (values: Float64Array, index: number): number => values[index] ?? NaN;

/** Realised minus forecast move, both in volatility·√horizon units. */
function residuals(
  matrix: FeatureMatrix,
  rows: Int32Array,
  scaled: Float64Array,
  horizon: number,
): Float64Array {
  return Float64Array.from(rows, (row, i) => {
    const move = Math.log(at(matrix.close, row + horizon) / at(matrix.close, row));
    return move / (at(matrix.volatility, row) * Math.sqrt(horizon)) - at(scaled, i);
  });
}

function heldOut(matrix: FeatureMatrix, rows: Int32Array, scaled: Float64Array, horizon: number) {
  const pick = (read: (row: number, i: number) => number): Float64Array => Float64Array.from(rows, read);
  const unit = (row: number): number => at(matrix.volatility, row) * Math.sqrt(horizon);
  return {
    time: pick((row) => at(matrix.time, row)),
    lastClose: pick((row) => at(matrix.close, row)),
    forecast: pick((row, i) => at(matrix.close, row) * Math.exp(at(scaled, i) * unit(row))),
    actual: pick((row) => at(matrix.close, row + horizon)),
    previousMove: pick((row) => at(matrix.close, row) - at(matrix.close, row - horizon)),
    volatility: pick((row) => at(matrix.volatility, row)),
  };
}

/** What the naive baselines may know: direction and drift of the training part. */
function trainingMoves(matrix: FeatureMatrix, rows: Int32Array, horizon: number) {
  let up = 0;
  let drift = 0;
  for (const row of rows) {
    const move = Math.log(at(matrix.close, row + horizon) / at(matrix.close, row));
    if (move > 0) up++;
    drift += move;
  }
  const n = Math.max(rows.length, 1);
  return { trainUpShare: up / n, trainDrift: drift / n };
}

function knots(residualValues: Float64Array): number[] {
  const sorted = Float64Array.from(residualValues).sort();
  const count = Math.min(201, sorted.length);
  return Array.from({ length: count }, (_, i) =>
    at(sorted, Math.round((i * (sorted.length - 1)) / Math.max(count - 1, 1))),
  );
}
