import type { DocumentPage, Ports } from '../adapters/ports.js';
import { READ_WINDOW_MS, readsOf, type ReadCount } from '../domain/bars/placement.js';
import { beat } from './beat.js';

/** Counts that are too old to count. */
export async function forgetReads(ports: Ports, before: number): Promise<void> {
  for (;;) {
    const { items } = await ports.documents.find('reads', { range: { to: before }, limit: 1000 });
    if (items.length === 0) return;
    await ports.documents.remove(
      'reads',
      items.map(({ id }) => id),
    );
    beat();
  }
}

/** What was read in the 30 days before: the same for every attempt of a run. */
export async function readsBefore(ports: Ports, now: number): Promise<ReadonlyMap<string, number>> {
  const counts: ReadCount[] = [];
  const range = { from: now - READ_WINDOW_MS, to: now };
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { range, limit: 1000, ...(cursor ? { cursor } : {}) };
    const page: DocumentPage<ReadCount> = await ports.documents.find<ReadCount>('reads', query);
    counts.push(...page.items);
    cursor = page.cursor;
  }
  return readsOf(counts);
}
