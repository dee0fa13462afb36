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
 * `target` and `volatility` (float64), `target_<h>` (float64) for each of the `horizons` but `horizonBars`, whose outcome
 * is `target`, then one float32 column per name in `features`. Rows of one stream are contiguous and ascending by time.
 * A sample is a row with split 0..2 and the `lookBack` rows that end with it; it has an outcome at every horizon.
 */
export const datasetRef = z.strictObject({
  object: objectRef,
  rows: z.int().positive(),
  streams: z.array(z.string()).min(1),
  features: z.array(z.string()).min(1),
  featureVersion: z.string(),
  lookBack: z.int().positive(),
  horizonBars: z.int().positive(),
  /** Ascending, in bars; holds `horizonBars`. */
  horizons: z.array(z.int().positive()).min(1),
});

/** One training in several processes: see domain/training/distributed.ts. */
export const distributed = z.strictObject({
  engine: z.enum(['torchrun', 'ray']),
  processes: z.int().positive().max(1024),
  nodes: z.array(z.string().min(1)).nullish(),
  rendezvous: z.string().nullish(),
  address: z.string().nullish(),
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
    /** `auto`: bfloat16 where the machine computes in it. */
    precision: z.enum(['auto', 'float32', 'bfloat16']),
    /** Largest norm of the gradient. */
    gradientClip: z.number().positive(),
    /** torch.compile; without a compiler the training goes on as it is, and a note says so. */
    compile: z.boolean(),
    /** Levels between 0 and 1, ascending; none: the mean alone. */
    quantiles: z.array(z.number().gt(0).lt(1)),
    distributed: distributed.nullish(),
  }),
});

/** What one of several machines does of a training; `run` is the same for all of them and for no other attempt. */
export const trainPartRequest = z.strictObject({
  request: trainRequest,
  node: z.int().nonnegative(),
  run: z.string().min(1),
});

export const epochRecord = z.strictObject({
  epoch: z.int().positive(),
  trainLoss: z.number(),
  validationLoss: z.number(),
  seconds: z.number().nonnegative(),
});

export const distributedResult = z.strictObject({
  engine: z.enum(['torchrun', 'ray']),
  processes: z.int().positive(),
  /** Mean over all epochs. */
  secondsPerEpoch: z.number().nonnegative(),
  /** Of one process. */
  threads: z.int().positive(),
  ranks: z
    .array(
      z.strictObject({
        rank: z.int().nonnegative(),
        /** The machine's own name for itself. */
        host: z.string(),
        peakMemoryBytes: z.int().nonnegative(),
        /** In reductions of the last attempt, waiting for the others included; null on GPUs, where nobody waits for them. */
        reducingSeconds: z.number().nonnegative().nullable(),
      }),
    )
    .min(1),
});

/**
 * The ONNX takes `features` float32 [batch, lookBack, features], raw, and gives `target` float32 [batch], the mean at
 * `horizonBars`, and `path` float32 [batch, horizons, 1 + quantiles]: the mean first, then the quantiles, which never
 * cross. All in units of volatility·√horizon. Ridge, and models from before, have no `path`.
 */
export const trainResult = z.strictObject({
  onnx: objectRef,
  /** The same model for servers of PyTorch, as near to the ONNX file as that is to the trained one; null where it has none. */
  torchscript: objectRef.nullable(),
  /** Largest absolute difference between PyTorch and onnxruntime on validation samples. */
  parityMaxAbs: z.number().nonnegative(),
  epochs: z.array(epochRecord).min(1),
  bestEpoch: z.int().positive(),
  rows: z.strictObject({ train: z.int(), validation: z.int(), test: z.int() }),
  seconds: z.number().nonnegative(),
  parameters: z.int().positive(),
  mlflowRunId: z.string().nullable(),
  environment: z.record(z.string(), z.string()),
  /** Levels and horizons of `path`. */
  quantiles: z.array(z.number()),
  horizons: z.array(z.int().positive()).min(1),
  /** `early`: no better for `patience` epochs; `diverged`: the loss left all bounds, and the best epoch before is kept. */
  stopped: z.enum(['finished', 'early', 'diverged']),
  /** What was used: half of what was asked for where memory ran out. */
  batchSize: z.int().positive(),
  /** Digest of the weights by name, whatever exporter wrote the file. */
  weightsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Training windows a second, over all epochs; null where nobody measured. */
  rowsPerSecond: z.number().nonnegative().nullable(),
  /** Most memory the process (and the GPU, where there is one) held. */
  peakMemoryBytes: z.int().nonnegative().nullable(),
  /** What went otherwise than asked for, in words. */
  notes: z.array(z.string()),
  /** Null where one process trained it. */
  distributed: distributedResult.nullish(),
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
export type TrainPartRequest = z.infer<typeof trainPartRequest>;
export type TrainResult = z.infer<typeof trainResult>;
export type EpochRecord = z.infer<typeof epochRecord>;

/** Everything the contract file holds, by name. */
export const mlContracts = {
  objectRef,
  datasetRef,
  trainRequest,
  trainPartRequest,
  epochRecord,
  trainResult,
  suggestRequest,
  suggestResult,
};
