import type { Ports } from '../../adapters/ports.js';
import { CONSUMERS } from '../../domain/events.js';

const DAY_MS = 86_400_000;
const EVERY_MS = 600_000;
/** Rows of one write: others wait for it. */
const BATCH = 1000;

/**
 * Takes out of the outbox what is older than so many days and has been passed by everyone who follows it; a batch a
 * step until no whole batch is left, and again ten minutes later.
 */
export function outboxPruning(ports: Pick<Ports, 'events' | 'now'>, days: number): () => Promise<number> {
  let nextAt = -Infinity;
  return async () => {
    const now = ports.now();
    if (now < nextAt) return 0;
    const wanted = { consumers: CONSUMERS, before: now - days * DAY_MS, limit: BATCH };
    const removed = await ports.events.prune(wanted);
    if (removed < BATCH) nextAt = now + EVERY_MS;
    return removed;
  };
}
