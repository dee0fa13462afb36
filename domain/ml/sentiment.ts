import { z } from 'zod';
import { objectRef } from '../ml.js';

/** What crosses the border to Python about training a sentiment model. */

const counts = z.strictObject({ train: z.int(), validation: z.int(), test: z.int() });

/**
 * Prepared rows as Parquet: `text`, `target` (null: the text as a whole), `label`, `set`, `fold`, `split` (0 trains, 1 fits the
 * calibration and passes the gates, 2 is measured, 3 is measured and of a set that nothing of trains), `weight`, `weak`.
 */
export const sentimentDataset = z.strictObject({
  object: objectRef,
  rows: counts,
  /** Rows that did not train because they tell the same as one held out. */
  nearDuplicates: z.int().nonnegative(),
  sets: z.array(z.string()).min(1),
});

export const sentimentRecipe = z.strictObject({
  epochs: z.int().positive(),
  /** Rows of one step, of which `microBatchSize` are in memory at once. */
  batchSize: z.int().positive(),
  microBatchSize: z.int().positive(),
  learningRate: z.number().positive(),
  /** Each layer learns by this factor slower than the one above. */
  layerDecay: z.number().positive().max(1),
  labelSmoothing: z.number().nonnegative().lt(1),
  dropout: z.number().nonnegative().lt(1),
  frozenLayers: z.int().nonnegative(),
  /** `auto`: bf16 where the processor or GPU computes in it. */
  precision: z.enum(['auto', '32-true', 'bf16-mixed', '16-mixed']),
  checkpointSeconds: z.number().nonnegative(),
  seed: z.int().nonnegative(),
});

export const sentimentRequest = z.strictObject({
  name: z.string().min(1),
  /** Decides checkpoint and output keys: the same digest resumes and never repeats finished work. */
  specSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** `minilm`, a directory of the training machine, or a hub's name. */
  base: z.string().min(1),
  dataset: sentimentDataset,
  recipe: sentimentRecipe,
  maxTokens: z.int().min(8).max(512),
});

export const sentimentFigures = z.strictObject({
  set: z.string(),
  part: z.string(),
  n: z.int().positive(),
  accuracy: z.number(),
  wilson95: z.array(z.number()),
  majority: z.number(),
  macroF1: z.number(),
  ece: z.number(),
  /** The bins of `ece` that hold answers. */
  reliability: z.array(
    z.strictObject({ n: z.int().positive(), confidence: z.number(), accuracy: z.number() }),
  ),
  confusion: z.array(z.array(z.int())),
  answered: z.number(),
  accuracyAnswered: z.number(),
  abstention: z.array(z.strictObject({ answered: z.number(), from: z.number(), accuracy: z.number() })),
});

/** `onnx` is the int8 file; `description` and `card` are model.json and MODEL_CARD.md of its directory. */
export const sentimentResult = z.strictObject({
  onnx: objectRef,
  float32: objectRef,
  tokenizer: objectRef,
  description: objectRef,
  card: objectRef,
  /** Probabilities are softmax(sign(z)·|z|^power / temperature) of the centred logits z. */
  temperature: z.number().positive(),
  power: z.number().positive(),
  threshold: z.number().min(0).max(1),
  gates: z.record(z.string(), z.number()),
  figures: z.array(sentimentFigures),
  rows: counts,
  steps: z.int().positive(),
  resumedAt: z.int().nonnegative(),
  rowsPerSecond: z.number().nonnegative(),
  seconds: z.number().nonnegative(),
  parameters: z.int().positive(),
  mlflowRunId: z.string().nullable(),
  environment: z.record(z.string(), z.string()),
});

export type SentimentDataset = z.infer<typeof sentimentDataset>;
export type SentimentRecipe = z.infer<typeof sentimentRecipe>;
export type SentimentRequest = z.infer<typeof sentimentRequest>;
export type SentimentResult = z.infer<typeof sentimentResult>;

export const sentimentContracts = { sentimentDataset, sentimentRequest, sentimentFigures, sentimentResult };
