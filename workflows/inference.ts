import type { InferenceInput, InferenceReport } from '../activities/inference.js';
import { trackProgress } from './progress.js';
import { io, torch } from './steps.js';

/** A model's answers for all samples of a dataset, computed in Python on the queue `torch`. */
export async function inferDataset(input: InferenceInput): Promise<InferenceReport> {
  const progress = trackProgress(['plan', 'infer'], input);
  const request = await progress.run('plan', () => io.planInference(input));
  const result = await progress.run(
    'infer',
    () => torch.inferDataset(request),
    ({ rows }) => `${rows} rows`,
  );
  return { model: input.model, dataset: input.dataset, ...result };
}
