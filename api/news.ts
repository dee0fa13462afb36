import { z } from 'zod';
import { NotFoundError } from '../domain/errors.js';
import type { Article } from '../domain/news/articles.js';
import { SENTIMENT_LABELS, type Score } from '../domain/sentiment.js';
import { cursor, limit, readRange, segment, text, time } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf, source } from './schemas.js';

const article = answer(
  'Article',
  z.object({
    id: z.string().meta({ examples: ['art_0123456789abcdef01234567'] }),
    url: z.string().nullable(),
    title: z.string(),
    text: z.string(),
    feed: z.string(),
    author: z.string().nullable(),
    language: z.string(),
    publishedAt: instant,
    firstSeenAt: instant.describe('When the platform could first know it'),
    tickers: z.array(z.string()),
    categories: z.array(z.string()),
    source,
  }),
);
export const score = answer(
  'Score',
  z.object({
    id: z.string(),
    articleId: z.string(),
    model: z.string(),
    label: z.enum(SENTIMENT_LABELS),
    probabilities: z.object({ negative: z.number(), neutral: z.number(), positive: z.number() }),
    abstained: z.boolean(),
    reason: z.string().nullable(),
    scoredAt: instant,
    knownAt: instant,
    tickers: z.array(z.string()),
    source: source.nullable(),
  }),
);
const id = segment('Article id', 'art_0123456789abcdef01234567');
const example = { params: { id: 'art_example' } };

const listArticles = route({
  id: 'listArticles',
  method: 'get',
  path: '/articles',
  group: 'news',
  summary: 'Articles, newest first',
  role: 'viewer',
  query: {
    ticker: text('Base asset spoken of', 'BTC'),
    feed: text('Name of the feed', 'coindesk'),
    source: text('Only from this source: live, recorded or simulated-<seed>'),
    from: time('Published at or after'),
    to: time('Published before'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of articles', schema: pageOf('ArticlePage', article) } },
  example: { query: { limit: '10' } },
  async handle({ query, context }) {
    const where = {
      ...(query.ticker ? { tickers: query.ticker.toUpperCase() } : {}),
      ...(query.feed ? { feed: query.feed } : {}),
      ...(query.source ? { sourceKey: query.source } : {}),
    };
    const page = { where, range: readRange(query), order: 'newest' as const, limit: query.limit };
    const found = await context.ports.documents.find<StoredArticle>('articles', {
      ...page,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { ...found, items: found.items.map(shown), asOf: context.ports.now() } };
  },
});

const getArticle = route({
  id: 'getArticle',
  method: 'get',
  path: '/articles/{id}',
  group: 'news',
  summary: 'One article',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The article', schema: article } },
  example,
  async handle({ params, context }) {
    const found = await context.ports.documents.get<StoredArticle>('articles', params.id);
    if (!found) throw new NotFoundError(`No article "${params.id}"`);
    return { body: shown(found) };
  },
});

const listScores = route({
  id: 'listScores',
  method: 'get',
  path: '/articles/{id}/scores',
  group: 'news',
  summary: 'What each model version made of an article',
  role: 'viewer',
  params: { id },
  query: { limit: limit(), cursor },
  answers: { 200: { description: 'Scores', schema: pageOf('ScorePage', score) } },
  example,
  async handle({ params, query, context }) {
    const found = await context.ports.documents.find<StoredScore>('scores', {
      where: { articleId: params.id },
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    const items = found.items.map(({ sourceKey: key, ...score }) => ({ ...score, source: sourceOfKey(key) }));
    return { body: { items, cursor: found.cursor, asOf: context.ports.now() } };
  },
});

/** Stored beside the members that are shown, to filter by. */
type StoredArticle = Article & { sourceKey?: string };
type StoredScore = Score & { sourceKey?: string };

const shown = ({ sourceKey: _, ...article }: StoredArticle): Article => article;

/** Reads `live`, `recorded`, `simulated-<seed>`. */
export function sourceOfKey(key: string | undefined): { kind: string; detail: string } | null {
  if (!key) return null;
  const [kind = '', ...rest] = key.split('-');
  return { kind, detail: rest.join('-') };
}

export const newsRoutes = [listArticles, getArticle, listScores];
