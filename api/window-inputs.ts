import { z } from 'zod';
import { formFault } from '../domain/forms.js';
import { parseSource } from '../domain/sources.js';

export const time = z.union([z.number(), z.string().min(1)]).describe('ISO 8601 or epoch milliseconds');
export const source = z.union([
  z
    .string()
    .min(1)
    .superRefine(formFault(parseSource))
    .describe('live, recorded:<directory>, simulated or simulated:<seed>'),
  z.strictObject({ kind: z.enum(['live', 'recorded', 'simulated']), detail: z.string() }),
]);
/** Stored facts of a kind and a time. */
export const window = {
  source: source.optional(),
  from: time.optional(),
  to: time.optional(),
  asOf: z.number().optional(),
};
