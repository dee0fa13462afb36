import type { EventHandler, Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import {
  matchedBy,
  matchEvent,
  prepareSearches,
  type SavedSearch,
  type SearchMatch,
} from '../../domain/news/saved-searches.js';
import { beat } from '../beat.js';

/** The consumer's name: its mark is kept by the events under it. */
export const SEARCHES_CONSUMER = 'searches';
const BATCH = 100;
/** Events of one step; the next one goes on behind them. */
const BATCHES = 200;
const PAGE = 500;

type StoredArticle = Article & { sourceKey?: string };

export const newsSearchSteps = (ports: Ports) => ({
  /** Tells saved searches of the articles collected since the last time; once each, however often it runs. */
  async alertSearches(): Promise<{ events: number; done: boolean }> {
    let events = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const read = await ports.events.consume(SEARCHES_CONSUMER, searchAlerts(ports), { limit: BATCH });
      events += read;
      beat({ events });
      if (read === 0) return { events, done: true };
    }
    return { events, done: false };
  },
});

/** Handles events in any number and order: a match that was told already is the same event. */
export const searchAlerts =
  (ports: Pick<Ports, 'documents' | 'events' | 'now'>): EventHandler =>
  async (events) => {
    const ids = events.flatMap(({ type, payload }) =>
      type === 'article.collected' && typeof payload['articleId'] === 'string' ? [payload['articleId']] : [],
    );
    if (ids.length === 0) return;
    const searches = prepareSearches(await savedSearches(ports));
    if (searches.length === 0) return;
    const articles = await ports.documents.getMany<StoredArticle>('articles', ids);
    const at = ports.now();
    const found: SearchMatch[] = articles.flatMap((article) =>
      matchedBy(searches, article).map((saved) => matchEvent(saved, article, at)),
    );
    await ports.events.publish(found);
  };

async function savedSearches({ documents }: Pick<Ports, 'documents'>): Promise<SavedSearch[]> {
  const all: SavedSearch[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: SavedSearch[]; cursor: string | null } = await documents.find<SavedSearch>(
      'savedSearches',
      { limit: PAGE, ...(cursor ? { cursor } : {}) },
    );
    all.push(...page.items);
    ({ cursor } = page);
  }
  return all;
}
