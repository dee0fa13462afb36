import type { EventRow, Ports } from '../../adapters/ports.js';
import type { Prediction } from '../../domain/prediction.js';
import type { Settlement } from '../../domain/settlement.js';
import type { OpenPrediction } from '../../domain/settlement/waiting.js';

/** Told once for each record, in one transaction with it. */
export const eventOf = (record: Settlement): EventRow => ({
  id: `evt_settled_${record.id}`,
  type: record.status === 'settled' ? 'prediction.settled' : 'prediction.unsettleable',
  at: record.settledAt,
  payload: {
    predictionId: record.predictionId,
    settlementId: record.id,
    revision: record.revision,
    stream: record.stream,
    model: record.model,
    horizonBars: record.horizonBars,
    mean: record.mean,
    realised: record.realised,
    directionRight: record.directionRight,
    inside: record.inside,
    reason: record.reason,
  },
});

/**
 * Writes records that are new, then marks their predictions, then takes them out of those that wait: an attempt that ends
 * in between is gone over again and changes nothing. Returns what stands in the store.
 */
export async function record(
  ports: Ports,
  records: readonly Settlement[],
  made: ReadonlyMap<string, Prediction>,
): Promise<Settlement[]> {
  if (records.length === 0) return [];
  await ports.documents.insert<Settlement>('settlements', [...records], eventOf);
  const stored = await ports.documents.getMany<Settlement>(
    'settlements',
    records.map(({ id }) => id),
  );
  const marked = stored.flatMap(({ predictionId, settledAt, realised }) => {
    const prediction = made.get(predictionId);
    return prediction ? [{ ...prediction, settledAt, realised }] : [];
  });
  await ports.documents.upsert<Prediction>('predictions', marked);
  await ports.documents.remove(
    'openPredictions',
    stored.map(({ predictionId }) => predictionId),
  );
  return stored;
}

export const postpone = (ports: Ports, open: readonly OpenPrediction[]): Promise<void> =>
  ports.documents.upsert<OpenPrediction>('openPredictions', [...open]);
