import { z } from 'zod';
import { datasetRef, objectRef } from '../ml.js';

/** What crosses the border to Python about batches on the queue `torch`. */

/** A version with the files that it can be run from. */
export const servedModel = z.strictObject({
  name: z.string().min(1),
  version: z.string().min(1),
  onnx: objectRef,
  torchscript: objectRef.nullable(),
});

/** All samples of a dataset, `batchSize` at a time. `key` decides where the answers go: the same key resumes. */
export const inferenceRequest = z.strictObject({
  model: servedModel,
  dataset: datasetRef,
  batchSize: z.int().positive(),
  key: z.string().min(1),
});

/**
 * `answers` is Parquet, one row a sample: `row` (int64, place in the dataset), `time` (int64, epoch ms, close of the row's
 * bar), `stream` and `split` (int32) as in the dataset, then each output float32: `target`, and of more dimensions
 * `path_0_0`, `path_0_1`, …
 */
export const inferenceResult = z.strictObject({
  answers: objectRef,
  rows: z.int().positive(),
  /** Digest of the file that was run, and what ran it. */
  fileSha256: z.string().regex(/^[0-9a-f]{64}$/),
  platform: z.string(),
  provider: z.string(),
  /** Rows that an attempt before had answered. */
  resumedAt: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
});

export type InferenceRequest = z.infer<typeof inferenceRequest>;
export type InferenceResult = z.infer<typeof inferenceResult>;

export const inferenceContracts = { servedModel, inferenceRequest, inferenceResult };
