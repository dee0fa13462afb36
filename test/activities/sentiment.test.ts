import { afterEach, beforeEach, expect, it } from 'vitest';
import { aggregateNews } from '../../activities/news-aggregates.js';
import { scorePage } from '../../activities/sentiment.js';
import type { TextToScore } from '../../adapters/ports-sentiment.js';
import type { NewsAggregate } from '../../domain/news/aggregates.js';
import { tagArticle } from '../../domain/news/tags/tag.js';
import { scoreFrom, type Score, type SentimentModel } from '../../domain/sentiment/scores.js';
import { article, START } from '../adapters/made-articles.js';
import { madePorts } from './made-ports.js';

const model: SentimentModel = {
  ref: { name: 'made', version: '1', onnx: { key: 'none', sha256: '', bytes: 1 } },
  kind: 'ngram',
  threshold: 0.5,
  languages: ['en'],
};
const asked: TextToScore[][] = [];
/** Likes what rises, and what it is asked about where that is Bitcoin. */
const sentiment = {
  models: async () => [model],
  choose: async () => model,
  async score(_: SentimentModel, texts: readonly TextToScore[]) {
    asked.push([...texts]);
    return texts.map(({ text, target }) => {
      const likes = target === undefined ? /rises/.test(text) : target === 'Bitcoin';
      return scoreFrom(likes ? [0, 0, 1] : [1, 0, 0], null);
    });
  },
  close: async () => {},
};

let made: ReturnType<typeof madePorts>;
beforeEach(() => {
  asked.length = 0;
  made = madePorts({ sentiment, now: () => START });
});
afterEach(() => made.remove());

const TITLE = 'Bitcoin quietly rises; Ethereum loses ground again';
const two = article('art_2', {
  title: TITLE,
  feed: 'b',
  storyId: 'sto_1',
  ...tagArticle({ title: TITLE, text: '' }),
});
const one = article('art_1', { title: 'Bitcoin falls', ...tagArticle({ title: 'Bitcoin falls', text: '' }) });
const byAsset = ({ targets }: Score) => targets?.map(({ asset, by, label }) => [asset, by, label]);

it('asks a model that reads targets about each asset of a text that speaks of several', async () => {
  const scores = await scorePage(made.ports, { model: { ...model, targets: true }, articles: [one, two] });
  expect(asked[0]?.map(({ target }) => target)).toEqual([undefined, undefined, 'Bitcoin', 'Ethereum']);
  expect(scores.map(byAsset)).toEqual([
    undefined,
    [
      ['BTC', 'target', 'positive'],
      ['ETH', 'target', 'negative'],
    ],
  ]);
});

it('gives other models the clause of each asset, and keeps outlet and story with the score', async () => {
  await scorePage(made.ports, { model, articles: [one, two] });
  expect(asked[0]?.map(({ text }) => text)).toEqual([
    'Bitcoin falls',
    TITLE,
    'Bitcoin quietly rises',
    'Ethereum loses ground again',
  ]);
  const stored = await made.ports.documents.getMany<Score>('scores', ['art_1/made@1', 'art_2/made@1']);
  expect(stored.map(({ label, feed, story }) => [label, feed, story])).toEqual([
    ['negative', 'coindesk', 'sto_1'],
    ['positive', 'b', 'sto_1'],
  ]);
  expect(byAsset(stored[1] as Score)).toEqual([
    ['BTC', 'clause', 'positive'],
    ['ETH', 'clause', 'negative'],
  ]);
});

it('passes over articles that have the score, and refuses a model that leaves out an answer', async () => {
  await scorePage(made.ports, { model, articles: [one] });
  expect(await scorePage(made.ports, { model, articles: [one] })).toEqual([]);
  const silent = { ...made.ports, sentiment: { ...sentiment, score: async () => [] } };
  await expect(scorePage(silent, { model, articles: [two] })).rejects.toThrow(
    /made@1 gives no answer for art_2/,
  );
});

it('counts for each asset what was said of it, in aggregates and in features', async () => {
  await made.ports.documents.insert('articles', [two]);
  await scorePage(made.ports, { model, articles: [two] });
  const events = [{ id: 'e', type: 'article.scored', at: START, payload: { articleId: 'art_2' } }];
  await aggregateNews(made.ports, events);
  const { items } = await made.ports.documents.find<NewsAggregate>('newsAggregates', {});
  expect(items.map(({ asset, sentiment: [own] }) => [asset, own?.sum]).sort()).toEqual([
    ['BTC', 1],
    ['ETH', -1],
  ]);
  const request = { model: 'made@1', source: two.source, from: 0, asOf: START };
  const values = ['BTC', 'ETH'].map((asset) => made.ports.sentimentPoints({ ...request, asset }));
  expect((await Promise.all(values)).map(({ points }) => points[0]?.value)).toEqual([1, -1]);
});
