import type { Ports } from '../../adapters/ports.js';
import { calibrationDrift } from '../../domain/drift/calibration.js';
import { inputDrift, isCalendar, type InputDrift } from '../../domain/drift/inputs.js';
import { residualDrift } from '../../domain/drift/residuals.js';
import { DRIFT_THRESHOLDS } from '../../domain/drift/thresholds.js';
import type { Measured } from '../../domain/drift/verdict.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { describeWarmUp, type FeatureMatrix } from '../../domain/features.js';
import type { ModelVersion } from '../../domain/models.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { readMatrix, type StoredDataset } from '../dataset.js';
import { evaluatedOutcomes, settledOutcomes, storedRows, type StoredRows } from './samples.js';

/** A champion and what it is held against. */
export interface Watched {
  model: ModelVersion;
  evaluation: Evaluation;
  dataset: StoredDataset;
}

/** What a look at a stream looks at. */
export interface DriftLook {
  source: Source;
  stream: string;
  /** Of the run, epoch ms. */
  asOf: number;
  /** End of the stored bars, epoch ms. */
  end: number;
  /** Rows of the recent window; null: thirty days. */
  recentBars: number | null;
  level: number;
}

const MONTH_MS = 30 * 86_400_000;
/** Where a month has fewer bars. */
const LEAST_USUAL_BARS = 200;

/** Everything that a report tells, from the stored rows of both sides. */
export async function measureChampion(ports: Ports, look: DriftLook, watched: Watched) {
  const { evaluation, dataset, model } = watched;
  const step = timeframeMs(parseStream(look.stream).timeframe);
  const horizonMs = evaluation.horizonBars * step;
  const rows = await storedRows(ports, dataset, look.stream);
  const wanted = wantedRows(look, rows, step);
  const settledBars = Math.max(wanted, 2 * DRIFT_THRESHOLDS.leastSettled * evaluation.horizonBars);
  const from = look.end - (settledBars + evaluation.horizonBars + describeWarmUp()) * step;
  const request = { source: look.source, stream: look.stream, from, to: look.end, asOf: look.asOf };
  const { sentimentModel, featureVersion } = dataset;
  const read = await readMatrix(ports, { ...request, sentimentModel, featureVersion });
  const { matrix } = read.streamMatrix;
  const recent = recentRows(matrix, rows.trainedTo, wanted);
  const inputs = measureInputs({ rows, recent, matrix, wanted });
  const asked = {
    where: {
      stream: look.stream,
      model: `${model.name}@${model.version}`,
      sourceKey: sourceKey(look.source),
    },
    ...{ horizonBars: evaluation.horizonBars, from, asOf: look.asOf },
  };
  const settled = await settledOutcomes(ports, asked, { matrix, horizonMs });
  const reference = await evaluatedOutcomes(ports, evaluation, { rows, horizonMs });
  const { time } = settled.outcomes;
  const errors = measureErrors(settled.outcomes, { ...settled, reference });
  return {
    inputs,
    ...errors,
    asOf: matrix.time.at(-1) ?? NaN,
    window: {
      from: matrix.time[recent[0] ?? -1] ?? NaN,
      to: matrix.time[recent.at(-1) ?? -1] ?? NaN,
      rows: recent.length,
      trainingRows: rows.training.get('volatility')?.length ?? 0,
    },
    settled: time.length > 0 ? { from: time[0] ?? NaN, to: time.at(-1) ?? NaN, n: time.length } : null,
    times: time,
    read: { from, to: look.end, asOf: look.asOf, sentimentModel: dataset.sentimentModel },
    digests: { bars: read.barsSha256, scores: read.scoresSha256, settlements: settled.sha256 },
  };
}

/** A month, or what was asked for; at most as much as the training part holds five times. */
function wantedRows(look: DriftLook, rows: StoredRows, step: number): number {
  const asked = look.recentBars ?? Math.max(LEAST_USUAL_BARS, Math.round(MONTH_MS / step));
  const trained = rows.training.get('volatility')?.length ?? 0;
  return Math.min(asked, Math.floor(trained / DRIFT_THRESHOLDS.leastWindows));
}

/** The latest rows with all features that lie behind the training part. */
function recentRows(matrix: FeatureMatrix, trainedTo: number, wanted: number): number[] {
  const known = Array.from(matrix.time, (_, row) => row).filter(
    (row) =>
      (matrix.time[row] ?? NaN) > trainedTo &&
      Number.isFinite(matrix.volatility[row]) &&
      matrix.columns.every((column) => Number.isFinite(column[row])),
  );
  return wanted > 0 ? known.slice(-wanted) : [];
}

function measureInputs(args: {
  rows: StoredRows;
  recent: number[];
  matrix: FeatureMatrix;
  wanted: number;
}): Measured<InputDrift[]> {
  const { rows, recent, matrix, wanted } = args;
  const { leastRows, leastWindows } = DRIFT_THRESHOLDS;
  const trained = rows.training.get('volatility')?.length ?? 0;
  if (wanted < leastRows)
    return {
      missing: `the training part has ${trained} rows of this stream; ${leastWindows} windows of ${leastRows} are needed`,
    };
  if (recent.length < leastRows)
    return {
      missing: `${recent.length} rows lie behind the training part; ${leastRows} are needed`,
    };
  const names = [...rows.training.keys()].filter((name) => !isCalendar(name));
  const columnOf = (name: string): ArrayLike<number> =>
    name === 'volatility' ? matrix.volatility : (matrix.columns[matrix.names.indexOf(name)] ?? []);
  return {
    measured: inputDrift({
      names,
      reference: names.map((name) => rows.training.get(name) ?? []),
      recent: names.map((name) => Float64Array.from(recent, (row) => columnOf(name)[row] ?? NaN)),
    }),
  };
}

type Outcomes = Awaited<ReturnType<typeof evaluatedOutcomes>>;

function measureErrors(
  settled: Outcomes,
  { promised, reference }: { promised: number; reference: Outcomes },
) {
  const { leastSettled } = DRIFT_THRESHOLDS;
  const n = settled.time.length;
  if (n < leastSettled) {
    const missing = `${n} settled forecasts of this model whose horizons do not overlap; ${leastSettled} are needed`;
    return { residuals: { missing }, calibration: { missing } };
  }
  const known = reference.time.length;
  if (known < leastSettled) {
    const missing = `${known} forecasts of the evaluation lie in the champion's dataset; ${leastSettled} are needed`;
    return { residuals: { missing }, calibration: { missing } };
  }
  return {
    residuals: { measured: residualDrift({ reference: reference.residual, recent: settled.residual }) },
    calibration: {
      measured: calibrationDrift({
        inside: settled.inside,
        promised,
        brier: settled.brier,
        referenceInside: reference.inside,
        referenceBrier: reference.brier,
      }),
    },
  };
}
