import type { Ports } from '../adapters/ports.js';
import { storePages, type JudgedPage, type PageRequest, type StoredCounts } from './pages.js';

/** Pages that wait to be stored together: so many, or what came in so long. A killed attempt asks for them again. */
export interface BatchLimits {
  pages: number;
  ms: number;
}

/** A month of minutes, which is a partition of them, by pages of 1,000: 2.4 MB of columns. */
const BATCH: BatchLimits = { pages: 44, ms: 2000 };

export interface StoredBatch<P extends JudgedPage> extends StoredCounts {
  pages: P[];
}

/**
 * Stores pages some at a time while further ones are asked for: at most one batch is being stored and one gathered, so
 * that neither the venue nor the store waits for the other, and memory stays bounded. Batches are given in order, each
 * when it is stored. What was gathered before a page failed is stored and given before the failure.
 */
export async function* storedBatches<P extends JudgedPage>(
  ports: Ports,
  of: Pick<PageRequest, 'stream' | 'source'>,
  pages: AsyncIterable<P>,
  limits: BatchLimits = BATCH,
): AsyncGenerator<StoredBatch<P>> {
  let storing: Promise<StoredBatch<P>> | null = null;
  let batch: P[] = [];
  let begun = 0;
  const store = (): Promise<StoredBatch<P>> => {
    const stored = batch;
    batch = [];
    return storePages(ports, of, stored).then((counts) => ({ ...counts, pages: stored }));
  };
  let failure: { error: unknown } | null = null;
  const source = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await source.next().catch((error: unknown) => {
        failure = { error };
        return { done: true, value: undefined } as const;
      });
      if (done) break;
      if (batch.length === 0) begun = performance.now();
      batch.push(value);
      if (batch.length < limits.pages && performance.now() - begun < limits.ms) continue;
      if (storing) yield await storing;
      storing = store();
      storing.catch(() => undefined);
    }
    if (storing) yield await storing;
    storing = null;
    if (batch.length > 0) yield await store();
    if (failure) throw (failure as { error: unknown }).error;
  } finally {
    // The caller has left: nothing may still be written when it says that it has ended.
    await storing?.catch(() => undefined);
    await source.return?.();
  }
}
