import type { Ports } from '../../adapters/ports.js';
import { cutWindows } from '../../domain/dataset.js';
import { horizonsOf } from '../../domain/dataset/samples.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';
import type { FeatureMatrix } from '../../domain/features.js';
import type { PathRow } from '../../domain/prediction/fan.js';
import { findDataset, type StoredDataset } from '../dataset.js';
import type { ForecastsFile } from '../evaluation.js';
import { inferPath } from '../parity.js';
import type { Candidate } from './candidates.js';

/** What a model says at one row, in units of volatility·√horizon; NaN where its window is not whole. */
export interface RowForecast {
  scaled: number;
  path: PathRow | null;
}

export interface ModelForecasts {
  horizons: readonly number[];
  levels: readonly number[];
  dataset: StoredDataset;
  file: HeldOut;
  /** @throws InvalidInputError where the window of the row is not whole: too little history */
  at(row: number): Promise<RowForecast>;
  /** The same, remembered, and NaN in the place of an error about the window. */
  past(row: number): Promise<RowForecast>;
}

/** The forecasts of an evaluation by the close time of the deciding bar. */
export interface HeldOut {
  from: number;
  rows: ReadonlyMap<number, { forecast: number; actual: number }>;
  residualQuantiles: readonly number[];
}

const NOTHING: RowForecast = { scaled: NaN, path: null };
/** Models times streams whose past forecasts are remembered. */
const REMEMBERED = 500;
const FILES = 200;

interface Memory {
  matrix: FeatureMatrix;
  byTime: Map<number, RowForecast>;
}

/**
 * Forecasts of models on snapshots, one window at a time: a batch may round differently, and the same inputs have to
 * give the same bytes whoever asks. Past ones are kept as long as the windows that they were made from are the same.
 */
export function openForecasts(ports: Ports) {
  const memories = new Map<string, Memory>();
  const files = new Map<string, HeldOut>();
  const datasets = new Map<string, StoredDataset>();
  const remember = (key: string, matrix: FeatureMatrix, lookBack: number): Memory => {
    const known = memories.get(key);
    memories.delete(key);
    const memory =
      known?.matrix === matrix
        ? known
        : { matrix, byTime: known ? carried(known, matrix, lookBack) : new Map() };
    memories.set(key, memory as Memory);
    trim(memories, REMEMBERED);
    return memory as Memory;
  };
  return {
    async of({ model, evaluation }: Candidate, matrix: FeatureMatrix): Promise<ModelForecasts> {
      const dataset = await held(datasets, model.dataset ?? '', () =>
        findDataset(ports, model.dataset ?? ''),
      );
      const { key, sha256 } = evaluation.forecasts;
      const file = await held(files, sha256, async () => heldOut(await ports.objects.get(key, sha256), key));
      const { lookBack } = dataset.spec;
      const levels = levelsOf(model.training);
      const horizons = horizonsOf(dataset.spec);
      const memory = remember(
        JSON.stringify([model.id, evaluation.stream, evaluation.source]),
        matrix,
        lookBack,
      );
      const at = async (row: number): Promise<RowForecast> => {
        const windows = cutWindows({ matrix, rows: [row], lookBack });
        const found = await inferPath(ports, model, windows, [1, lookBack, matrix.columns.length]);
        const name = `${model.name}@${model.version}`;
        return { scaled: found.target[0] ?? NaN, path: pathOf(found.path, { name, horizons, levels }) };
      };
      const past = async (row: number): Promise<RowForecast> => {
        const time = matrix.time[row] ?? NaN;
        const known = memory.byTime.get(time);
        if (known) return known;
        const made = await at(row).catch((error: unknown) => {
          // A hole in the window; anything else is wrong with the model.
          if (error instanceof InvalidInputError) return NOTHING;
          throw error;
        });
        memory.byTime.set(time, made);
        return made;
      };
      return { horizons, levels, dataset, file, at, past };
    },
  };
}

export type Forecasts = ReturnType<typeof openForecasts>;

const levelsOf = (training: Record<string, unknown>): number[] =>
  Array.isArray(training['quantiles']) ? (training['quantiles'] as number[]) : [];

/** @throws DataQualityError where the output is not of the horizons and levels that the record states */
function pathOf(
  path: { data: Float64Array; horizons: number; figures: number } | null,
  told: { name: string; horizons: readonly number[]; levels: readonly number[] },
): PathRow | null {
  if (!path) return null;
  const { name, horizons, levels } = told;
  if (path.horizons !== horizons.length || path.figures !== levels.length + 1)
    throw new DataQualityError(
      `Model ${name} gives a path of ${path.horizons} horizons and ${path.figures} figures; its record states ${horizons.length} and ${levels.length + 1}`,
    );
  return horizons.map((_, i) => Array.from(path.data.subarray(i * path.figures, (i + 1) * path.figures)));
}

/** @throws DataQualityError where it is no file of forecasts */
function heldOut(bytes: Uint8Array, key: string): HeldOut {
  let file: ForecastsFile;
  try {
    file = JSON.parse(new TextDecoder().decode(bytes)) as ForecastsFile;
  } catch {
    throw new DataQualityError(`Object ${key} is no file of forecasts: it is no JSON`);
  }
  const rows = new Map<number, { forecast: number; actual: number }>();
  file.time.forEach((time, i) => {
    const last = file.lastClose[i] ?? NaN;
    const [forecast, actual] = [file.forecast[i] ?? NaN, file.actual[i] ?? NaN];
    rows.set(time, { forecast: Math.log(forecast / last), actual: Math.log(actual / last) });
  });
  return { from: file.time[0] ?? Infinity, rows, residualQuantiles: file.residualQuantiles };
}

/** What was forecast from windows that are bit-equal in the new matrix. */
function carried(known: Memory, matrix: FeatureMatrix, lookBack: number): Map<number, RowForecast> {
  const same = firstDifference(known.matrix, matrix);
  const kept = new Map<number, RowForecast>();
  for (let row = same.from + lookBack - 1; row < same.to; row++) {
    const time = matrix.time[row] ?? NaN;
    const forecast = known.byTime.get(time);
    if (forecast) kept.set(time, forecast);
  }
  return kept;
}

/** Rows [from, to) of `now` that are in `before` with the same time and features. */
export function firstDifference(before: FeatureMatrix, now: FeatureMatrix): { from: number; to: number } {
  const shift = before.time.indexOf(now.time[0] ?? NaN);
  const equal = (a: number | undefined, b: number | undefined): boolean => Object.is(a, b);
  if (shift < 0) return { from: 0, to: 0 };
  const rows = Math.min(now.time.length, before.time.length - shift);
  let to = 0;
  while (
    to < rows &&
    equal(now.time[to], before.time[to + shift]) &&
    now.columns.every((column, i) => equal(column[to], before.columns[i]?.[to + shift]))
  )
    to++;
  return { from: 0, to };
}

async function held<T>(map: Map<string, T>, key: string, read: () => Promise<T>): Promise<T> {
  const known = map.get(key);
  if (known) return known;
  const made = await read();
  map.set(key, made);
  trim(map, FILES);
  return made;
}

function trim(map: Map<string, unknown>, most: number): void {
  for (const oldest of map.keys())
    if (map.size > most) map.delete(oldest);
    else return;
}
