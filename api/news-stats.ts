import { z } from 'zod';
import type { ArticleCountQuery } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import { ARTICLE_DIMENSIONS } from '../domain/news/dimensions.js';
import { SENTIMENT_LABELS } from '../domain/sentiment/scores.js';
import { csvOf, sendCsv } from './csv.js';
import { modelOf } from './news-schemas.js';
import { choice, limit, readRange, text, time } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant } from './schemas.js';

const BY = ['day', 'hour', ...ARTICLE_DIMENSIONS] as const;

const query = {
  by: choice(BY, 'What is counted; default day'),
  feed: text('Only this feed', 'coindesk'),
  ticker: text('Only articles that speak of this base asset', 'BTC'),
  topic: text('Only this topic', 'regulation'),
  language: text('Only this language', 'en'),
  sentiment: choice(SENTIMENT_LABELS, 'Only this label, by day or hour'),
  model: text('<name>@<version>; default the shipped model'),
  source: text('Only from this kind of source: live, recorded or simulated-<seed>'),
  from: time('Published at or after; whole hours are counted'),
  to: time('Published before'),
  limit: limit(),
};

const stats = answer(
  'NewsStats',
  z.object({
    by: z.enum(BY),
    items: z
      .array(
        z.object({
          key: z.string().describe('The value, or the start of the hour or day as ISO 8601'),
          articles: z.int(),
        }),
      )
      .describe('Most first; by time newest first'),
    total: z.int().describe('Articles of the window, each once'),
    from: instant.nullable().describe('Null: from the first on'),
    to: instant.nullable(),
    countedFrom: instant
      .nullable()
      .describe('Values within another value count the newest 10,000 articles: back to here'),
    complete: z.boolean().describe('False while older articles are still being indexed'),
    asOf: instant,
  }),
);

const readStats = route({
  id: 'readNewsStats',
  method: 'get',
  path: '/news/stats',
  group: 'news',
  summary: 'How many articles by day, hour, feed, asset, topic, language or sentiment',
  role: 'viewer',
  query,
  produces: ['application/json', 'text/csv'],
  answers: { 200: { description: 'Counts', schema: stats, others: ['text/csv'] } },
  example: { query: { by: 'feed' } },
  async handle({ query: asked, context, mediaType, req, res }) {
    const { by = 'day' } = asked;
    const found = await context.ports.newsReads.counts(await countQuery(asked, context));
    const timed = by === 'day' || by === 'hour';
    const items = found.items.map(({ key, articles }) => ({
      key: timed ? new Date(Number(key)).toISOString() : key,
      articles,
    }));
    const shown = (at: number | undefined): number | null => at ?? null;
    const asOf = context.ports.now();
    if (mediaType === 'text/csv') {
      const rows = items.map(({ key, articles }) => ({ [by]: key, articles }));
      await sendCsv({ req, res }, csvOf([by, 'articles'], rows), {
        'x-finsight-as-of': new Date(asOf).toISOString(),
      });
      return null;
    }
    const { total, countedFrom, complete } = found;
    const window = { from: shown(asked.from), to: shown(asked.to) };
    const reaches = countedFrom > (asked.from ?? 0) ? countedFrom : window.from;
    return { body: { by, items, total, ...window, countedFrom: reaches, complete, asOf } };
  },
});

/** @throws InvalidInputError where two members are given: only one can be counted within. */
async function countQuery(
  asked: {
    [K in 'by' | (typeof ARTICLE_DIMENSIONS)[number] | 'model' | 'source']?: string | undefined;
  } & { from?: number | undefined; to?: number | undefined; limit: number },
  context: Context,
): Promise<ArticleCountQuery> {
  const { source, limit: most } = asked;
  const by = (asked.by ?? 'day') as ArticleCountQuery['by'];
  const given = ARTICLE_DIMENSIONS.flatMap((dimension) => {
    const value = asked[dimension];
    return value === undefined ? [] : [{ dimension, value }];
  });
  if (given.length > 1)
    throw new InvalidInputError(
      `Counted is within one member at a time, not within ${given.map(({ dimension }) => dimension).join(' and ')}`,
    );
  const [only] = given;
  if (only?.dimension === 'ticker') only.value = only.value.toUpperCase();
  const needsModel = by === 'sentiment' || only?.dimension === 'sentiment';
  return {
    by,
    ...(only ? { only } : {}),
    ...(needsModel ? { model: await modelOf(asked.model, context) } : {}),
    ...(source === undefined ? {} : { sourceKeys: [source] }),
    range: readRange(asked),
    limit: most,
  };
}

const readCache = route({
  id: 'readNewsCache',
  method: 'get',
  path: '/news/cache',
  group: 'news',
  summary: 'What the cache of news reads saves: hits, misses, times of this process',
  role: 'viewer',
  answers: {
    200: {
      description: 'Figures since the start of the process',
      schema: answer(
        'NewsCache',
        z.object({
          hits: z.int(),
          misses: z.int(),
          waits: z.int().describe('Reads that waited for an answer that another was computing'),
          failures: z.int().describe('Calls of the cache that failed; the reads were answered without it'),
          hitRate: z.number().nullable(),
          cachedMs: z.object({ p50: z.number(), p95: z.number() }).nullable(),
          uncachedMs: z.object({ p50: z.number(), p95: z.number() }).nullable(),
          saved: z
            .number()
            .nullable()
            .describe('Share of the time that the reads would have taken without it'),
          asOf: instant,
        }),
      ),
    },
  },
  async handle({ context }) {
    return { body: { ...context.ports.newsReads.figures(), asOf: context.ports.now() } };
  },
});

export const newsStatsRoutes = [readStats, readCache];
