import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { openDocuments as openDocumentsAt } from '../../adapters/documents/index.js';
import type { ArticleCountQuery, ArticleCounts } from '../../adapters/ports-articles.js';
import type { DocumentsPort } from '../../adapters/ports.js';
import { InvalidInputError } from '../../domain/errors.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { article, HOUR, score, START } from './made-articles.js';

const BACKENDS: Backend[] = [
  { scheme: 'sqlite', fresh: () => `sqlite:${join(temporaryDirectory(), 'x.db')}` },
  { scheme: 'mongodb', server: mongo, fresh: (address) => `mongodb://${address}/${newName()}` },
];

const opened: DocumentsPort[] = [];
function openDocuments(address: string): DocumentsPort {
  const documents = openDocumentsAt(address);
  opened.push(documents);
  return documents;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

for (const { name, reason, open } of await readyBackends('article counts', BACKENDS))
  describe.skipIf(reason !== null)(`the counts of the ${name} documents ${reason ?? ''}`, () =>
    contract(open),
  );

const sorted = ({ items }: ArticleCounts): Record<string, number> =>
  Object.fromEntries(items.map(({ key, articles }) => [key, articles]));

function tallied(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function contract(fresh: () => string): void {
  it('are what a look at every article counts, after changes and removals too', async () => {
    const documents = openDocuments(fresh());
    const tag = fc.constantFrom('BTC', 'ETH', 'SOL');
    const shape = {
      feed: tag,
      tickers: fc.uniqueArray(tag),
      topics: fc.uniqueArray(tag),
      sourceKey: fc.constantFrom('live', 'recorded'),
      publishedAt: fc.integer({ min: START - 3, max: START + 80 * HOUR }),
    };
    const made = fc
      .sample(fc.record(shape), { numRuns: 120, seed: 9 })
      .map((each, i) => article(`a${i}`, each));
    await documents.insert('articles', made);
    await documents.upsert(
      'articles',
      made.slice(0, 20).map((each) => ({ ...each, feed: 'SOL', publishedAt: START })),
    );
    await documents.remove('articles', ['a110', 'a111']);
    const all = made
      .map((each, i) => (i < 20 ? { ...each, feed: 'SOL', publishedAt: START } : each))
      .filter(({ id }) => id !== 'a110' && id !== 'a111');
    const hour = fc.integer({ min: -1, max: 90 }).map((n) => START + n * HOUR);
    await fc.assert(
      fc.asyncProperty(hour, hour, fc.boolean(), fc.option(tag), async (a, b, live, only) => {
        const range = { from: Math.min(a, b), to: Math.max(a, b) };
        const inside = all.filter(
          (each) =>
            each.publishedAt >= range.from &&
            each.publishedAt < range.to &&
            (!live || each.sourceKey === 'live') &&
            (!only || each.tickers.includes(only)),
        );
        const count = (by: ArticleCountQuery['by']) =>
          documents.countArticles({
            by,
            range,
            limit: 1000,
            ...(live ? { sourceKeys: ['live'] } : {}),
            ...(only ? { only: { dimension: 'ticker', value: only } } : {}),
          });
        const feeds = await count('feed');
        expect(sorted(feeds)).toEqual(tallied(inside.map(({ feed }) => feed)));
        expect(feeds.total).toBe(inside.length);
        expect(feeds.countedFrom).toBe(range.from);
        expect(sorted(await count('topic'))).toEqual(tallied(inside.flatMap(({ topics }) => topics ?? [])));
        const hours = inside.map(({ publishedAt }) => String(Math.floor(publishedAt / HOUR) * HOUR));
        expect(sorted(await count('hour'))).toEqual(tallied(hours));
        const tickers = inside.flatMap((each) => each.tickers).filter((each) => !only || each === only);
        expect(sorted(await count('ticker'))).toEqual(tallied(tickers));
      }),
      { numRuns: 25 },
    );
    const days = await documents.countArticles({ by: 'day', range: { from: START, to: Infinity }, limit: 2 });
    expect(days.items.map(({ key }) => Number(key))).toEqual([START + 72 * HOUR, START + 48 * HOUR]);
  }, 60_000);

  it('count what each model made of the articles, and follow its changes', async () => {
    const documents = openDocuments(fresh());
    await documents.insert('articles', [article('a', {}), article('b', {})]);
    await documents.insert('scores', [
      score('a', 'negative'),
      score('b', 'negative'),
      score('b', 'positive', 'other@1'),
    ]);
    await documents.insert('scores', [score('a', 'positive')]);
    await documents.upsert('scores', [score('b', 'positive')]);
    const query = {
      by: 'sentiment',
      model: 'ngram@1',
      range: { from: START, to: START + 1 },
      limit: 9,
    } as const;
    const counts = await documents.countArticles(query);
    expect(sorted(counts)).toEqual({ negative: 1, positive: 1 });
    const only = { dimension: 'sentiment', value: 'negative' } as const;
    const days = await documents.countArticles({ ...query, by: 'day', only });
    expect(sorted(days)).toEqual({ [START]: 1 });
    await expect(documents.countArticles({ ...query, by: 'feed', only })).rejects.toBeInstanceOf(
      InvalidInputError,
    );
    const { model: _, ...nameless } = query;
    await expect(documents.countArticles(nameless)).rejects.toThrow(/name it as <name>@<version>/);
  });
}
