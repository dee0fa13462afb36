import { afterEach, expect, it } from 'vitest';
import { searchAlerts } from '../../activities/news/searches.js';
import { indexing, newsUpkeepSteps } from '../../activities/news/upkeep.js';
import type { Doc, EventRow, Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import type { SavedSearch, SearchFilter } from '../../domain/news/saved-searches.js';
import type { Score } from '../../domain/sentiment/scores.js';
import { article, score, START, version } from '../adapters/made-articles.js';
import { madePorts } from './made-ports.js';

const made: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((each) => each.remove()));
});
const BY = { principal: 'anna', tenant: 'default' };

function platform() {
  const own = madePorts();
  made.push(own);
  const ports: Ports = { ...own.ports, now: () => START + 10 };
  return { ports, all: newsUpkeepSteps(ports) };
}

const saved = (id: string, filter: SearchFilter): SavedSearch => ({
  id,
  name: id,
  filter,
  principal: 'anna',
  tenant: 'default',
  createdAt: START,
});
const collected = ({ id }: { id: string }): EventRow => ({
  id: `evt_collected_${id}`,
  type: 'article.collected',
  at: START,
  payload: { articleId: id },
});

it('tells each saved search once of each new article that it matches', async () => {
  const { ports } = platform();
  await ports.documents.insert('savedSearches', [
    saved('words', { text: 'bitcoin -ether' }),
    saved('ticker', { tickers: ['ETH'] }),
    saved('both', { text: '"bitcoin fund"', tickers: ['BTC'], source: 'live' }),
    saved('feed', { feeds: ['none'] }),
  ]);
  const articles = [
    article('a', { title: 'Bitcoin fund', tickers: ['BTC'], sourceKey: 'live' }),
    article('b', { title: 'Bitcoin and Ether', tickers: ['BTC', 'ETH'] }),
  ];
  await ports.documents.insert('articles', articles, collected);
  const follow = (): Promise<number> => ports.events.consume('searches', searchAlerts(ports));
  expect(await follow()).toBe(2);
  const told = async (): Promise<string[]> =>
    (await ports.events.recent({ type: 'search.matched', limit: 99 })).map(
      ({ payload }) => `${String(payload['searchId'])} ${String(payload['articleId'])}`,
    );
  const wanted = ['both a', 'ticker b', 'words a'];
  expect((await told()).sort()).toEqual(wanted);
  await follow();
  // A broker delivers again, and in another order.
  await searchAlerts(ports)([...articles.map(collected).reverse(), ...articles.map(collected)]);
  expect((await told()).sort()).toEqual(wanted);
  // What is only changed is no new article, but what was read of it is old.
  const { misses } = ports.newsReads.figures();
  await searchAlerts(ports)([{ ...collected({ id: 'a' }), id: 'other', type: 'article.changed' }]);
  expect((await told()).sort()).toEqual(wanted);
  expect(ports.newsReads.figures().misses).toBeGreaterThan(misses);
  const [event] = await ports.events.recent({ type: 'search.matched', limit: 1 });
  expect(event?.payload).toMatchObject({ principal: 'anna', tenant: 'default' });
});

it('tells a match with a sentiment when the article is scored, once', async () => {
  const { ports } = platform();
  const { ref } = await ports.sentiment.choose();
  const shipped = `${ref.name}@${ref.version}`;
  await ports.documents.insert('savedSearches', [
    saved('bad', { text: 'bitcoin', sentiment: 'negative' }),
    saved('unsure', { sentiment: 'abstained' }),
    saved('neutral', { sentiment: 'neutral' }),
    saved('other', { sentiment: 'negative', model: 'other@1' }),
    saved('any', { text: 'bitcoin' }),
  ]);
  const articles = [article('a', { title: 'Bitcoin falls' }), article('b', { title: 'Ether sleeps' })];
  await ports.documents.insert('articles', articles, collected);
  const scores = [
    score('a', 'negative', shipped),
    score('a', 'negative', 'other@1'),
    score('b', 'neutral', shipped, { abstained: true }),
  ];
  const follow = (): Promise<number> => ports.events.consume('searches', searchAlerts(ports));
  const told = async (): Promise<string[]> =>
    (await ports.events.recent({ type: 'search.matched', limit: 99 })).map(
      ({ payload }) =>
        `${String(payload['searchId'])} ${String(payload['articleId'])} ${String(payload['sentiment'])}`,
    );
  await follow();
  expect(await told()).toEqual(['any a undefined']);
  const scored = (each: Doc<Score>): EventRow => ({
    ...{ id: `evt_scored_${each.id}`, type: 'article.scored', at: START },
    payload: { articleId: each.articleId, model: each.model, label: each.label },
  });
  await ports.documents.insert('scores', scores, scored);
  await follow();
  await searchAlerts(ports)([...scores.map(scored), ...scores.map(scored)]);
  expect((await told()).sort()).toEqual([
    'any a undefined',
    'bad a negative',
    'other a negative',
    'unsure b abstained',
  ]);
});

it('removes texts whose time is over, of versions too, and keeps the facts', async () => {
  const { ports, all } = platform();
  const over = {
    retainUntil: START,
    revision: 2,
    contentSeenAt: START + 1,
    contentSha256: 'ab',
    tickers: ['BTC'],
  };
  const mentions = (['title', 'text'] as const).map((field) => ({
    ...{ entity: 'BTC', kind: 'asset', from: 0, to: 3, surface: 'BTC' },
    field,
  }));
  await ports.documents.upsert('articleVersions', [
    version('a', { title: 'Old', text: 'old words', seenAt: START }),
  ]);
  await ports.documents.insert('articles', [
    article('a', { ...over, text: 'secret words', mentions }),
    article('b', { text: 'secret words', retainUntil: START + 99 }),
  ]);
  expect(await all.forgetTexts({ ...BY })).toEqual({ dryRun: true, articles: 1 });
  expect(await all.forgetTexts({ dryRun: false, ...BY })).toEqual({ dryRun: false, articles: 1 });
  const left = await ports.documents.get<Article>('articles', 'a');
  expect(left).toMatchObject({ title: 'Title of a', text: '', contentSha256: 'ab', tickers: ['BTC'] });
  expect(left?.mentions?.map(({ field }) => field)).toEqual(['title']);
  expect((await ports.documents.get<Article>('articleVersions', 'a@Old'))?.text).toBe('');
  const found = await ports.documents.searchArticles({ text: 'words' });
  expect(found.items.map((each) => each.article.id)).toEqual(['b']);
  expect(await all.forgetTexts({ dryRun: false, ...BY })).toEqual({ dryRun: false, articles: 0 });
  expect(await ports.documents.count('audit', { where: { action: 'forgetTexts' } })).toBe(1);
});

it('makes reads old and warms them after a collection, and has nothing to index in a new store', async () => {
  const { ports, all } = platform();
  const query = { order: 'newest', limit: 100 } as const;
  expect((await ports.newsReads.search(query)).items).toEqual([]);
  await ports.documents.insert('articles', [article('a', { sourceKey: 'live' })]);
  expect((await ports.newsReads.search(query)).items).toEqual([]);
  expect((await all.refreshNews({ sourceKey: 'live' })).warmed).toBeGreaterThan(0);
  const { misses } = ports.newsReads.figures();
  expect((await ports.newsReads.search(query)).items).toHaveLength(1);
  expect(ports.newsReads.figures().misses).toBe(misses);
  expect(await indexing(ports)()).toBe(0);
});
