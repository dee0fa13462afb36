import type { Ports } from '../../adapters/ports.js';
import { cutWindows, type DatasetSpec } from '../../domain/dataset.js';
import { DataQualityError } from '../../domain/errors.js';
import type { ModelOutput } from '../../domain/evaluation/assemble.js';
import type { FeatureMatrix } from '../../domain/features.js';
import type { TrainResult } from '../../domain/ml.js';
import type { ModelVersion } from '../../domain/models.js';
import { beat } from '../beat.js';

const BATCH = 512;

/** What a model says of these rows, batch by batch through the serving port; its own quantiles where it gives a path. */
export async function inferRows(
  ports: Ports,
  args: {
    model: ModelVersion;
    matrix: FeatureMatrix;
    rows: Int32Array;
    spec: Pick<DatasetSpec, 'lookBack' | 'horizonBars'>;
  },
): Promise<ModelOutput> {
  const { model, matrix, rows, spec } = args;
  const place = pathPlace(model, spec.horizonBars);
  const scaled = new Float64Array(rows.length);
  const columns = place?.levels.map(() => new Float64Array(rows.length)) ?? [];
  let hasPath = place !== null;
  for (let from = 0; from < rows.length; from += BATCH) {
    const part = rows.subarray(from, from + BATCH);
    const data = cutWindows({ matrix, rows: part, lookBack: spec.lookBack });
    const dims = [part.length, spec.lookBack, matrix.columns.length];
    const { target, path } = await ports.serving.infer(model, {
      features: { type: 'float32', dims, data },
    });
    for (let i = 0; i < part.length; i++) scaled[from + i] = Number(target?.data[i]);
    if (!path || !place) hasPath = false;
    else if (hasPath) readPath({ path: path.data, place, columns, from, rows: part.length });
    beat();
  }
  checkFinite(model, scaled);
  return { scaled, quantiles: hasPath && place ? { levels: place.levels, columns } : null };
}

interface PathPlace {
  levels: number[];
  /** Which of the horizons, and how many there are. */
  horizon: number;
  horizons: number;
}

/** Where in `path` the quantiles at the horizon stand; null for models that give none. */
function pathPlace(model: ModelVersion, horizonBars: number): PathPlace | null {
  const { quantiles, horizons } = model.training as Partial<Pick<TrainResult, 'quantiles' | 'horizons'>>;
  if (!quantiles || quantiles.length === 0 || !horizons) return null;
  const horizon = horizons.indexOf(horizonBars);
  return horizon < 0 ? null : { levels: quantiles, horizon, horizons: horizons.length };
}

function readPath(args: {
  path: ArrayLike<number | bigint>;
  place: PathPlace;
  columns: Float64Array[];
  from: number;
  rows: number;
}): void {
  const { path, place, columns, from, rows } = args;
  const width = 1 + place.levels.length;
  for (let i = 0; i < rows; i++) {
    // The mean stands first, then the quantiles.
    const start = (i * place.horizons + place.horizon) * width + 1;
    columns.forEach((column, level) => (column[from + i] = Number(path[start + level])));
  }
}

function checkFinite(model: ModelVersion, scaled: Float64Array): void {
  const bad = scaled.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new DataQualityError(`${model.id} answers ${scaled[bad]} at row ${bad}; a forecast is a number`);
}
