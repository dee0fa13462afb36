import type { EvaluationInput } from '../activities/evaluation.js';
import type { Evaluation } from '../domain/evaluation.js';
import { trackProgress } from './progress.js';
import { gpu } from './steps.js';

/** Measures a model on each stream's held-out window, through the serving adapter. */
export async function evaluateModel(input: EvaluationInput): Promise<Evaluation[]> {
  const progress = trackProgress(input.streams);
  const evaluations: Evaluation[] = [];
  for (const stream of input.streams) {
    const { streams: _, ...rest } = input;
    const evaluation = await progress.run(stream, () => gpu.evaluateStream({ ...rest, stream }));
    evaluations.push(evaluation);
  }
  return evaluations;
}
