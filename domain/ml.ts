import { z } from 'zod';

/**
 * What crosses the border to Python, both ways. `npm run contracts` writes it as JSON Schema to
 * ml-pipelines/contracts.json; the pydantic models there are compared with it.
 */

export const objectRef = z.strictObject({
  key: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
});

/**
 * A finished matrix, Parquet: column `time` (int64, epoch ms, close of the row's bar), `stream` (int32,
 * index into `streams`), `split` (int32: 0 train, 1 validation, 2 test, -1 purged or not usable as a sample),
 * `target` and `volatility` (float64), then one float32 column per name in `features`. Rows of one stream are
 * contiguous and ascending by time. A sample is a row with split 0..2 and the `lookBack` rows that end with it.
 */
export const datasetRef = z.strictObject({
  object: objectRef,
  rows: z.int().positive(),
  streams: z.array(z.string()).min(1),
  features: z.array(z.string()).min(1),
  featureVersion: z.string(),
  lookBack: z.int().positive(),
  horizonBars: z.int().positive(),
});

export const trainRequest = z.strictObject({
  /** Registry key of the Python model: `patchtst`. */
  kind: z.string(),
  name: z.string(),
  /** Decides checkpoint and output keys: the same digest resumes and never repeats finished work. */
  specSha256: z.string().regex(/^[0-9a-f]{64}$/),
  dataset: datasetRef,
  /** Model hyper-parameters by the model's own names. */
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  training: z.strictObject({
    maxEpochs: z.int().positive(),
    patience: z.int().positive(),
    batchSize: z.int().positive(),
    learningRate: z.number().positive(),
    seed: z.int().nonnegative(),
  }),
});

export const epochRecord = z.strictObject({
  epoch: z.int().positive(),
  trainLoss: z.number(),
  validationLoss: z.number(),
  seconds: z.number().nonnegative(),
});

/** The ONNX takes `features` float32 [batch, lookBack, features], raw, and gives `target` float32 [batch]. */
export const trainResult = z.strictObject({
  onnx: objectRef,
  /** Largest absolute difference between PyTorch and onnxruntime on validation samples. */
  parityMaxAbs: z.number().nonnegative(),
  epochs: z.array(epochRecord).min(1),
  bestEpoch: z.int().positive(),
  rows: z.strictObject({ train: z.int(), validation: z.int(), test: z.int() }),
  seconds: z.number().nonnegative(),
  parameters: z.int().positive(),
  mlflowRunId: z.string().nullable(),
  environment: z.record(z.string(), z.string()),
});

const numbers = z.record(z.string(), z.number());

/** An axis of a search space: either `values`, or bounds with an optional step, on a linear or a log scale. */
const suggestAxis = z.strictObject({
  values: z.array(z.number()).nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  step: z.number().nullable(),
  log: z.boolean(),
});

/** What was tried (`value` null: without a result) and how many more are wanted; more is better. */
export const suggestRequest = z.strictObject({
  space: z.record(z.string(), suggestAxis),
  told: z.array(z.strictObject({ params: numbers, value: z.number().nullable() })),
  count: z.int().positive(),
  /** Trials at random before the model of the space is trusted. */
  startup: z.int().positive(),
  seed: z.int().nonnegative(),
});

export const suggestResult = z.strictObject({ params: z.array(numbers) });

export type SuggestRequest = z.infer<typeof suggestRequest>;
export type SuggestResult = z.infer<typeof suggestResult>;
export type DatasetRef = z.infer<typeof datasetRef>;
export type TrainRequest = z.infer<typeof trainRequest>;
export type TrainResult = z.infer<typeof trainResult>;
export type EpochRecord = z.infer<typeof epochRecord>;

/** Everything the contract file holds, by name. */
export const mlContracts = {
  objectRef,
  datasetRef,
  trainRequest,
  epochRecord,
  trainResult,
  suggestRequest,
  suggestResult,
};
