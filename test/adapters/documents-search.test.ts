import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { openDocuments as openDocumentsAt } from '../../adapters/documents/index.js';
import type { ArticleQuery } from '../../adapters/ports-articles.js';
import type { Doc, DocumentsPort } from '../../adapters/ports.js';
import { sqliteFile } from '../../adapters/sqlite.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Article } from '../../domain/news/articles.js';
import { indexWords, matches } from '../../domain/news/matching.js';
import { parseSearch } from '../../domain/news/search.js';
import type { SentimentVerdict } from '../../domain/sentiment/scores.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { article, HOUR, score, START, version } from './made-articles.js';

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

/** Every page of a search, one after the other. */
async function found(documents: DocumentsPort, query: ArticleQuery): Promise<Article[]> {
  const articles: Article[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await documents.searchArticles({ ...query, ...(cursor ? { cursor } : {}) });
    articles.push(...page.items.map((each) => each.article));
    cursor = page.cursor;
  }
  return articles;
}
const ids = async (documents: DocumentsPort, query: ArticleQuery): Promise<string[]> =>
  (await found(documents, query)).map(({ id }) => id);

for (const { name, reason, open } of await readyBackends('article search', BACKENDS))
  describe.skipIf(reason !== null)(`a search of the ${name} documents ${reason ?? ''}`, () => contract(open));

const word = fc.constantFrom('bitcoin', 'bits', 'ether', 'über', 'rises', 'falls', '比特币', "o'neil");
const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((all) => all.join(' '));
const search: fc.Arbitrary<string> = fc.letrec<{ any: string; plain: string; group: string }>((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, tie('plain'), tie('group')),
  plain: fc.oneof(
    word,
    fc.tuple(word, word).map((pair) => `"${pair.join(' ')}"`),
    fc.constantFrom('bit*', 'ri*', 'eth*', 'BITCOIN', 'Über'),
  ),
  group: fc
    .tuple(tie('any'), fc.constantFrom(' ', ' AND ', ' OR ', ' -', ' AND NOT '), tie('any'))
    .map(([a, sign, b]) => `(${a}${sign.endsWith('-') ? `${sign}(${b})` : `${sign}${b}`})`),
})).any;

function contract(fresh: () => string): void {
  it('finds what a plain look at every text finds, in the order of time, page by page', async () => {
    const documents = openDocuments(fresh());
    const shape = { title: words, text: words, at: fc.integer({ min: 0, max: 30 }) };
    const made = fc
      .sample(fc.record(shape), { numRuns: 80, seed: 3 })
      .map(({ at, ...texts }, i) => article(`art_${i}`, { ...texts, publishedAt: START + at * HOUR }));
    await documents.insert('articles', made);
    await fc.assert(
      fc.asyncProperty(search, fc.boolean(), fc.integer({ min: 1, max: 30 }), async (text, oldest, limit) => {
        const wanted = parseSearch(text);
        const order = oldest ? 'oldest' : 'newest';
        const all = await found(documents, { text, order, limit });
        const fitting = made.filter((each) => matches(wanted, indexWords(each)));
        expect(all.map(({ id }) => id).sort()).toEqual(fitting.map(({ id }) => id).sort());
        const times = all.map(({ publishedAt }) => publishedAt);
        expect(times).toEqual(times.toSorted((a, b) => (oldest ? a - b : b - a)));
        const ranked = await ids(documents, { text, order: 'relevance', limit });
        expect(ranked.toSorted()).toEqual(fitting.map(({ id }) => id).sort());
      }),
      { numRuns: 60, seed: 7 },
    );
  }, 60_000);

  it('never lets a text through as syntax', async () => {
    const documents = openDocuments(fresh());
    await documents.insert('articles', [article('art_1', { title: 'NEAR AND NOT title text tags every' })]);
    const hostile = fc.string({
      unit: fc.constantFrom(
        ...'aN "\'()*:^{}+-\\;%_.,~\0é比\u0301'.split(''),
        'NEAR',
        ' OR ',
        ' AND ',
        'title:',
      ),
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const error = await documents.searchArticles({ text }).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        if (error !== null) expect(error).toBeInstanceOf(InvalidInputError);
      }),
      { numRuns: 150 },
    );
    expect(await ids(documents, { text: 'tags:every' })).toEqual(['art_1']);
    expect(await ids(documents, { text: 'every every' })).toEqual(['art_1']);
  }, 60_000);

  it('keeps to every filter at once', async () => {
    const documents = openDocuments(fresh());
    const base = { title: 'Bitcoin', tickers: ['BTC'], topics: ['etf'], storyId: 'sto_1', language: 'en' };
    await documents.insert('articles', [
      article('all', base),
      article('ticker', { ...base, tickers: ['ETH', 'SOL'] }),
      article('topic', { ...base, topics: [] }),
      article('feed', { ...base, feed: 'a "feed"' }),
      article('story', { ...base, storyId: 'sto_2' }),
      article('language', { ...base, language: 'de' }),
      article('source', { ...base, sourceKey: 'live' }),
      article('early', { ...base, publishedAt: START - 1 }),
      article('text', { ...base, title: 'Ether' }),
    ]);
    const query = {
      text: 'bitcoin',
      tickers: ['BTC', 'DOGE'],
      topics: ['etf'],
      feeds: ['coindesk'],
      stories: ['sto_1'],
      languages: ['en'],
      sourceKeys: ['simulated-1'],
      range: { from: START, to: START + 1 },
    };
    expect(await ids(documents, query)).toEqual(['all']);
    expect(await ids(documents, { feeds: ['a "feed"'] })).toEqual(['feed']);
    expect(await ids(documents, { tickers: [] })).toEqual([]);
    expect(await ids(documents, { tickers: ['SOL', 'ETH'] })).toEqual(['ticker']);
    expect((await ids(documents, {})).length).toBe(9);
  });

  it('filters by what a model made of an article', async () => {
    const documents = openDocuments(fresh());
    await documents.insert(
      'articles',
      Array.from({ length: 40 }, (_, i) => article(`art_${i}`, { publishedAt: START + i })),
    );
    await documents.insert('scores', [
      score('art_3', 'negative'),
      score('art_30', 'negative'),
      score('art_9', 'negative', 'other@1'),
      score('art_4', 'positive'),
    ]);
    const sentiment = { model: 'ngram@1', label: 'negative' } as const;
    expect(await ids(documents, { sentiment, limit: 1 })).toEqual(['art_30', 'art_3']);
  });

  it('tells an abstention from neutral, and knows no score before it was there', async () => {
    const documents = openDocuments(fresh());
    await documents.insert(
      'articles',
      Array.from({ length: 6 }, (_, i) => article(`art_${i}`, { publishedAt: START + i })),
    );
    await documents.insert('scores', [
      score('art_0', 'neutral'),
      score('art_1', 'neutral', 'ngram@1', { abstained: true }),
      score('art_2', 'neutral', 'other@1', { abstained: true }),
      // Known as the text was, and given an hour later.
      score('art_3', 'negative', 'ngram@1', { scoredAt: START + HOUR, knownAt: START + 3 }),
      // Given at once, of a text that came later.
      score('art_4', 'negative', 'ngram@1', { scoredAt: START + 4, knownAt: START + 2 * HOUR }),
    ]);
    const asked = (label: SentimentVerdict, asOf?: number): Promise<string[]> =>
      ids(documents, {
        sentiment: { model: 'ngram@1', label },
        ...(asOf === undefined ? {} : { asOf: START + asOf }),
      });
    expect(await asked('neutral')).toEqual(['art_0']);
    expect(await asked('abstained')).toEqual(['art_1']);
    expect(await asked('negative')).toEqual(['art_4', 'art_3']);
    expect(await asked('negative', HOUR - 1)).toEqual([]);
    expect(await asked('negative', HOUR)).toEqual(['art_3']);
    expect(await asked('negative', 2 * HOUR)).toEqual(['art_4', 'art_3']);
  });

  it('answers as it would have then', async () => {
    const documents = openDocuments(fresh());
    const first = { title: 'Rumour of a fund', firstSeenAt: START + 10, publishedAt: START };
    await documents.insert('articles', [
      article('late', { ...first, title: 'A rumour that came late', firstSeenAt: START + 90 }),
    ]);
    const now = { ...first, title: 'Fund confirmed', contentSha256: 'Fund confirmed', revision: 3 };
    const texts = [
      version('changed', { title: 'Rumour of a fund', seenAt: START + 10 }),
      version('changed', { title: 'Rumour denied', seenAt: START + 20 }),
      version('changed', { title: 'Fund confirmed', seenAt: START + 30 }),
    ];
    // In whichever order they come.
    await documents.insert('articleVersions', texts.slice(0, 2));
    await documents.upsert('articles', [article('changed', { ...now, contentSeenAt: START + 30 })]);
    await documents.insert('articleVersions', texts.slice(2));
    const titles = async (text: string, at: number): Promise<string[]> =>
      (await found(documents, { text, asOf: START + at })).map(({ id, title }) => `${id} ${title}`);
    expect(await titles('rumour', 9)).toEqual([]);
    expect(await titles('rumour', 10)).toEqual(['changed Rumour of a fund']);
    expect(await titles('rumour', 25)).toEqual(['changed Rumour denied']);
    expect(await titles('rumour', 30)).toEqual([]);
    expect(await titles('fund', 30)).toEqual(['changed Fund confirmed']);
    expect(await titles('rumour', 95)).toEqual(['late A rumour that came late']);
    expect(await ids(documents, { text: 'rumour' })).toEqual(['late']);
  });

  it('follows changes and removals', async () => {
    const documents = openDocuments(fresh());
    await documents.insert('articles', [article('a', { title: 'alpha' }), article('b', { title: 'alpha' })]);
    await documents.update<Article>('articles', 'a', (doc) => ({ ...(doc as Doc<Article>), title: 'beta' }));
    expect(await ids(documents, { text: 'alpha' })).toEqual(['b']);
    expect(await ids(documents, { text: 'beta' })).toEqual(['a']);
    await documents.upsert('articles', [article('b', { title: 'beta', publishedAt: START + HOUR })]);
    expect(await ids(documents, { text: 'beta' })).toEqual(['b', 'a']);
    await documents.remove('articles', ['b']);
    expect(await ids(documents, { text: 'beta' })).toEqual(['a']);
    expect(await ids(documents, {})).toEqual(['a']);
  });

  it('ranks titles and rarer words first', async () => {
    const documents = openDocuments(fresh());
    await documents.insert('articles', [
      article('text', { title: 'News', text: 'a fund of bitcoin and more', publishedAt: START + 9 }),
      article('title', { title: 'Bitcoin fund', text: 'news of today', publishedAt: START }),
      article('none', { title: 'Ether', publishedAt: START + 8 }),
    ]);
    const { items } = await documents.searchArticles({ text: 'bitcoin fund', order: 'relevance' });
    expect(items.map(({ article: { id } }) => id)).toEqual(['title', 'text']);
    expect(items[0]?.relevance).toBeGreaterThan(items[1]?.relevance ?? NaN);
    await expect(documents.searchArticles({ order: 'relevance' })).rejects.toThrow(/search for words/);
  });

  it('keeps thousands of the same instant apart', async () => {
    const documents = openDocuments(fresh());
    const many = Array.from({ length: 1500 }, (_, i) => article(`art_${i}`, { title: 'same' }));
    await documents.insert('articles', many);
    const all = await ids(documents, { text: 'same', limit: 700 });
    expect(new Set(all).size).toBe(1500);
    expect(all.length).toBe(1500);
  });

  it('refuses the cursor of another search', async () => {
    const documents = openDocuments(fresh());
    await documents.insert('articles', [article('a', {}), article('b', {})]);
    const { cursor } = await documents.searchArticles({ limit: 1 });
    for (const [query, bad] of [
      [{ text: 'title' }, cursor],
      [{}, 'x'],
      [{}, btoa('{"a":1}')],
    ] as const)
      await expect(documents.searchArticles({ ...query, cursor: bad ?? '' })).rejects.toBeInstanceOf(
        InvalidInputError,
      );
  });

  it('tells whose text is to go', async () => {
    const documents = openDocuments(fresh());
    await documents.insert('articles', [
      article('gone', { text: 'words', retainUntil: START }),
      article('kept', { text: 'words', retainUntil: START + 9 }),
      article('empty', { text: '', retainUntil: START }),
      article('free', { text: 'words', retainUntil: null }),
    ]);
    expect(await documents.expiredArticles({ before: START + 5, limit: 10 })).toEqual(['gone']);
  });
}

it('takes in what a file from before the index holds, bit by bit, newest first', async () => {
  const path = join(temporaryDirectory(), 'x.db');
  const documents = openDocuments(`sqlite:${path}`);
  const many = Array.from({ length: 25 }, (_, i) => article(`art_${i}`, { publishedAt: START + i * HOUR }));
  await documents.insert('articles', many);
  await documents.insert('scores', [score('art_1', 'negative'), score('art_2', 'negative')]);
  await documents.close();
  const file = sqliteFile(path, []);
  for (const table of ['article_words', 'article_texts', 'article_index', 'article_counts'])
    file.run(`DROP TABLE ${table}`);
  file.close();
  expect(await documents.searchArticles({})).toEqual({ items: [], cursor: null, complete: false });
  expect(await documents.indexArticles(10)).toEqual({ indexed: 10, done: false });
  expect((await ids(documents, { text: 'title' })).at(-1)).toBe('art_15');
  // What comes meanwhile is in step from the start.
  await documents.insert('articles', [article('new', { publishedAt: START })]);
  await documents.upsert('articles', [article('art_3', { title: 'Other', publishedAt: START + 3 * HOUR })]);
  await documents.indexArticles(10);
  expect(await documents.indexArticles(10)).toMatchObject({ done: true });
  expect((await ids(documents, {})).length).toBe(26);
  expect(await ids(documents, { text: 'other' })).toEqual(['art_3']);
  const range = { from: 0, to: Infinity };
  expect(await documents.countArticles({ by: 'feed', range, limit: 9 })).toMatchObject({ total: 26 });
  const labels = await documents.countArticles({ by: 'sentiment', model: 'ngram@1', range, limit: 9 });
  expect(labels.items).toEqual([{ key: 'negative', articles: 2 }]);
});
