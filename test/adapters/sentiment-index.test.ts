import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openCache } from '../../adapters/cache/index.js';
import { openDocuments } from '../../adapters/documents/index.js';
import type { Closable } from '../../adapters/ports.js';
import { openSentimentIndexes } from '../../adapters/sentiment-index.js';
import type { Score } from '../../domain/sentiment/scores.js';
import { sentimentIndex } from '../../domain/sentiment/sentiment-index.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { HOUR, score, START } from './made-articles.js';

const BACKENDS: Backend[] = [
  { scheme: 'sqlite', fresh: () => `sqlite:${join(temporaryDirectory(), 'x.db')}` },
  { scheme: 'mongodb', server: mongo, fresh: (address) => `mongodb://${address}/${newName()}` },
];

const opened: Closable[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const NOW = START + 1000 * HOUR;
const model = {
  ref: { name: 'ngram', version: '1', onnx: { key: 'none', sha256: '', bytes: 1 } },
  kind: 'ngram' as const,
  threshold: 0.5,
  languages: ['en'],
};
const scoredAt = (id: string, hours: number, more: Partial<Score & { sourceKey: string }> = {}) => ({
  ...score(id, 'positive', more.model ?? 'ngram@1', {
    tickers: ['BTC'],
    knownAt: START + hours * HOUR,
    ...more,
  }),
});

function open(address: string, weights: Record<string, number> = {}) {
  const documents = openDocuments(address);
  const cache = openCache(`sqlite:${join(temporaryDirectory(), 'cache.db')}`);
  opened.push(documents, cache);
  const sentiment = { choose: async () => model };
  return { documents, index: openSentimentIndexes({ documents, cache, sentiment, weights, now: () => NOW }) };
}

for (const { name, reason, open: fresh } of await readyBackends('sentiment index', BACKENDS))
  describe.skipIf(reason !== null)(`the sentiment index over ${name} documents ${reason ?? ''}`, () => {
    it('is the one of its formula, from scores that are read page by page', async () => {
      const { documents, index } = open(fresh());
      const scores = Array.from({ length: 5000 }, (_, i) =>
        scoredAt(`art_${String(i).padStart(4, '0')}`, Math.floor(i / 12), {
          ...(i % 3 === 0 ? { probabilities: { negative: 0.7, neutral: 0.2, positive: 0.1 } } : {}),
          abstained: i % 10 === 0,
          story: `sto_${Math.floor(i / 2)}`,
          feed: i % 2 ? 'a' : 'b',
        }),
      );
      await documents.insert('scores', scores);
      const question = {
        asset: 'btc',
        from: START + 200 * HOUR,
        to: START + 300 * HOUR,
        step: '4h',
        weights: 'a=2',
      };
      const answer = await index.read(question);
      const opinions = scores.map(({ id, knownAt, probabilities, abstained, feed, story }) => ({
        ...{ id, knownAt, abstained, feed, story },
        ...{ positive: probabilities.positive, negative: probabilities.negative },
      }));
      const times = Array.from({ length: 26 }, (_, i) => START + (200 + 4 * i) * HOUR);
      const { halfLifeMs, windowMs, repeat, weights } = answer;
      const wanted = sentimentIndex({ opinions, times, settings: { halfLifeMs, windowMs, repeat, weights } });
      expect(answer.points.map(({ time, articles }) => [time, articles])).toEqual(
        wanted.map(({ time, articles }) => [time, articles]),
      );
      answer.points.forEach(({ index: value }, i) => expect(value).toBeCloseTo(wanted[i]!.index!, 9));
      expect(answer).toMatchObject({
        ...{ asset: 'BTC', model: 'ngram@1', source: { kind: 'simulated', detail: '1' }, asOf: NOW },
        ...{ from: times[0], to: times.at(-1), weights: { a: 2 } },
      });
      // The same point in another range is the same point, to the last bit.
      const later = await index.read({ ...question, from: START + 252 * HOUR });
      expect(later.points).toEqual(answer.points.slice(13));
    });

    it('reads what an asset was said to be where several were spoken of, and counts that', async () => {
      const { documents, index } = open(fresh());
      const opinion = { label: 'negative' as const, probabilities: { negative: 1, neutral: 0, positive: 0 } };
      const target = { asset: 'ETH', by: 'target' as const, ...opinion, abstained: false, reason: null };
      await documents.insert('scores', [
        scoredAt('art_1', 0, { tickers: ['BTC', 'ETH'], targets: [target] }),
      ]);
      const [btc, eth] = [await index.read({ asset: 'BTC' }), await index.read({ asset: 'ETH' })];
      expect([btc.points.at(-1)?.index, eth.points.at(-1)?.index]).toEqual([1, -1]);
      expect([btc.counts, eth.counts]).toEqual([
        { articles: 1, abstained: 0, ownOpinion: 0 },
        { articles: 1, abstained: 0, ownOpinion: 1 },
      ]);
    });

    it('keeps models and sources apart, and takes the served model where none is named', async () => {
      const { documents, index } = open(fresh());
      const negative = { negative: 1, neutral: 0, positive: 0 };
      await documents.insert('scores', [
        scoredAt('art_1', 0),
        scoredAt('art_1', 0, { model: 'other@2', probabilities: negative, scoredAt: START + 5 * HOUR }),
        scoredAt('art_2', 1, { model: 'other@2', probabilities: negative, scoredAt: START + 5 * HOUR }),
        scoredAt('art_3', -10, { sourceKey: 'live', probabilities: negative }),
      ]);
      const last = async (question: object) =>
        (await index.read({ asset: 'BTC', ...question })).points.at(-1)?.index;
      expect(await last({})).toBe(1);
      expect(await last({ model: 'other@2' })).toBe(-1);
      expect(await last({ model: 'ngram@1' })).toBe(1);
      expect(await last({ model: 'ngram' })).toBe(1);
      expect(await last({ source: 'live' })).toBe(-1);
      // What was scored later was not there then.
      expect(await index.read({ asset: 'BTC', asOf: START + 4 * HOUR })).toMatchObject({
        model: 'ngram@1',
        counts: { articles: 1 },
      });
    });

    it('tells nothing that was not known at asOf, and null where nothing is', async () => {
      const { documents, index } = open(fresh());
      await documents.insert('scores', [scoredAt('art_1', 0), scoredAt('art_2', 10)]);
      const then = await index.read({ asset: 'BTC', asOf: START + 5 * HOUR + 1 });
      expect(then).toMatchObject({ asOf: START + 5 * HOUR + 1, to: START, counts: { articles: 1 } });
      const later = await index.read({ asset: 'BTC', from: START - 2 * HOUR, to: START + 250 * HOUR });
      expect(later.points.slice(0, 3).map((point) => point.index)).toEqual([null, null, 1]);
      expect(later.points.at(-1)).toMatchObject({ index: null, articles: 0 });
      expect(await index.read({ asset: 'DOGE' })).toMatchObject({
        model: null,
        source: null,
        points: [],
        from: null,
      });
    });

    it('is read anew once scores have come', async () => {
      const { documents, index } = open(fresh());
      const question = { asset: 'BTC', from: START, to: START + 3 * HOUR };
      await documents.insert('scores', [scoredAt('art_1', 0)]);
      await index.read(question);
      await documents.insert('scores', [scoredAt('art_2', 1)]);
      expect((await index.read(question)).counts.articles).toBe(1);
      await index.refresh('simulated-1');
      expect((await index.read(question)).counts.articles).toBe(2);
    });

    it('names the articles behind a point, the heaviest first', async () => {
      const { documents, index } = open(fresh(), { a: 3 });
      await documents.insert('scores', [
        scoredAt('art_1', 0),
        scoredAt('art_2', 24),
        scoredAt('art_3', 24, { feed: 'a' }),
        scoredAt('art_4', 30),
      ]);
      const found = await index.members({ asset: 'BTC', at: START + 24 * HOUR, limit: 2 });
      expect(found.members.map((each) => [each.score.articleId, each.weight])).toEqual([
        ['art_3', 3],
        ['art_2', 1],
      ]);
      expect(found.point).toMatchObject({ articles: 3, weight: 4.5 });
    });
  });

it('says what is wrong with a question', async () => {
  const { documents, index } = open(BACKENDS[0]!.fresh(''));
  await documents.insert('scores', [scoredAt('art_1', 0)]);
  const asked = (question: object) => index.read({ asset: 'BTC', ...question });
  await expect(asked({ window: 'soon' })).rejects.toThrow(/window is "soon".*such as 90m, 24h or 7d/);
  await expect(asked({ halfLife: '0' })).rejects.toThrow(/halfLife is "0"/);
  await expect(asked({ step: `1${'0'.repeat(20)}` })).rejects.toThrow(/step is/);
  await expect(asked({ step: '0.5m' })).rejects.toThrow(/a minute/);
  await expect(asked({ repeat: 'x' })).rejects.toThrow(/from 0 to 1/);
  await expect(asked({ weights: 'a:1' })).rejects.toThrow(/Unreadable weight "a:1"/);
  await expect(asked({ from: 2, to: 1 })).rejects.toThrow(/range is empty/);
  await expect(asked({ from: 0, to: NOW })).rejects.toThrow(/at most 10000/);
  await expect(asked({ halfLife: '1m', window: '30d' })).rejects.toThrow(/500 half-lives/);
});
