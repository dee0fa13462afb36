import type { EventHandler, EventRow, Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import {
  matchedBy,
  matchEvent,
  prepareSearches,
  type SavedSearch,
  type ScoreOfArticle,
  type SearchMatch,
} from '../../domain/news/saved-searches.js';
import type { Score } from '../../domain/sentiment/scores.js';

/** Fewer events than this at a time: the consumer has come to their end. */
const BATCH = 100;
const PAGE = 500;

type StoredArticle = Article & { sourceKey?: string };

type Needed = Pick<Ports, 'documents' | 'events' | 'newsReads' | 'now' | 'sentiment'>;

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
    const scores = await scoresOf(ports, spoken);
    await alert(ports, [
      ...articles.filter(({ id }) => isNew.has(id)).map((article) => ({ article, score: null })),
      ...articles.flatMap((article) => (scores.get(article.id) ?? []).map((score) => ({ article, score }))),
    ]);
    await refresh(ports, { articles, isLast: events.length < BATCH });
  };

/** Scores that the events speak of, by article. */
async function scoresOf(
  { documents, sentiment }: Needed,
  events: EventRow[],
): Promise<Map<string, ScoreOfArticle[]>> {
  const ids = events.flatMap(({ type, payload: { articleId, model } }) =>
    type === 'article.scored' ? [`${String(articleId)}/${String(model)}`] : [],
  );
  if (ids.length === 0) return new Map();
  const { ref } = await sentiment.choose();
  const shipped = `${ref.name}@${ref.version}`;
  const found = new Map<string, ScoreOfArticle[]>();
  for (const score of await documents.getMany<Score>('scores', [...new Set(ids)]))
    found.set(score.articleId, [...(found.get(score.articleId) ?? []), { ...score, shipped }]);
  return found;
}

interface Spoken {
  article: StoredArticle;
  score: ScoreOfArticle | null;
}

async function alert(ports: Needed, spoken: Spoken[]): Promise<void> {
  if (spoken.length === 0) return;
  const searches = prepareSearches(await savedSearches(ports));
  const at = ports.now();
  const found: SearchMatch[] = spoken.flatMap(({ article, score }) =>
    matchedBy(searches, article, score).map((saved) => matchEvent(saved, article, { at, score })),
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
