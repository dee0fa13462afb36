import type { DocumentsPort } from '../adapters/ports.js';
import type { Trial, TrialLedger } from '../domain/backtest/trials.js';

const PAGE = 500;

/** The ledger in the collection `trials`: what was stored first stays, so that repeating a run counts no second time. */
export const trialLedger = (documents: DocumentsPort): TrialLedger => ({
  async record(trials) {
    for (let from = 0; from < trials.length; from += PAGE)
      await documents.insert('trials', trials.slice(from, from + PAGE));
  },

  async overlapping({ market, from, to }) {
    const found: Trial[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: Trial[]; cursor: string | null } = await documents.find<Trial>('trials', {
        where: { market },
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
      });
      found.push(...page.items.filter((trial) => trial.from < to && trial.to > from));
      ({ cursor } = page);
    }
    return found;
  },
});
