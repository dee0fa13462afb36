import type { DocumentPage, Ports } from '../adapters/ports.js';
import type { Prediction } from '../domain/prediction.js';
import { groupOf, settle, unsettleable, type Settlement } from '../domain/settlement.js';
import { isGivenUp, openOf, postponed, type OpenPrediction } from '../domain/settlement/waiting.js';
import { beat } from './beat.js';
import { outcomesOf } from './settlement/outcomes.js';
import { postpone, record } from './settlement/recording.js';
import { reviewSettlements, type ReviewRequest } from './settlement/reviewing.js';
import { readSource, type SourceInput } from './window.js';

/** Which predictions a story settles. */
export interface SettlementInput {
  stream: string;
  horizonBars: number;
  source: SourceInput;
}

export interface SettlementPass {
  settled: number;
  unsettleable: number;
  /** Looked at without an outcome: they wait for their next try. */
  postponed: number;
  /** More are due now. */
  more: boolean;
  /** When the next one is due, epoch ms; null where none waits. */
  nextAt: number | null;
  open: number;
}

/** Predictions of one pass: about 1 MB of documents. */
const BATCH = 500;

export const settlementSteps = (ports: Ports) => ({
  /** Puts predictions of the group that nobody has told of among those that wait; returns how many wait. */
  async adoptPredictions(input: SettlementInput): Promise<{ open: number }> {
    const group = groupOf({ ...input, source: readSource(input.source) });
    const [made, told] = await Promise.all([
      ports.documents.count('predictions', { where: { settledAt: null } }),
      ports.documents.count('openPredictions', {}),
    ]);
    // Mostly nothing was lost, and counting costs nothing.
    if (made <= told) return { open: await ports.documents.count('openPredictions', { where: { group } }) };
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: DocumentPage<Prediction> = await ports.documents.find<Prediction>('predictions', {
        where: { stream: input.stream, settledAt: null },
        order: 'oldest',
        limit: 1000,
        ...(cursor ? { cursor } : {}),
      });
      await openAll(
        ports,
        page.items.filter((made) => groupOf(made) === group),
      );
      beat();
      cursor = page.cursor;
    }
    return { open: await ports.documents.count('openPredictions', { where: { group } }) };
  },

  /** Settles what is due at `now`, the story's clock: one batch, the oldest first. */
  async settleDue(input: SettlementInput & { now: number }): Promise<SettlementPass> {
    const { now } = input;
    const source = readSource(input.source);
    const group = groupOf({ ...input, source });
    const due = await ports.documents.find<OpenPrediction>('openPredictions', {
      where: { group },
      range: { to: now + 1 },
      order: 'oldest',
      limit: BATCH,
    });
    const counts = await settleBatch(ports, { ...input, source }, due.items);
    const where = { group };
    const next = await ports.documents.find<OpenPrediction>('openPredictions', {
      where,
      order: 'oldest',
      limit: 1,
    });
    const nextAt = next.items[0]?.dueAt ?? null;
    const open = await ports.documents.count('openPredictions', { where });
    return { ...counts, more: nextAt !== null && nextAt <= now, nextAt, open };
  },

  /** Holds settlements of a stretch of targets against the bars as they are known now. */
  reviewSettlements: (request: ReviewRequest) => reviewSettlements(ports, request),
});

/** Puts predictions that are not settled among those that wait; again, it changes nothing. */
export async function openAll(ports: Pick<Ports, 'documents'>, made: readonly Prediction[]): Promise<void> {
  const open = made.filter(({ settledAt }) => settledAt === null).map(openOf);
  await ports.documents.insert<OpenPrediction>('openPredictions', open);
}

async function settleBatch(
  ports: Ports,
  asked: SettlementInput & { source: Parameters<typeof outcomesOf>[1]['source']; now: number },
  due: readonly OpenPrediction[],
): Promise<Pick<SettlementPass, 'settled' | 'unsettleable' | 'postponed'>> {
  if (due.length === 0) return { settled: 0, unsettleable: 0, postponed: 0 };
  const { now } = asked;
  const found = await ports.documents.getMany<Prediction>(
    'predictions',
    due.map(({ id }) => id),
  );
  const made = new Map(found.map((each) => [each.id, each]));
  const outcomes = await outcomesOf(ports, asked, found);
  const records: Settlement[] = [];
  const waiting: OpenPrediction[] = [];
  for (const open of due) {
    const prediction = made.get(open.id);
    const outcome = outcomes.get(open.id);
    if (!prediction || !outcome) continue;
    if (!('reason' in outcome)) records.push(settle(prediction, outcome, { settledAt: now }));
    else if (outcome.never || isGivenUp(open, now))
      records.push(unsettleable(prediction, { settledAt: now, reason: outcome.reason }));
    else waiting.push(postponed(open, { now, reason: outcome.reason }));
  }
  await record(ports, records, made);
  await postpone(ports, waiting);
  // Nothing is known of a prediction that was removed from the store: nothing is left to settle.
  const gone = due.filter(({ id }) => !made.has(id)).map(({ id }) => id);
  await ports.documents.remove('openPredictions', gone);
  const settled = records.filter(({ status }) => status === 'settled').length;
  return { settled, unsettleable: records.length - settled, postponed: waiting.length };
}
