import { z } from 'zod';
import { NotFoundError } from '../domain/errors.js';
import { sourceOfKey } from '../domain/sources.js';
import { newsHit, readFilter } from './news-schemas.js';
import { cursor, limit, readRange, segment, text, time } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf, source } from './schemas.js';

const members = {
  id: z.string().meta({ examples: ['sto_0123456789abcdef01234567'] }),
  title: z.string().nullable(),
  firstAt: instant.nullable(),
  lastAt: instant.describe('When its newest article was published'),
  tickers: z.array(z.string()),
  topics: z.array(z.string()),
  feeds: z.array(z.string()),
  source: source.nullable(),
};
const story = answer('NewsStory', z.looseObject(members));
const whole = answer(
  'NewsStoryArticles',
  z.looseObject({
    ...members,
    articles: z.array(newsHit).describe('Oldest first'),
    cursor: z.string().nullable().describe('For more of its articles: GET /news with story and this cursor'),
    asOf: instant,
  }),
);

/** Whatever else a story holds is shown as it is. */
type StoredStory = {
  id: string;
  lastAt: number;
  title?: string;
  firstAt?: number;
  tickers?: string[];
  topics?: string[];
  feeds?: string[];
  sourceKey?: string;
};

const shown = ({ sourceKey, ...each }: StoredStory) => ({
  ...each,
  title: each.title ?? null,
  firstAt: each.firstAt ?? null,
  tickers: each.tickers ?? [],
  topics: each.topics ?? [],
  feeds: each.feeds ?? [],
  source: sourceOfKey(sourceKey),
});

const listStories = route({
  id: 'listNewsStories',
  method: 'get',
  path: '/news/stories',
  group: 'news',
  summary: 'Stories, the same event told by one outlet or several, newest first',
  role: 'viewer',
  query: {
    ticker: text('Base assets spoken of, one of them', 'BTC,ETH'),
    topic: text('Topics, one of them', 'regulation'),
    feed: text('Names of feeds, one of them', 'coindesk'),
    source: text('Only from this kind of source: live, recorded or simulated-<seed>'),
    from: time('Newest article at or after'),
    to: time('Newest article before'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of stories', schema: pageOf('NewsStoryPage', story) } },
  example: { query: { limit: '10' } },
  async handle({ query, context }) {
    const { tickers, topics, feeds, sourceKeys } = readFilter(query);
    const found = await context.ports.documents.find<StoredStory>('stories', {
      where: {
        ...(tickers ? { tickers } : {}),
        ...(topics ? { topics } : {}),
        ...(feeds ? { feeds } : {}),
        ...(sourceKeys ? { sourceKey: sourceKeys } : {}),
      },
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { items: found.items.map(shown), cursor: found.cursor, asOf: context.ports.now() } };
  },
});

const getStory = route({
  id: 'getNewsStory',
  method: 'get',
  path: '/news/stories/{id}',
  group: 'news',
  summary: 'A story with its articles, oldest first',
  role: 'viewer',
  params: { id: segment('Story id', 'sto_0123456789abcdef01234567') },
  query: { limit: limit() },
  answers: { 200: { description: 'The story', schema: whole } },
  example: { params: { id: 'sto_example' } },
  async handle({ params, query, context }) {
    const { documents, newsReads, now } = context.ports;
    const found = await documents.get<StoredStory>('stories', params.id);
    if (!found) throw new NotFoundError(`No story "${params.id}"`);
    const page = { stories: [params.id], order: 'oldest', limit: query.limit } as const;
    const { items, cursor: next } = await newsReads.search(page);
    return { body: { ...shown(found), articles: items, cursor: next, asOf: now() } };
  },
});

export const newsStoryRoutes = [listStories, getStory];
