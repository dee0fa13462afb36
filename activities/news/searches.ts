import type { EventHandler, Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import {
  matchedBy,
  matchEvent,
  prepareSearches,
  type SavedSearch,
  type SearchMatch,
} from '../../domain/news/saved-searches.js';

/** Fewer events than this at a time: the consumer has come to their end. */
const BATCH = 100;
const PAGE = 500;

type StoredArticle = Article & { sourceKey?: string };

type Needed = Pick<Ports, 'documents' | 'events' | 'newsReads' | 'now'>;

/**
 * Handles events in any number and order: a match that was told already is the same event. What was cached of the
 * kinds of source that the articles are from is old from then on.
 */
export const searchAlerts =
  (ports: Needed): EventHandler =>
  async (events) => {
    const spoken = events.filter(({ type }) => type.startsWith('article.'));
    const ids = spoken.flatMap(({ payload: { articleId } }) =>
      typeof articleId === 'string' ? [articleId] : [],
    );
    if (ids.length === 0) return;
    const articles = await ports.documents.getMany<StoredArticle>('articles', [...new Set(ids)]);
    const isNew = new Set(
      spoken.flatMap(({ type, payload }) => (type === 'article.collected' ? payload['articleId'] : [])),
    );
    await alert(
      ports,
      articles.filter(({ id }) => isNew.has(id)),
    );
    await refresh(ports, { articles, isLast: events.length < BATCH });
  };

async function alert(ports: Needed, articles: StoredArticle[]): Promise<void> {
  if (articles.length === 0) return;
  const searches = prepareSearches(await savedSearches(ports));
  const at = ports.now();
  const found: SearchMatch[] = articles.flatMap((article) =>
    matchedBy(searches, article).map((saved) => matchEvent(saved, article, at)),
  );
  if (found.length > 0) await ports.events.publish(found);
}

/** Reading ahead waits for the end of a collection, and its failure is no failure of an event. */
async function refresh(
  { newsReads }: Needed,
  { articles, isLast }: { articles: StoredArticle[]; isLast: boolean },
): Promise<void> {
  const sources = new Set(articles.map(({ sourceKey = '' }) => sourceKey));
  for (const source of sources) await newsReads.refresh(source);
  if (isLast) for (const source of sources) await newsReads.warm(source).catch(() => 0);
}

async function savedSearches({ documents }: Needed): Promise<SavedSearch[]> {
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
