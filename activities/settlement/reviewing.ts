import type { DocumentPage, Ports } from '../../adapters/ports.js';
import type { Prediction } from '../../domain/prediction.js';
import { groupOf, revisionOf, settle, type Settlement } from '../../domain/settlement.js';
import { beat } from '../beat.js';
import { readSource, type SourceInput } from '../window.js';
import { storedOutcomes } from './outcomes.js';
import { record } from './recording.js';

export interface ReviewRequest {
  stream: string;
  horizonBars: number;
  source: SourceInput;
  /** The story's clock. */
  now: number;
  /** Targets in [from, to), epoch ms. */
  from: number;
  to: number;
}

const PAGE = 500;

/**
 * Appends a revision for each settlement whose bar has become another, or has come after all. What was recorded before
 * stays as it is.
 */
export async function reviewSettlements(ports: Ports, request: ReviewRequest): Promise<{ revised: number }> {
  const source = readSource(request.source);
  const group = groupOf({ ...request, source });
  const asked = { stream: request.stream, source, now: request.now };
  let revised = 0;
  for await (const latest of latestOf(ports, { ...request, group })) {
    const outcomes = await storedOutcomes(
      ports,
      asked,
      latest.map((each) => ({ ...each, id: each.predictionId })),
    );
    const changed = latest.filter(({ predictionId, realised }) => {
      const outcome = outcomes.get(predictionId);
      return outcome !== undefined && !('reason' in outcome) && outcome.realised !== realised;
    });
    const found = await ports.documents.getMany<Prediction>(
      'predictions',
      changed.map(({ predictionId }) => predictionId),
    );
    const made = new Map(found.map((each) => [each.id, each]));
    const records = changed.flatMap((before) => {
      const prediction = made.get(before.predictionId);
      const outcome = outcomes.get(before.predictionId);
      if (!prediction || !outcome || 'reason' in outcome) return [];
      const why =
        before.realised === null
          ? 'the bar came after all'
          : `the bar was corrected: its close was ${before.realised}`;
      return [revisionOf(before, settle(prediction, outcome, { settledAt: request.now }), why)];
    });
    await record(ports, records, made);
    revised += records.length;
    beat();
  }
  return { revised };
}

/** The latest record of each prediction, some at a time. Revisions of one lie beside it: same target, longer id. */
async function* latestOf(
  ports: Ports,
  { group, from, to }: { group: string; from: number; to: number },
): AsyncGenerator<Settlement[]> {
  let held: Settlement | null = null;
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: DocumentPage<Settlement> = await ports.documents.find<Settlement>('settlements', {
      where: { group },
      range: { from, to },
      order: 'oldest',
      limit: PAGE,
      ...(cursor ? { cursor } : {}),
    });
    const latest: Settlement[] = [];
    for (const each of page.items) {
      if (held && held.predictionId !== each.predictionId) latest.push(held);
      if (held?.predictionId !== each.predictionId || each.revision > held.revision) held = each;
    }
    ({ cursor } = page);
    if (cursor === null && held) latest.push(held);
    if (latest.length > 0) yield latest;
  }
}
