import { describe, expect, it } from 'vitest';
import { writePlatform } from '../../cli/platform.js';
import { article, HOUR, score, START, version } from '../adapters/made-articles.js';
import { called, commandPlatform, type Called } from './made-shell.js';
import { temporaryDirectory } from '../adapters/directories.js';

const { shown, json, platform } = commandPlatform(async ({ ports: { documents } }) => {
  await documents.insert('articles', [
    article('art_etf', {
      title: 'Bitcoin ETF approved',
      tickers: ['BTC'],
      topics: ['etf'],
      storyId: 'sto_1',
    }),
    article('art_etf2', {
      ...{ title: 'ETF approved at last', tickers: ['BTC', 'ETH'], storyId: 'sto_1' },
      publishedAt: START + HOUR,
    }),
    article('art_other', {
      title: 'Ether falls',
      tickers: ['ETH'],
      feed: 'other',
      publishedAt: START + 2 * HOUR,
    }),
    article('art_changed', { title: 'Now so', revision: 2, contentSeenAt: START + 9 }),
  ]);
  await documents.upsert('articleVersions', [version('art_changed', { title: 'First so', seenAt: START })]);
  await documents.insert('scores', [score('art_etf', 'positive')]);
  await documents.insert('stories', [
    {
      id: 'sto_1',
      title: 'ETF',
      firstAt: START,
      lastAt: START + HOUR,
      tickers: ['BTC'],
      feeds: ['coindesk'],
    },
  ]);
  const sentiment = {
    model: 'ngram@1',
    scored: 2,
    abstained: 0,
    negative: 0,
    neutral: 1,
    positive: 1,
    sum: 0.5,
  };
  await documents.insert('newsAggregates', [
    {
      ...{ id: 'BTC/simulated-1/2024-01-01T00', asset: 'BTC', sourceKey: 'simulated-1', from: START },
      ...{ articles: 2, feeds: [{ feed: 'coindesk', articles: 2 }], sentiment: [sentiment], computedAt: 1 },
    },
  ]);
});

const ids = ({ answer }: Called): unknown => answer.items?.map(({ id }) => id);

describe('finsight news', () => {
  it.each<[string[], string[]]>([
    [
      ['search', 'approved'],
      ['art_etf2', 'art_etf'],
    ],
    [['search', 'etf', 'approved', '--ticker', 'eth'], ['art_etf2']],
    [
      ['search', '"at last" OR ether', '--order', 'oldest'],
      ['art_etf2', 'art_other'],
    ],
    [['search', 'so', '--as-of', new Date(START + 5).toISOString()], ['art_changed']],
    [['search', 'nothing'], []],
    [['list', '--feed', 'other'], ['art_other']],
    [['list', '--sentiment', 'positive'], ['art_etf']],
    [['list', '--story', 'sto_1', '--to', '2024-01-01T01:00:00Z'], ['art_etf']],
    [['list', '--topic', 'etf', '--source', 'simulated-1', '--language', 'en'], ['art_etf']],
    [['stories', '--ticker', 'BTC'], ['sto_1']],
  ])('%j finds %j', async (argv, wanted) => {
    const found = await json('news', ...argv);
    expect([found.code, ids(found)]).toEqual([0, wanted]);
  });

  it('without a verb lists, and goes on at the cursor that it says', async () => {
    const first = await shown('news', '--limit', '3');
    expect(first.out.split('\n')[0]).toMatch(/^published +id +feed +tickers +title$/);
    const [, cursor = ''] = /^more: --cursor (\S+)$/m.exec(first.err) ?? [];
    const second = await json('news', 'list', '--limit', '3', '--cursor', cursor);
    expect(second.answer.items).toHaveLength(1);
    expect(first.out).not.toContain(` ${String(second.answer.items?.[0]?.['id'])} `);
  });

  it('shows an article, as it was known then too', async () => {
    const now = await json('news', 'show', 'art_changed');
    expect(now.answer).toMatchObject({ title: 'Now so', versions: [{ title: 'First so' }] });
    const then = await json('news', 'show', 'art_changed', '--as-of', String(START + 5));
    expect(then.answer).toMatchObject({ title: 'First so', versions: [] });
  });

  it('counts', async () => {
    const stats = await json('news', 'stats', '--by', 'ticker');
    expect(stats.answer.items).toEqual([
      { key: 'BTC', articles: 2 },
      { key: 'ETH', articles: 2 },
    ]);
    expect((await shown('news', 'stats', '--by', 'feed')).out).toMatch(
      /^feed +articles\ncoindesk +3\nother +1\n$/,
    );
    expect((await json('news', 'cache')).answer).toMatchObject({ hits: expect.any(Number) });
  });

  it('shows stories, and one with its articles', async () => {
    expect((await shown('news', 'stories')).out).toMatch(/sto_1 +coindesk +BTC +ETF/);
    const story = await json('news', 'stories', 'sto_1');
    expect(story.answer).toMatchObject({ articles: [{ id: 'art_etf' }, { id: 'art_etf2' }] });
  });

  it('shows aggregates', async () => {
    const days = await json('news', 'aggregates', '--asset', 'BTC');
    expect(days.answer.items).toMatchObject([{ asset: 'BTC', from: START, articles: 2 }]);
    const table = await shown('news', 'aggregates', '--asset', 'btc', '--bucket', 'hour');
    expect(table.out).toMatch(/2024-01-01T00:00 +BTC +simulated-1 +2 +ngram@1 +2 +0 +1 +1 +0\.250/);
    expect(await shown('news', 'aggregates', '--asset', 'DOGE')).toMatchObject({
      ...{ code: 0, out: '', err: 'nothing to show\n' },
    });
  });

  it('saves searches, lists and deletes them', async () => {
    const saved = await json('news', 'searches', 'save', 'Funds', 'etf', 'OR', 'fund', '--tickers', 'btc');
    expect(saved.answer).toMatchObject({ name: 'Funds', filter: { text: 'etf OR fund', tickers: ['BTC'] } });
    const id = String(saved.answer['id']);
    expect(ids(await json('news', 'searches'))).toEqual([id]);
    expect((await shown('news', 'searches', 'list')).out).toContain('"text":"etf OR fund"');
    expect((await json('news', 'searches', 'delete', id)).answer).toEqual({ deleted: id });
    expect(ids(await json('news', 'searches'))).toEqual([]);
  });

  it('deletes an article', async () => {
    await platform().ports.documents.insert('articles', [article('art_gone')]);
    expect((await json('news', 'delete', 'art_gone')).answer).toEqual({ deleted: 'art_gone' });
    expect((await json('news', 'show', 'art_gone')).code).toBe(2);
  });

  it.each<[string[], RegExp]>([
    [['serch', 'x'], /Unknown command "news serch"; did you mean "search"\? known: collect, parse/],
    [
      ['searches', 'sav', 'x'],
      /Unknown command "news searches sav"; did you mean "save"\? known: list, save, delete/,
    ],
    [['list', '--tickr', 'BTC'], /--tickr.*Did you mean --ticker\?/s],
    [['search'], /missing required argument 'text'/],
    [['search', '(x'], /a group that is not closed/],
    [['search', 'x', '--order', 'best'], /newest.*oldest.*relevance/],
    [['list', '--limit', '0'], /limit/],
    [['list', '--from', 'soon'], /from.*soon|soon.*from/s],
    [['list', '--cursor', 'x'], /cursor/],
    [['show', 'art_none'], /art_none/],
    [['show', 'art_etf', '--as-of', '2023-01-01'], /2024-01-01/],
    [['stories', 'sto_none'], /sto_none/],
    [['stats', '--by', 'tiker'], /by.*ticker/s],
    [['aggregates', '--bucket', 'week'], /bucket.*hour.*day/s],
    [['searches', 'save', 'x'], /empty filter/],
    [['searches', 'delete', 'sea_none'], /sea_none/],
  ])('%j is wrong usage', async (argv, why) => {
    const { code, answer, err } = await json('news', ...argv);
    expect([code, answer['exitCode'], answer.error?.message]).toEqual([2, 2, expect.stringMatching(why)]);
    expect(err).toMatch(why);
  });
});

const VERBS = [
  ...[
    'list',
    'search x',
    'show x',
    'stats',
    'stories',
    'cache',
    'aggregates',
    'searches',
    'searches save x y',
  ],
  ...['searches delete x', 'delete x'],
].map((verb) => `news ${verb}`);
const SOURCES = ['', 'show', 'kinds', 'add', 'change', 'pause', 'resume', 'remove', 'test', 'health'].map(
  (verb) => `sources ${verb} ${['', 'kinds'].includes(verb) ? '' : 'x'}`,
);
const EVENTS = ['list', 'status', 'consumers', 'dead-letters', 'requeue x'].map((verb) => `events ${verb}`);
const TOLD = [
  ...['list', 'show x', 'create x --webhook https://h.example', 'pause x', 'resume x', 'test x', 'delete x'],
  ...['deliveries x', 'retry x y'],
].map((verb) => `notifications ${verb}`);

describe('where no platform can be asked', () => {
  it('one that has stopped answering is named, with exit code 5', async () => {
    const directory = temporaryDirectory();
    const mark = { temporalAddress: '', temporalUi: null, startedAt: 1 };
    writePlatform(directory, { ...mark, pid: process.pid, apiUrl: 'http://127.0.0.1:1' });
    for (const line of ['news list', 'sources', 'events status', 'notifications', 'sources collect']) {
      const { code, answer } = await called([...line.split(' '), '--json', '--data-dir', directory]);
      expect([line, code]).toEqual([line, 5]);
      expect(answer.error?.message).toMatch(/^The platform at http:\/\/127\.0\.0\.1:1 does not answer: .+/);
    }
  });

  const lines = [
    ...VERBS,
    ...SOURCES,
    'sources discover https://h.example',
    'sources collect',
    ...EVENTS,
    ...TOLD,
  ];
  it.each(lines)('"%s" ends with 5 and says how to start one', async (line) => {
    const directory = temporaryDirectory();
    const { code, answer } = await called([...line.trim().split(/ +/), '--json', '--data-dir', directory]);
    expect([code, answer['exitCode']]).toEqual([5, 5]);
    expect(answer.error?.message).toContain(`start one: finsight up --data-dir ${directory}`);
  });
});
