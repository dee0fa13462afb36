import type { Ports } from '../adapters/ports.js';
import type { Prediction } from '../domain/prediction.js';
import type { PredictionRequest } from '../domain/prediction/request.js';
import { openPredictor } from './prediction/predictor.js';

export type PredictionInput = PredictionRequest;

export const predictionSteps = (ports: Ports) => {
  const predictor = openPredictor(ports);
  return {
    /** What `POST /predictions` answers at once, as a step: the same inputs give the same bytes. */
    predictStream: (input: PredictionInput): Promise<Prediction> => predictor.predict(input),
  };
};
