import { commonNames, joinDoubles, joinFeature, streamColumn } from './dataset/columns.js';
import {
  checkBoundaries,
  checkSpec,
  countParts,
  sampleParts,
  splitColumn,
  tooLittleHistory,
} from './dataset/samples.js';
import { InvalidInputError } from './errors.js';
import type { FeatureMatrix } from './features.js';
import { at } from './indicators/averages.js';
import type { ObjectRef } from './models.js';
import type { Source } from './sources.js';

export interface DatasetSpec {
  lookBack: number;
  horizonBars: number;
  /** Bars ahead that a model learns at once: ascending, at most 96, with `horizonBars` among them. Left out: that alone. */
  horizons?: number[];
  /** Shares of the time span, the rest is training. */
  validationShare: number;
  testShare: number;
  /** Bars left out between the parts, beyond the purge of the furthest horizon. */
  embargoBars: number;
  /** Where the parts begin instead of by shares, as close times; left out: by the shares. */
  boundaries?: { validationFrom: number; testFrom: number };
}

export interface StreamMatrix {
  stream: string;
  matrix: FeatureMatrix;
}

/** Split boundaries as close times, epoch ms: the same for all streams. */
export interface SplitTimes {
  validationFrom: number;
  testFrom: number;
  testTo: number;
}

/** Content-addressed: same spec and data, same `sha256`, no rework. Stored in `datasets`. */
export interface Dataset {
  /** `ds_` and 24 hex digits of sha256. */
  id: string;
  sha256: string;
  object: ObjectRef;
  rows: number;
  streams: string[];
  features: string[];
  featureVersion: string;
  spec: DatasetSpec;
  split: SplitTimes;
  asOf: number;
  /** Digest of the bars per stream and of the scores read. */
  inputs: Record<string, string>;
  createdAt: number;
  source: Source;
}

/** One table column; int64 values are whole numbers in a Float64Array. */
export type DatasetColumn =
  | { name: string; type: 'float64'; values: Float64Array }
  | { name: string; type: 'float32'; values: Float32Array }
  | { name: string; type: 'int64'; values: Float64Array }
  | { name: string; type: 'int32'; values: Int32Array };

export interface SplitCounts {
  train: number;
  validation: number;
  test: number;
}

export interface DatasetTable {
  columns: DatasetColumn[];
  rows: number;
  split: SplitTimes;
  counts: SplitCounts;
}

/**
 * Boundaries over the whole span of all streams, on the grid of closes. Training is before `validationFrom`,
 * validation before `testFrom`, the test runs up to and including `testTo`, the last close.
 * @param args.times ascending close times per stream, epoch ms
 * @throws InvalidInputError where the spec is wrong or no stream has a row
 */
export function splitTimes(args: {
  times: Float64Array[];
  spec: DatasetSpec;
  timeframeMs: number;
}): SplitTimes {
  const { spec, timeframeMs } = args;
  checkSpec(spec);
  const filled = args.times.filter((times) => times.length > 0);
  if (filled.length === 0)
    throw new InvalidInputError('A split needs at least one stream with bars; there is none');
  const from = Math.min(...filled.map((times) => at(times, 0)));
  const testTo = Math.max(...filled.map((times) => at(times, times.length - 1)));
  if (spec.boundaries) return { ...checkBoundaries(spec.boundaries, from, testTo), testTo };
  const bars = (testTo - from) / timeframeMs;
  // Rounded before it is floored: 0.1 + 0.2 must not move a boundary by a bar.
  const boundary = (share: number): number =>
    from + Math.floor(Number((bars * share).toFixed(6))) * timeframeMs;
  return {
    validationFrom: boundary(1 - spec.validationShare - spec.testShare),
    testFrom: boundary(1 - spec.testShare),
    testTo,
  };
}

/**
 * The training table of several streams in the format documented at `datasetRef` in domain/ml.ts.
 * @throws InvalidInputError where streams have other features than the first, or where one has too little
 * history for a sample in each part (validation and test; training may come from the other streams).
 */
export function datasetTable(args: {
  streams: StreamMatrix[];
  spec: DatasetSpec;
  timeframeMs: number;
}): DatasetTable {
  const { streams, spec, timeframeMs } = args;
  const names = commonNames(streams);
  const split = splitTimes({ times: streams.map(({ matrix }) => matrix.time), spec, timeframeMs });
  const parts = streams.map(({ matrix }) => splitColumn({ matrix, spec, split, timeframeMs }));
  const counts = countParts(parts.map(({ split: column }) => column));
  streams.forEach((stream, i) => {
    const own = countParts([(parts[i] as { split: Int32Array }).split]);
    if (own.validation === 0 || own.test === 0 || counts.train === 0)
      throw tooLittleHistory({ ...stream, spec, counts: own });
  });
  const matrices = streams.map(({ matrix }) => matrix);
  const columns: DatasetColumn[] = [
    { name: 'time', type: 'int64', values: joinDoubles(matrices.map(({ time }) => time)) },
    { name: 'stream', type: 'int32', values: streamColumn(matrices) },
    { name: 'split', type: 'int32', values: Int32Array.from(parts.flatMap((part) => [...part.split])) },
    { name: 'target', type: 'float64', values: joinDoubles(parts.map(({ target }) => target)) },
    {
      name: 'volatility',
      type: 'float64',
      values: joinDoubles(matrices.map(({ volatility }) => volatility)),
    },
    ...(parts[0]?.others ?? []).map(({ horizon }, i): DatasetColumn => ({
      name: `target_${horizon}`,
      type: 'float64',
      values: joinDoubles(parts.map(({ others }) => others[i]?.target ?? new Float64Array())),
    })),
    ...names.map((name, i): DatasetColumn => ({ name, type: 'float32', values: joinFeature(matrices, i) })),
  ];
  return { columns, rows: (columns[0] as DatasetColumn).values.length, split, counts };
}

/** Rows of one stream that are samples, by part: the same that `datasetTable` marks. Empty parts are no error. */
export function sampleRows(args: {
  matrix: FeatureMatrix;
  spec: DatasetSpec;
  split: SplitTimes;
  timeframeMs: number;
}): { train: Int32Array; validation: Int32Array; test: Int32Array } {
  checkSpec(args.spec);
  return sampleParts(splitColumn(args).split);
}

/**
 * What a model is served with: [rows.length, lookBack, features], row-major, each window ending with its row.
 * @throws InvalidInputError where a window starts before row 0, ends after the last row or holds NaN
 */
export function cutWindows(args: {
  matrix: FeatureMatrix;
  rows: number[] | Int32Array;
  lookBack: number;
}): Float32Array {
  const { matrix, rows, lookBack } = args;
  const { columns, names } = matrix;
  const windows = new Float32Array(rows.length * lookBack * columns.length);
  let position = 0;
  for (const row of rows) {
    if (!Number.isInteger(row) || row - lookBack + 1 < 0 || row >= matrix.time.length)
      throw new InvalidInputError(
        `No window of ${lookBack} rows ends at row ${row}: rows ${lookBack - 1} to ${matrix.time.length - 1} have one`,
      );
    for (let i = row - lookBack + 1; i <= row; i++)
      for (let feature = 0; feature < columns.length; feature++) {
        const value = columns[feature]?.[i] ?? NaN;
        if (Number.isNaN(value))
          throw new InvalidInputError(
            `The window of ${lookBack} rows that ends at row ${row} holds no ${names[feature]} at row ${i}; it is in the warm-up`,
          );
        windows[position++] = value;
      }
  }
  return windows;
}
