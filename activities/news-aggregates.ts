import type { EventRow, Ports } from '../adapters/ports.js';
import {
  aggregate,
  bucketId,
  bucketsOf,
  HOUR_MS,
  type Bucket,
  type NewsAggregate,
} from '../domain/news/aggregates.js';
import type { Article } from '../domain/news/articles.js';
import type { Score } from '../domain/sentiment/scores.js';

type StoredArticle = Article & { id: string; sourceKey: string };

const PAGE = 1000;
/** Ids of one question about scores. */
const IDS = 200;

/** Counts anew the buckets of the articles that these events speak of. */
export async function aggregateNews(ports: Ports, events: EventRow[]): Promise<void> {
  const spoken = events.filter(({ type }) => type.startsWith('article.')).map(({ payload }) => payload);
  const ids = spoken.map(({ articleId }) => articleId).filter((id) => typeof id === 'string');
  if (ids.length === 0) return;
  const articles = await ports.documents.getMany<StoredArticle>('articles', [...new Set(ids)]);
  const buckets = new Map<string, Bucket>();
  for (const article of articles) {
    // A changed article leaves the buckets of the assets that it no longer speaks of.
    const told = spoken.filter(({ articleId }) => articleId === article.id).flatMap(tickersIn);
    for (const bucket of bucketsOf({ ...article, tickers: [...article.tickers, ...told] }))
      buckets.set(bucketId(bucket), bucket);
  }
  for (const bucket of buckets.values()) await countBucket(ports, bucket);
}

const tickersIn = (payload: EventRow['payload']): string[] =>
  ['tickers', 'formerTickers']
    .flatMap((name) => payload[name] ?? [])
    .filter((ticker) => typeof ticker === 'string');

async function countBucket(ports: Ports, bucket: Bucket): Promise<void> {
  const { asset, sourceKey, from } = bucket;
  const articles: StoredArticle[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { where: { tickers: asset, sourceKey }, range: { from, to: from + HOUR_MS }, limit: PAGE };
    const page: { items: StoredArticle[]; cursor: string | null } = await ports.documents.find<StoredArticle>(
      'articles',
      { ...query, ...(cursor ? { cursor } : {}) },
    );
    articles.push(...page.items);
    cursor = page.cursor;
  }
  const scores: Score[] = [];
  for (let at = 0; at < articles.length; at += IDS)
    scores.push(
      ...(await scoresOf(
        ports,
        articles.slice(at, at + IDS).map(({ id }) => id),
      )),
    );
  const counted = aggregate(bucket, { articles, scores, now: ports.now() });
  if (articles.length === 0) await ports.documents.remove('newsAggregates', [counted.id]);
  else await ports.documents.upsert<NewsAggregate>('newsAggregates', [counted]);
}

async function scoresOf(ports: Ports, ids: string[]): Promise<Score[]> {
  const scores: Score[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { where: { articleId: ids }, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const page: { items: Score[]; cursor: string | null } = await ports.documents.find<Score>(
      'scores',
      query,
    );
    scores.push(...page.items);
    cursor = page.cursor;
  }
  return scores;
}
