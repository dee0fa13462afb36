import type { Ports } from '../../adapters/ports.js';
import type { Prediction } from '../../domain/prediction.js';
import { policyId, type PredictionPolicy } from '../../domain/prediction/policies.js';
import { settle, type Settlement } from '../../domain/settlement.js';
import { openOf, type OpenPrediction } from '../../domain/settlement/waiting.js';

/** A prediction that waits, one that came out, and a policy that can be removed. */
export async function seedSettlements(
  { documents }: Pick<Ports, 'documents'>,
  made: Prediction,
): Promise<void> {
  const { targetTime } = made;
  await documents.insert<OpenPrediction>('openPredictions', [openOf(made)]);
  const outcome = { realised: 102, knownAt: targetTime, closeBefore: 99 };
  const settled = { ...made, id: 'prd_settled', settledAt: targetTime, realised: 102 };
  await documents.insert<Settlement>('settlements', [settle(settled, outcome, { settledAt: targetTime })]);
  await documents.insert<Prediction>('predictions', [{ ...settled, createdAt: made.createdAt - 1 }]);
  const spec = {
    ...{ streams: [made.stream], horizons: [1], on: 'bar' as const, model: null, source: null },
    ...{ debounceSeconds: 900, cron: null, timeZone: 'UTC' },
  };
  const by = { createdAt: made.createdAt, createdBy: 'admin', tenant: 'default' };
  await documents.insert<PredictionPolicy>('predictionPolicies', [
    { id: policyId(spec), ...spec, ...by },
    { id: 'pol_removable', ...spec, ...by },
  ]);
}
