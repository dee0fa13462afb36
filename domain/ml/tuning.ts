import { z } from 'zod';
import { epochRecord, objectRef, suggestRequest, trainRequest } from '../ml.js';
import { sentimentRequest } from './sentiment.js';

/** What crosses the border to Python about trials of a tuning. */

const epochs = z.int().positive();

/** Trains on from the checkpoint of the same `specSha256`, up to this epoch; exports nothing. */
export const trialRequest = z.strictObject({ request: trainRequest, untilEpoch: epochs });

export const trialResult = z.strictObject({
  epochs: z.array(epochRecord).min(1),
  bestEpoch: z.int().positive(),
  /** Least loss of the validation part so far. */
  validationLoss: z.number(),
  seconds: z.number().nonnegative(),
});

export const sentimentTrialRequest = z.strictObject({ request: sentimentRequest, untilEpoch: epochs });

/** Of the held-out whole texts, by the averaged weights of that epoch. */
export const sentimentTrialResult = z.strictObject({
  epochs: z.int().positive(),
  validationLoss: z.number(),
  validationAccuracy: z.number(),
  validationMacroF1: z.number(),
  rows: z.int().positive(),
  seconds: z.number().nonnegative(),
});

/**
 * `suggestRequest` with what was tried as an object, which hundreds of trials outgrow a payload for: JSON, a list of
 * { drawn, score, epochs, state } where a higher score is better and `pruned` trials count by how far they came.
 */
export const suggestTrialsRequest = suggestRequest
  .omit({ told: true })
  .extend({ table: objectRef.nullable() });

export type TrialRequest = z.infer<typeof trialRequest>;
export type TrialResult = z.infer<typeof trialResult>;
export type SentimentTrialRequest = z.infer<typeof sentimentTrialRequest>;
export type SentimentTrialResult = z.infer<typeof sentimentTrialResult>;
export type SuggestTrialsRequest = z.infer<typeof suggestTrialsRequest>;

export const tuningContracts = {
  trialRequest,
  trialResult,
  sentimentTrialRequest,
  sentimentTrialResult,
  suggestTrialsRequest,
};
