import { z } from 'zod';
import { ENSEMBLES } from '../domain/ensembles.js';
import { request, streamText } from './schemas.js';
import { window } from './window-inputs.js';

const members = {
  ...window,
  stream: streamText,
  horizonBars: z
    .int()
    .min(1)
    .max(96)
    .optional()
    .describe('Bars ahead; left out: those of the named model, else 1'),
  name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Model name whose champion answers; left out: the best by past skill on the stream'),
  model: z
    .string()
    .regex(/^[^@\s]+@[^@\s]+$/, 'must be <name>@<version>')
    .optional()
    .describe('This very version'),
  ensemble: z.enum(ENSEMBLES).optional().describe('All champions of the stream and horizon together'),
  minConfidence: z
    .number()
    .min(0.5)
    .lt(1)
    .optional()
    .describe('Abstain where the larger of P(up) and P(down) is below this'),
  stickyKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Of whoever asks: while a version is rolled out, the same key always meets the same one'),
  trigger: z.string().min(1).max(100).optional().describe('What asked, told in the record'),
};

/** Of the story, of a prediction at once, and of each in a batch. */
export const predictInput = request('PredictInput', z.strictObject(members));
