import type { PredictionInput } from '../activities/prediction.js';
import type { Prediction } from '../domain/prediction.js';
import { trackProgress } from './progress.js';
import { gpu } from './steps.js';

/** Forecasts a stream from its stored bars with the champion, or with the best baseline where there is none. */
export async function predict(input: PredictionInput): Promise<Prediction> {
  const progress = trackProgress(['predict']);
  return progress.run(
    'predict',
    () => gpu.predictStream(input),
    (prediction) => prediction.model,
  );
}
