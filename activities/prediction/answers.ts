import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import type { FeatureMatrix } from '../../domain/features.js';
import type { ModelVersion } from '../../domain/models.js';
import type { ScaledPoint } from '../../domain/prediction.js';
import { fanFromResiduals, fanOf, fanShifts, type KnownPath } from '../../domain/prediction/fan.js';
import { knownRows, moveAfter, uncertaintyOf, type Uncertainty } from '../../domain/prediction/residuals.js';
import type { Candidate } from './candidates.js';
import type { Forecasts, ModelForecasts } from './forecasts.js';

/** A forecast before it is put into prices: `scaled` in volatility·√horizon units. */
export interface Answer {
  model: string;
  reason: string;
  horizonBars: number;
  scaled: number;
  uncertainty: Uncertainty;
  path: ScaledPoint[];
  /** Of the one inference that decides it, ms. */
  inferenceMs: number;
  inputs: Record<string, string | number>;
}

export interface AnswerArgs {
  matrix: FeatureMatrix;
  timeframeMs: number;
  forecasts: Forecasts;
  /** The same rows with the features of another version. */
  rowsOf(featureVersion: string): Promise<FeatureMatrix>;
  /** How long that inference may take; left out: as long as the serving port waits. */
  timeoutMs?: number;
}

/** Known rows on which a model's fan is corrected; each takes one inference when it is first met. */
const FAN_ROWS = 256;

/**
 * What one model says of the present row.
 * @throws InvalidInputError where its window is not whole, DataQualityError, NotFoundError or UnreachableError where it
 * cannot be served
 */
export async function answerOf(candidate: Candidate, args: AnswerArgs): Promise<Answer> {
  const { model, evaluation, reason } = candidate;
  const { matrix, timeframeMs, forecasts } = args;
  const { horizonBars } = evaluation;
  const of = await forecasts.of(candidate, await args.rowsOf(model.featureVersion));
  const started = performance.now();
  const now = await inTime(of.at(matrix.time.length - 1), { model, timeoutMs: args.timeoutMs });
  const inferenceMs = performance.now() - started;
  // Backends check what they answer; whoever does not must not be heard all the same.
  if (!Number.isFinite(now.scaled))
    throw new DataQualityError(`${model.name}@${model.version} answers ${now.scaled}, which is no forecast`);
  const remembered = derived(matrix, `${model.id} ${evaluation.id}`, async () => {
    const rows = knownRows(matrix, { horizonBars, from: of.file.from });
    const residuals: number[] = [];
    for (const row of rows)
      residuals.push(
        moveAfter({ matrix, row, horizonBars, timeframeMs }) -
          (await pastForecast(of, { matrix, row, horizonBars })),
      );
    const { coverage } = evaluation.conformal;
    const calibration = of.file.residualQuantiles;
    const known = now.path ? await knownPaths(of, args, rows) : [];
    const shifts = fanShifts({ horizons: of.horizons, levels: of.levels, known });
    return { uncertainty: uncertaintyOf({ calibration, residuals, horizonBars, coverage }), shifts };
  });
  const { uncertainty, shifts } = await remembered;
  const { scaled, path } = now;
  return {
    model: `${model.name}@${model.version}`,
    reason,
    horizonBars,
    scaled,
    uncertainty,
    inferenceMs,
    path: path
      ? fanOf({ horizons: of.horizons, levels: of.levels, path, shifts })
      : fanFromResiduals({ horizonBars, scaled, residuals: uncertainty.residuals }),
    inputs: {
      onnx: model.onnx.sha256,
      dataset: of.dataset.sha256,
      evaluation: evaluation.id,
      forecasts: evaluation.forecasts.sha256,
      featureVersion: model.featureVersion,
    },
  };
}

/** @throws UnreachableError where it takes longer; the inference itself is left to its end */
async function inTime<T>(
  work: Promise<T>,
  { model, timeoutMs }: { model: ModelVersion; timeoutMs: number | undefined },
): Promise<T> {
  if (timeoutMs === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    const text = `${model.name}@${model.version} did not answer within ${timeoutMs} ms`;
    timer = setTimeout(() => fail(new UnreachableError(text)), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** As the evaluation had it where it covers the row, else as the model says now. */
export async function pastForecast(
  of: ModelForecasts,
  args: { matrix: FeatureMatrix; row: number; horizonBars: number },
): Promise<number> {
  const { matrix, row, horizonBars } = args;
  const held = of.file.rows.get(matrix.time[row] ?? NaN);
  if (!held) return (await of.past(row)).scaled;
  return held.forecast / ((matrix.volatility[row] ?? NaN) * Math.sqrt(horizonBars));
}

/** Paths of the latest rows that the model did not learn from, with what came at each of their horizons. */
async function knownPaths(
  of: ModelForecasts,
  { matrix, timeframeMs }: AnswerArgs,
  rows: readonly number[],
): Promise<KnownPath[]> {
  const known: KnownPath[] = [];
  for (const row of rows.slice(-FAN_ROWS)) {
    const { path } = await of.past(row);
    if (!path) continue;
    const moves = of.horizons.map((horizonBars) => moveAfter({ matrix, row, horizonBars, timeframeMs }));
    known.push({ path, moves });
  }
  return known;
}

const memory = new WeakMap<FeatureMatrix, Map<string, Promise<unknown>>>();

/** What follows from a snapshot alone, computed once for all who ask. */
export function derived<T>(matrix: FeatureMatrix, key: string, compute: () => Promise<T>): Promise<T> {
  const known = memory.get(matrix) ?? new Map<string, Promise<unknown>>();
  memory.set(matrix, known);
  const held = known.get(key) as Promise<T> | undefined;
  if (held) return held;
  const made = compute();
  known.set(key, made);
  // What failed for a passing reason is tried again.
  made.catch(() => known.delete(key));
  return made;
}
