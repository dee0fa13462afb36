import type { EventHandler, EventRow, Ports } from '../../adapters/ports.js';
import type { Prediction } from '../../domain/prediction.js';
import { groupOf, type Settlement } from '../../domain/settlement.js';
import type { OpenPrediction } from '../../domain/settlement/waiting.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { openAll } from '../settlement.js';

type Needed = Pick<Ports, 'documents' | 'stories' | 'now'>;

/** What a group's story is told. */
interface Told {
  stream: string;
  horizonBars: number;
  source: Source;
}

const PAGE = 500;

/**
 * Hands predictions that were made to the stories that settle them, and tells these of bars that came late or were
 * corrected. Handles events in any number, order and repetition: what is settled is not opened again, and a story that
 * is told twice looks twice.
 */
export const followPredictions =
  (ports: Needed): EventHandler =>
  async (events) => {
    const ids = events.flatMap(({ type, payload: { predictionId } }) =>
      type === 'prediction.made' && typeof predictionId === 'string' ? [predictionId] : [],
    );
    if (ids.length > 0) await open(ports, [...new Set(ids)]);
    for (const event of events) {
      const stretch = stretchOf(event);
      if (stretch) await retry(ports, stretch);
    }
  };

async function open(ports: Needed, ids: string[]): Promise<void> {
  const found = await ports.documents.getMany<Prediction>('predictions', ids);
  const made = found.filter(({ settledAt }) => settledAt === null);
  await openAll(ports, made);
  const groups = new Map(made.map((each): [string, Told] => [groupOf(each), told(each)]));
  for (const group of groups.values())
    await ports.stories.signal('settlePredictions', { ...group }, { name: 'opened', args: [] });
}

const told = ({ stream, horizonBars, source }: Told): Told => ({ stream, horizonBars, source });

interface Stretch {
  stream: string;
  source: Source;
  /** Opens of bars in [from, to). */
  from: number;
  to: number;
}

/** The bars that an event tells of, where they may change what is settled or waits. */
function stretchOf({ type, payload }: EventRow): Stretch | null {
  const { stream, source, from, to } = payload as Partial<Stretch>;
  if (type !== 'bars.healed' && type !== 'bars.corrected') return null;
  if (typeof stream !== 'string' || typeof from !== 'number' || typeof to !== 'number' || !source)
    return null;
  return { stream, source, from, to };
}

/** What waits for one of these bars is due at once, and what was settled by them is looked at again. */
async function retry(ports: Needed, { stream, source, from, to }: Stretch): Promise<void> {
  const step = timeframeMs(parseStream(stream).timeframe);
  const targets = { from: from + step, to: to + step };
  const key = sourceKey(source);
  const groups = new Map<string, Told>();
  const waiting = await ports.documents.find<OpenPrediction>('openPredictions', {
    where: { stream },
    order: 'oldest',
    limit: 10_000,
  });
  const now = ports.now();
  const due = waiting.items.filter(
    (each) =>
      each.sourceKey === key &&
      each.waitsSince !== null &&
      each.targetTime >= targets.from &&
      each.targetTime < targets.to,
  );
  await ports.documents.upsert<OpenPrediction>(
    'openPredictions',
    due.map((each) => ({ ...each, dueAt: Math.min(each.dueAt, now) })),
  );
  for (const each of due) groups.set(each.group, { stream, source, horizonBars: each.horizonBars });
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: Settlement[]; cursor: string | null } = await ports.documents.find<Settlement>(
      'settlements',
      { where: { stream, sourceKey: key }, range: targets, limit: PAGE, ...(cursor ? { cursor } : {}) },
    );
    for (const each of page.items) groups.set(each.group, told(each));
    cursor = page.cursor;
  }
  for (const group of groups.values())
    await ports.stories.signal('settlePredictions', { ...group }, { name: 'review', args: [targets] });
}
