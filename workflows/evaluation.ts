import type { EvaluationInput } from '../activities/evaluation.js';
import type { EvaluationRef } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { gpu } from './steps.js';

/**
 * Measures a model on each stream's held-out window, through the serving adapter. The evaluations lie in the
 * documents; the story answers with what finds them.
 */
export async function evaluateModel(input: EvaluationInput): Promise<EvaluationRef[]> {
  const { streams, ...rest } = input;
  const progress = trackProgress(['evaluate'], input);
  const evaluations: EvaluationRef[] = [];
  const evaluateAll = async (): Promise<void> => {
    for (const stream of streams) {
      progress.note('evaluate', `${evaluations.length} of ${streams.length} streams, now ${stream}`);
      const { id, from, to } = await gpu.evaluateStream({ ...rest, stream });
      evaluations.push({ id, stream, from, to });
    }
  };
  await progress.run('evaluate', evaluateAll, () => `${streams.length} streams`);
  return evaluations;
}
