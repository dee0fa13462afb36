import { z } from 'zod';
import { sentimentRecipe } from '../domain/ml/sentiment.js';

const labelledSet = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,60}$/),
  object: z
    .strictObject({ key: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
    .describe('An uploaded CSV file with the columns text, label and maybe entities'),
  role: z.enum(['train', 'measure']).optional().describe('measure: nothing of it trains'),
  weak: z.boolean().optional().describe('Labelled by a model: trains with less weight and measures nothing'),
});

/** `trainModel` with `task: sentiment`. */
export const sentimentTraining = z
  .strictObject({
    task: z.literal('sentiment'),
    name: z.string().regex(/^[\w.-]{1,60}$/),
    sets: z.array(labelledSet).min(1).max(50),
    base: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("minilm (the default), a directory of the training machine, or a hub's name"),
    weakWeight: z.number().positive().max(1).optional(),
    balance: z.boolean().optional().describe('Each label of a set trains with the same weight'),
    renamed: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Share of texts that train once more with other names'),
    maxTokens: z.int().min(8).max(512).optional(),
    recipe: sentimentRecipe.partial().optional(),
  })
  .describe('A sentiment model from labelled texts');
