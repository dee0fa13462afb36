import { z } from 'zod';
import { DRIFT_POLICIES } from '../domain/drift/retraining.js';
import { request, streamText } from './schemas.js';

const source = z.union([
  z.string().min(1).describe('live, recorded:<directory>, simulated or simulated:<seed>'),
  z.strictObject({ kind: z.enum(['live', 'recorded', 'simulated']), detail: z.string() }),
]);
const name = z.string().regex(/^[\w.-]+$/);
const asOf = z.int().optional().describe('Epoch ms; left out: now');

/** Inputs of the stories that look for drift and train anew. */
export const driftInputs = {
  watchDrift: request(
    'WatchDriftInput',
    z.strictObject({
      stream: streamText,
      source: source.optional().describe('Left out: the one whose bars are newest'),
      name: name.optional().describe('Only the champion of this name'),
      asOf,
      recentBars: z.int().min(100).max(1_000_000).optional().describe('Left out: thirty days'),
      level: z.number().gt(0).max(0.5).optional().describe('False alarms per look; left out: 0.03'),
      policy: z.enum(DRIFT_POLICIES).optional().describe('Left out: alert'),
      coolDownHours: z.number().min(0).max(8760).optional().describe('Left out: 72'),
    }),
  ),
  retrainModel: request(
    'RetrainModelInput',
    z.strictObject({
      name,
      source,
      days: z.int().min(1).max(36_500).optional().describe("Left out: as long as the champion's window"),
      asOf,
      report: z.string().regex(/^drf_/).optional().describe('The drift report that asks for it'),
    }),
  ),
} as const;
