import type { z } from 'zod';
import { messageOf } from '../domain/errors.js';
import { readWeights } from '../domain/sentiment/index-question.js';

/** Weights of news outlets. */
export function readSourceWeights(given: string, context: z.RefinementCtx): Record<string, number> {
  try {
    return readWeights(given);
  } catch (error) {
    context.addIssue(messageOf(error));
    return {};
  }
}
