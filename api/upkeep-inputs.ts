import { z } from 'zod';
import { request, streamText } from './schemas.js';

const source = z
  .union([
    z.string().min(1).describe('live, recorded:<directory>, simulated or simulated:<seed>'),
    z.strictObject({ kind: z.enum(['live', 'recorded', 'simulated']), detail: z.string() }),
  ])
  .optional();
const days = z.int().min(1).max(36_500);

/** Inputs of the stories that keep the stores in order. */
export const upkeepInputs = {
  moveBars: request(
    'MoveBarsInput',
    z.strictObject({
      days: days.optional().describe('How old a bar must be; left out: as SERIES_URL says'),
      dryRun: z.boolean().optional().describe('True: only says what would be moved'),
    }),
  ),
  pruneBars: request(
    'PruneBarsInput',
    z.strictObject({
      stream: streamText,
      source,
      days: days.describe('Bars that are older are removed'),
      dryRun: z.boolean().optional().describe('False removes; left out: only says what would be removed'),
    }),
  ),
  cleanObjects: request(
    'CleanObjectsInput',
    z.strictObject({
      days: days.optional().describe('Drafts and uploads that are younger stay; left out: 7'),
      modelDays: days
        .optional()
        .describe('Versions of models and their files that are younger stay; left out: 30'),
      only: z.literal('artifacts').optional().describe('Versions of models and their files, nothing else'),
      dryRun: z.boolean().optional().describe('False removes; left out: only says what would be removed'),
    }),
  ),
} as const;
