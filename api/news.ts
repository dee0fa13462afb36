import { z } from 'zod';
import type { DocumentsPort } from '../adapters/ports.js';
import { NotFoundError } from '../domain/errors.js';
import type { Article } from '../domain/news/articles.js';
import { earlierVersions, knownFrom, versionAt, type ArticleVersion } from '../domain/news/versions.js';
import { modelName, type Score } from '../domain/sentiment/scores.js';
import { sourceOfKey } from '../domain/sources.js';
import { article, score } from './news-schemas.js';
import { cursor, limit, readRange, segment, text, time } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf } from './schemas.js';

const id = segment('Article id', 'art_0123456789abcdef01234567');
const example = { params: { id: 'art_example' } };
/** Versions and scores of one article that are read at once. */
const MOST = 200;

/** Stored beside the members that are shown, to filter by. */
type StoredArticle = Article & { sourceKey?: string };
type StoredScore = Score & { sourceKey?: string };

const shown = ({ sourceKey: _, ...stored }: StoredArticle): Article => stored;
const shownScore = ({ sourceKey: key, ...stored }: StoredScore) => ({ ...stored, source: sourceOfKey(key) });

const listArticles = route({
  id: 'listArticles',
  method: 'get',
  path: '/articles',
  group: 'news',
  summary: 'Articles with their texts, newest first; see also /news',
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
  summary: 'One article; /news/{id} has its scores and versions, too',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The article', schema: article } },
  example,
  handle: async ({ params, context }) => ({ body: shown(await found(context.ports.documents, params.id)) }),
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
    const page = await context.ports.documents.find<StoredScore>('scores', {
      where: { articleId: params.id },
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    const items = page.items.map(shownScore);
    return { body: { items, cursor: page.cursor, asOf: context.ports.now() } };
  },
});

const revision = z.looseObject({
  revision: z.int(),
  seenAt: instant.describe('When this text could first be known'),
  title: z.string(),
  text: z.string(),
});
const whole = answer(
  'NewsArticle',
  article.extend({
    scores: z.array(score).describe('Newest first'),
    servedModel: z
      .string()
      .nullable()
      .describe('Whose score is served for this article now: by rule, A/B comparison or champion'),
    versions: z.array(revision).describe('Earlier revisions, newest first'),
    asOf: instant,
  }),
);

const getNews = route({
  id: 'getNews',
  method: 'get',
  path: '/news/{id}',
  group: 'news',
  summary: 'An article with its mentions, scores and earlier versions, now or as it was known then',
  role: 'viewer',
  params: { id },
  query: { asOf: time('As it was known then; default now') },
  answers: { 200: { description: 'The article', schema: whole } },
  example,
  async handle({ params, query, context }) {
    const { documents, now } = context.ports;
    const current = await found(documents, params.id);
    const where = { articleId: params.id };
    const [held, scores] = await Promise.all([
      documents.find<ArticleVersion>('articleVersions', { where, limit: MOST }),
      documents.find<StoredScore>('scores', { where, limit: MOST }),
    ]);
    const asOf = query.asOf ?? Infinity;
    const then = versionAt(current, held.items, asOf);
    if (!then)
      throw new NotFoundError(
        `Article "${params.id}" was not known at ${new Date(asOf).toISOString()}; it was first seen at ` +
          new Date(current.firstSeenAt).toISOString(),
      );
    const versions = earlierVersions(current, held.items)
      .map(({ title, text: body, seenAt }, i) => ({ revision: i + 1, seenAt, title, text: body }))
      .filter(({ seenAt }) => seenAt < knownFrom(then))
      .reverse();
    const known = scores.items.filter((each) => each.knownAt <= asOf && each.scoredAt <= asOf);
    const [chosen] = await context.ports.sentimentModels.routes([current]);
    const servedModel = chosen ? modelName(chosen.served) : null;
    const scored = known.map(shownScore);
    const body = { ...shown(then), scores: scored, servedModel, versions, asOf: query.asOf ?? now() };
    return { body };
  },
});

const deleteNews = route({
  id: 'deleteNews',
  method: 'delete',
  path: '/news/{id}',
  group: 'news',
  summary: 'Delete an article with its versions and scores; a feed that still has it brings it again',
  role: 'admin',
  params: { id },
  answers: { 204: { description: 'Deleted' } },
  example: { params: { id: 'art_removable' } },
  async handle({ params, context }) {
    const { documents, newsReads, sentimentIndex } = context.ports;
    const { title, url, sourceKey = '' } = await found(documents, params.id);
    // The article goes last: where this ends early, what is left can be asked for again.
    for (const collection of ['scores', 'articleVersions'])
      for (;;) {
        const page = await documents.find(collection, { where: { articleId: params.id }, limit: MOST });
        if (page.items.length === 0) break;
        await documents.remove(
          collection,
          page.items.map((each) => each.id),
        );
      }
    await documents.remove('articles', [params.id]);
    await newsReads.refresh(sourceKey);
    await sentimentIndex.refresh(sourceKey);
    return { status: 204, detail: { title, url } };
  },
});

async function found(documents: DocumentsPort, name: string): Promise<StoredArticle> {
  const stored = await documents.get<StoredArticle>('articles', name);
  if (stored) return stored;
  throw new NotFoundError(`No article "${name}"`);
}

export const newsRoutes = [listArticles, getArticle, listScores, getNews, deleteNews];
