import { z } from 'zod';
import { TRAINERS } from '../domain/training/trainers.js';
import { request, streamText } from './schemas.js';
import { window } from './window-inputs.js';

const bars = z.int().min(1).max(1_000_000);
const basisPoints = z.number().min(0).max(1000);
const value = z.union([z.number(), z.string(), z.boolean()]);

export const explanation = z
  .string()
  .min(20)
  .max(2000)
  .optional()
  .describe('Why a directional accuracy of more than 60 % is no leak; recorded with the audit');

/** `walkForward`. */
export const evaluationInputs = {
  walkForward: request(
    'WalkForwardInput',
    z.strictObject({
      ...window,
      streams: z.array(streamText).min(1).max(50),
      name: z
        .string()
        .regex(/^[\w.-]+$/)
        .optional(),
      trainer: z.enum(TRAINERS).optional(),
      params: z.record(z.string(), value).optional(),
      training: z
        .strictObject({
          maxEpochs: z.int().min(1).max(10_000),
          patience: z.int().min(1).max(10_000),
          batchSize: z.int().min(1).max(1_000_000),
          learningRate: z.number().positive().max(10),
          seed: z.int().min(0).max(2_147_483_647),
          precision: z.enum(['auto', 'float32', 'bfloat16']),
          gradientClip: z.number().positive(),
          compile: z.boolean(),
          quantiles: z.array(z.number().gt(0).lt(1)).max(99),
        })
        .partial()
        .optional(),
      lookBack: z.int().min(8).max(2048).optional(),
      horizonBars: z.int().min(1).max(96).optional(),
      horizons: z.array(z.int().min(1).max(96)).min(1).max(96).optional(),
      sentimentIndex: z
        .boolean()
        .optional()
        .describe('With the sentiment index and the width of its interval among the features'),
      scheme: z.enum(['expanding', 'rolling']).optional(),
      folds: z.int().min(1).max(100).optional(),
      testBars: bars.optional(),
      validationBars: bars.optional(),
      embargoBars: z.int().min(0).max(100_000).optional(),
      feeBps: basisPoints.optional(),
      slippageBps: basisPoints.optional(),
      explanation,
    }),
  ),
} as const;
