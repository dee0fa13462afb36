import type { Ports, Tensor } from '../adapters/ports.js';
import { cutWindows, sampleRows, type StreamMatrix } from '../domain/dataset.js';
import type { ModelRef } from '../domain/models.js';
import { predictRidge, type RidgeFit } from '../domain/ridge.js';
import { stepOf, type StoredDataset } from './dataset.js';

/** Largest absolute difference between the fitted formula and its ONNX file on validation samples. */
export async function ridgeParity(
  ports: Ports,
  args: { ref: ModelRef; fit: RidgeFit; streams: StreamMatrix[]; dataset: StoredDataset },
): Promise<number> {
  const { ref, fit, streams, dataset } = args;
  const { spec, split } = dataset;
  let largest = 0;
  for (const { matrix } of streams) {
    const all = sampleRows({ matrix, spec, split, timeframeMs: stepOf(dataset.streams) }).validation;
    const rows = all.slice(0, 256);
    if (rows.length === 0) continue;
    const windows = cutWindows({ matrix, rows, lookBack: spec.lookBack });
    const served = await inferTargets(ports, ref, windows, [
      rows.length,
      spec.lookBack,
      matrix.columns.length,
    ]);
    rows.forEach((row, i) => {
      const features = matrix.columns.map((column) => column[row] ?? NaN);
      largest = Math.max(largest, Math.abs(predictRidge(fit, features) - (served[i] ?? NaN)));
    });
  }
  return largest;
}

const BATCH = 512;

/** Forecasts in volatility units for windows [n, lookBack, features], in batches, through the serving port. */
export async function inferTargets(
  ports: Pick<Ports, 'serving'>,
  ref: ModelRef,
  windows: Float32Array,
  dims: [number, number, number],
): Promise<Float64Array> {
  return (await inferPath(ports, ref, windows, dims)).target;
}

export interface InferredPaths {
  /** At the model's own horizon, one per window. */
  target: Float64Array;
  /** [n, horizons, figures]: by horizon the mean, then the quantiles ascending; null where the model gives none. */
  path: { data: Float64Array; horizons: number; figures: number } | null;
}

/** The same with what the model says of all its horizons. */
export async function inferPath(
  ports: Pick<Ports, 'serving'>,
  ref: ModelRef,
  windows: Float32Array,
  dims: [number, number, number],
): Promise<InferredPaths> {
  const [n, lookBack, features] = dims;
  const stride = lookBack * features;
  const found: InferredPaths = { target: new Float64Array(n), path: null };
  for (let from = 0; from < n; from += BATCH) {
    const rows = Math.min(BATCH, n - from);
    const data = windows.subarray(from * stride, (from + rows) * stride);
    const answer = await ports.serving.infer(ref, {
      features: { type: 'float32', dims: [rows, lookBack, features], data },
    });
    const { target, path } = answer;
    if (target?.type === 'float32') found.target.set(target.data.subarray(0, rows), from);
    else for (let i = 0; i < rows; i++) found.target[from + i] = Number(target?.data[i]);
    if (path) takePath(found, { path, from, n });
  }
  return found;
}

function takePath(found: InferredPaths, args: { path: Tensor; from: number; n: number }): void {
  const [, horizons = 0, figures = 0] = args.path.dims;
  found.path ??= { data: new Float64Array(args.n * horizons * figures), horizons, figures };
  if (args.path.type === 'float32') found.path.data.set(args.path.data, args.from * horizons * figures);
}
