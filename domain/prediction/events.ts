import type { EventRow } from '../events.js';
import type { Prediction } from '../prediction.js';

/** Told in one transaction with the prediction; what settles it and what notifies people follow it. */
export const madeEvent = (made: Prediction): EventRow => ({
  id: `evt_made_${made.id}`,
  type: 'prediction.made',
  at: made.createdAt,
  payload: {
    predictionId: made.id,
    stream: made.stream,
    model: made.model,
    horizonBars: made.horizonBars,
    trigger: made.trigger ?? 'request',
  },
});
