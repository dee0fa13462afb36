import type { Ports } from '../adapters/ports.js';
import type { Costs } from '../domain/backtest/spec.js';
import { sampleRows } from '../domain/dataset.js';
import { DataQualityError } from '../domain/errors.js';
import { conformalScale, evaluateForecast, measuredCoverage } from '../domain/evaluation.js';
import { assembleRows, type Assembled } from '../domain/evaluation/assemble.js';
import { figuresOfRows } from '../domain/evaluation/figures.js';
import type { ModelVersion } from '../domain/models.js';
import { stepOf, findDataset, readMatrix, type StoredDataset } from './dataset.js';
import { auditStreamModel, recordAudit } from './evaluation/auditing.js';
import { inferRows } from './evaluation/inference.js';
import { keepEvaluation, type ForecastsFile } from './evaluation/keeping.js';
import { summaryOf, type EvaluationSummary } from './evaluation/summary.js';
import { tradeForecasts } from './evaluation/trading.js';
import { findModel } from './models.js';

export type { ForecastsFile };

export interface EvaluationInput {
  /** `<name>@<version>`. */
  model: string;
  dataset: string;
  streams: string[];
  costs: Costs;
  /** Why an accuracy of more than 60 % is no leak; recorded with the audit. */
  explanation?: string;
}

type StreamInput = Omit<EvaluationInput, 'streams'> & { stream: string };

export const COVERAGE = 0.9;

export const evaluationSteps = (ports: Ports) => ({
  /** Figures, audit and profit of one stream's held-out window. A model that fails the audit is rejected with it. */
  async evaluateStream(input: StreamInput): Promise<EvaluationSummary> {
    const model = await findModel(ports, input.model);
    const dataset = await findDataset(ports, input.dataset);
    const assembled = await heldOut(ports, { model, dataset, stream: input.stream });
    const { rows } = assembled;
    const { explanation, stream, costs } = input;
    const { source, asOf, spec } = dataset;
    const leakAudit = await auditStreamModel(ports, {
      ...{ model, dataset, stream, rows },
      ...(explanation ? { explanation } : {}),
    });
    const { horizonBars } = spec;
    const traded = await tradeForecasts(ports, { stream, source, asOf, rows, horizonBars, costs });
    const seed = (model.spec['training'] as { seed?: number } | undefined)?.seed;
    const evaluation = await keepEvaluation(ports, {
      made: {
        ...figuresOf(input, dataset, assembled),
        ...(traded ? { traded } : {}),
        leakAudit,
        ...(seed === undefined ? {} : { seeds: [seed] }),
        dataset: dataset.id,
        source,
      },
      rows,
      knots: assembled.knots,
      datasetSha256: dataset.sha256,
    });
    await recordAudit(ports, { model, stream, evaluation: evaluation.id, audit: leakAudit });
    return summaryOf(evaluation);
  },
});

/** Forecasts of validation and test part, put together with all that was known besides. */
async function heldOut(
  ports: Ports,
  { model, dataset, stream }: { model: ModelVersion; dataset: StoredDataset; stream: string },
): Promise<Assembled> {
  const read = await readMatrix(ports, { ...dataset, stream });
  const { matrix } = read.streamMatrix;
  if (read.barsSha256 !== dataset.inputs[`bars:${stream}`])
    throw new DataQualityError(
      `Bars of ${stream} changed since ${dataset.id} was made; build the dataset again`,
    );
  const { spec, split } = dataset;
  const timeframeMs = stepOf(dataset.streams);
  const parts = sampleRows({ matrix, spec, split, timeframeMs });
  const validation = await inferRows(ports, { model, matrix, rows: parts.validation, spec });
  const test = await inferRows(ports, { model, matrix, rows: parts.test, spec });
  return assembleRows({ matrix, parts, spec, split, timeframeMs, coverage: COVERAGE, validation, test });
}

function figuresOf(input: StreamInput, dataset: StoredDataset, assembled: Assembled) {
  const { rows, residuals } = assembled;
  const { horizonBars } = dataset.spec;
  const timeframeMs = stepOf(dataset.streams);
  const { scale, n } = conformalScale({ residuals, coverage: COVERAGE });
  const errors = rows.realised.map((move, i) => move - (rows.scaled[i] ?? NaN));
  const { trainUpShare, trainDrift, levels, quantilesFrom } = assembled;
  return {
    ...evaluateForecast({
      ...rows,
      ...{ trainUpShare, trainDrift, horizonBars, timeframeMs },
      model: input.model,
      stream: input.stream,
      costs: input.costs,
    }),
    ...figuresOfRows({ rows, horizonBars, timeframeMs, coverage: COVERAGE, levels, quantilesFrom }),
    conformal: {
      coverage: COVERAGE,
      scale,
      n,
      measuredCoverage: measuredCoverage({ residuals: errors, scale }),
    },
  };
}
