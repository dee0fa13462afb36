import type { Prediction } from '../domain/prediction.js';
import type { PredictionRequest, Replay } from '../domain/prediction/request.js';

/** Predictions at once, in this process; each is stored with its event in one transaction. */
export interface ForecastsPort {
  /** @throws InvalidInputError, NotFoundError, DataQualityError where nothing can honestly be said */
  predict(request: PredictionRequest): Promise<Prediction>;
  /** One answer or error for each, in their order; what is made is stored together. */
  predictMany(requests: readonly PredictionRequest[]): Promise<(Prediction | Error)[]>;
  /** @throws NotFoundError */
  replay(id: string): Promise<Replay>;
}
