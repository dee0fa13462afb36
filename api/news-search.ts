import { z } from 'zod';
import { csvOf, sendCsv } from './csv.js';
import { newsHit, newsQuery, readQuery } from './news-schemas.js';
import { requiredText } from './query.js';
import { route, type Call, type Reply, type Values } from './route.js';
import { answer, instant } from './schemas.js';

const FORMS = ['application/json', 'text/csv'];
const COLUMNS = [
  'id',
  'published',
  'firstSeen',
  'feed',
  'language',
  'tickers',
  'topics',
  'storyId',
  'title',
  'url',
  'snippet',
] as const;

const page = answer(
  'NewsPage',
  z.object({
    items: z.array(newsHit),
    cursor: z
      .string()
      .nullable()
      .describe('For the next page; a page may be short, even empty, and have one. Null at the end'),
    complete: z.boolean().describe('False while older articles are still being indexed'),
    asOf: instant.describe('What was known when the articles were read'),
  }),
);
const answers = {
  200: {
    description: 'A page of articles; in CSV the headers x-next-cursor and x-finsight-as-of tell the rest',
    schema: page,
    others: ['text/csv'],
  },
};

type NewsCall = Call<unknown, Values<typeof newsQuery> & { q?: string | undefined }, unknown>;

async function sendPage({ query, context, mediaType, req, res }: NewsCall): Promise<Reply | null> {
  const found = await context.ports.newsReads.search(await readQuery(query, context));
  const asOf = query.asOf ?? context.ports.now();
  if (mediaType === 'application/json') return { body: { ...found, asOf } };
  const rows = found.items.map((hit) => ({
    ...hit,
    published: new Date(hit.publishedAt).toISOString(),
    firstSeen: new Date(hit.firstSeenAt).toISOString(),
    snippet: hit.snippet.text,
  }));
  await sendCsv({ req, res }, csvOf(COLUMNS, rows), {
    'x-finsight-as-of': new Date(asOf).toISOString(),
    ...(found.cursor ? { 'x-next-cursor': found.cursor } : {}),
  });
  return null;
}

const listNews = route({
  id: 'listNews',
  method: 'get',
  path: '/news',
  group: 'news',
  summary: 'Articles by what they are about, newest first',
  role: 'viewer',
  query: newsQuery,
  produces: FORMS,
  answers,
  example: { query: { ticker: 'BTC', limit: '10' } },
  handle: sendPage,
});

const searchNews = route({
  id: 'searchNews',
  method: 'get',
  path: '/news/search',
  group: 'news',
  summary: 'Articles whose title or text has what is asked for',
  role: 'viewer',
  query: {
    q: requiredText(
      'Words, "phrases", AND, OR, NOT or -word, (groups) and prefixes such as regulat*',
      'bitcoin (etf OR "exchange traded") -rumour',
    ),
    ...newsQuery,
  },
  produces: FORMS,
  answers,
  example: { query: { q: 'bitcoin -ether ris*', order: 'relevance' } },
  handle: sendPage,
});

/** `/news/search` must be known before `/news/{id}`. */
export const newsSearchRoutes = [listNews, searchNews];
