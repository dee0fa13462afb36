import type { DocumentsPort, EventRow } from '../ports.js';

interface HandledEvent {
  id: string;
  consumer: string;
  at: number;
}

interface Seen {
  documents: DocumentsPort;
  consumer: string;
}

/** A broker's redelivery comes within minutes, a relay's as soon as it stands again. */
const KEPT_MS = 7 * 86_400_000;
const PRUNE_EVERY_MS = 600_000;
const PRUNE_BATCH = 1000;

const prunedAt = new WeakMap<DocumentsPort, number>();

const idOf = (consumer: string, eventId: string): string => `${consumer}/${eventId}`;

/** Those that the consumer has not handled, each once. */
export async function newEvents({ documents, consumer }: Seen, events: EventRow[]): Promise<EventRow[]> {
  if (events.length === 0) return [];
  const each = new Map(events.map((event) => [idOf(consumer, event.id), event]));
  const known = await documents.getMany<HandledEvent>('handledEvents', [...each.keys()]);
  for (const { id } of known) each.delete(id);
  return [...each.values()];
}

/** Remembers them for a week, so that a later delivery has no second effect. */
export async function noteHandled({ documents, consumer }: Seen, events: EventRow[]): Promise<void> {
  const now = Date.now();
  const rows = events.map(({ id }) => ({ id: idOf(consumer, id), consumer, at: now }));
  await documents.insert<HandledEvent>('handledEvents', rows);
  if (now - (prunedAt.get(documents) ?? 0) < PRUNE_EVERY_MS) return;
  prunedAt.set(documents, now);
  for (;;) {
    const query = { range: { to: now - KEPT_MS }, order: 'oldest', limit: PRUNE_BATCH } as const;
    const { items, cursor } = await documents.find<HandledEvent>('handledEvents', query);
    await documents.remove(
      'handledEvents',
      items.map(({ id }) => id),
    );
    if (cursor === null) return;
  }
}
