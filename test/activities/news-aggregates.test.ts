import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aggregateNews } from '../../activities/news-aggregates.js';
import type { EventRow } from '../../adapters/ports.js';
import { rollUp, type NewsAggregate } from '../../domain/news/aggregates.js';
import { madePorts } from './made-ports.js';

let made: ReturnType<typeof madePorts>;
beforeEach(() => {
  made = madePorts({ now: () => 7 });
});
afterEach(() => made.remove());

const HOUR = Date.parse('2024-05-01T10:00:00Z');
const article = (n: number, tickers: string[], members = {}) => ({
  id: `art_${n}`,
  feed: n % 2 ? 'b' : 'a',
  sourceKey: 'live',
  publishedAt: HOUR + n * 1_200_000,
  tickers,
  title: 't',
  ...members,
});
const score = (n: number, label: string, members = {}) => ({
  id: `art_${n}/m@1`,
  articleId: `art_${n}`,
  model: 'm@1',
  label,
  probabilities: {
    negative: label === 'negative' ? 1 : 0,
    neutral: label === 'neutral' ? 1 : 0,
    positive: label === 'positive' ? 1 : 0,
  },
  abstained: false,
  knownAt: HOUR,
  tickers: [],
  ...members,
});
const told = (n: number, type = 'article.collected', payload = {}): EventRow => ({
  id: `${type}_${n}`,
  type,
  at: 1,
  payload: { articleId: `art_${n}`, ...payload },
});
const stored = async (): Promise<NewsAggregate[]> =>
  (await made.ports.documents.find<NewsAggregate>('newsAggregates', { order: 'oldest' })).items;

const ARTICLES = [
  article(0, ['BTC']),
  article(1, ['BTC', 'ETH']),
  article(2, ['BTC'], { sourceKey: 'recorded' }),
  article(3, ['BTC']),
  article(4, []),
];
const SCORES = [
  score(0, 'positive'),
  score(1, 'negative'),
  score(1, 'positive', { id: 'art_1/n@2', model: 'n@2' }),
  score(3, 'neutral', { abstained: true }),
];
const EVENTS = [...ARTICLES.keys()].flatMap((n) => [told(n), told(n, 'article.scored')]);

async function store(): Promise<void> {
  await made.ports.documents.upsert('articles', ARTICLES);
  await made.ports.documents.upsert('scores', SCORES);
}

it('count articles and sentiment by asset, hour and kind of source', async () => {
  await store();
  await aggregateNews(made.ports, [
    ...EVENTS,
    { id: 'x', type: 'bars.closed', at: 1, payload: {} },
    told(99),
  ]);
  const m = { model: 'm@1', scored: 2, abstained: 0, negative: 1, neutral: 0, positive: 1, sum: 0 };
  const [first] = (await stored()).filter(({ id }) => id === 'BTC/live/2024-05-01T10');
  expect(first).toMatchObject({
    articles: 2,
    feeds: [
      { feed: 'a', articles: 1 },
      { feed: 'b', articles: 1 },
    ],
    computedAt: 7,
  });
  expect(first?.sentiment[0]).toEqual(m);
  expect(first?.sentiment[1]).toMatchObject({ model: 'n@2', positive: 1, sum: 1 });
  expect((await stored()).map(({ id, articles }) => [id, articles]).sort()).toEqual([
    ['BTC/live/2024-05-01T10', 2],
    ['BTC/live/2024-05-01T11', 1],
    ['BTC/recorded/2024-05-01T10', 1],
    ['ETH/live/2024-05-01T10', 1],
  ]);
});

it('are the same for doubled, lost and reordered events, as long as the last of an article comes', async () => {
  await store();
  await aggregateNews(made.ports, EVENTS);
  const once = await stored();
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...EVENTS, ...EVENTS], { minLength: 12 }), async (some) => {
      for (const event of some) await aggregateNews(made.ports, [event]);
      expect(await stored()).toEqual(once);
    }),
    { numRuns: 10 },
  );
});

it('let an article go from the bucket of an asset that it no longer speaks of', async () => {
  await made.ports.documents.upsert('articles', [article(0, ['BTC'])]);
  await aggregateNews(made.ports, [told(0)]);
  await made.ports.documents.upsert('articles', [article(0, ['SOL'])]);
  await aggregateNews(made.ports, [told(0, 'article.changed', { formerTickers: ['BTC'] })]);
  expect((await stored()).map(({ id }) => id)).toEqual(['SOL/live/2024-05-01T10']);
});

it('add up to days', async () => {
  await store();
  await aggregateNews(made.ports, EVENTS);
  const days = rollUp((await stored()).toReversed());
  expect(days.map(({ id, articles }) => [id, articles]).sort()).toEqual([
    ['BTC/live/2024-05-01', 3],
    ['BTC/recorded/2024-05-01', 1],
    ['ETH/live/2024-05-01', 1],
  ]);
  const [live] = days.filter(({ id }) => id === 'BTC/live/2024-05-01');
  expect(live?.sentiment[0]).toEqual({
    model: 'm@1',
    scored: 3,
    abstained: 1,
    negative: 1,
    neutral: 0,
    positive: 1,
    sum: 0,
  });
});
