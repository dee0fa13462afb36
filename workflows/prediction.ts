import type { PredictionInput } from '../activities/prediction.js';
import { modelLabels } from '../domain/labels.js';
import type { Prediction } from '../domain/prediction.js';
import { trackProgress } from './progress.js';
import { gpu } from './steps.js';

/** Forecasts a stream from its stored bars with the champion, or with the best baseline where there is none. */
export async function predict(input: PredictionInput): Promise<Prediction> {
  const progress = trackProgress(['predict'], input);
  const prediction = await progress.run(
    'predict',
    () => gpu.predictStream(input),
    ({ model }) => model,
  );
  progress.label({ ...modelLabels(prediction.model), Source: prediction.source.kind });
  return prediction;
}
