import type { Ports } from '../adapters/ports.js';
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
  ports: Ports,
  ref: ModelRef,
  windows: Float32Array,
  dims: [number, number, number],
): Promise<Float64Array> {
  const [n, lookBack, features] = dims;
  const stride = lookBack * features;
  const out = new Float64Array(n);
  for (let from = 0; from < n; from += BATCH) {
    const rows = Math.min(BATCH, n - from);
    const data = windows.subarray(from * stride, (from + rows) * stride);
    const answer = await ports.serving.infer(ref, {
      features: { type: 'float32', dims: [rows, lookBack, features], data },
    });
    const target = answer['target'];
    for (let i = 0; i < rows; i++) out[from + i] = Number(target?.data[i]);
  }
  return out;
}
