import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { article, HOUR, score, START, version } from '../adapters/made-articles.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';

interface Page {
  items: { id: string; title: string; titleMarks: [number, number][]; snippet: { text: string } }[];
  cursor: string | null;
  complete: boolean;
}

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  const { documents } = platform.ports;
  await documents.insert('articles', [
    article('etf', {
      title: 'Bitcoin ETF <b>approved</b>',
      tickers: ['BTC'],
      text: 'The fund trades.',
      storyId: 'sto_1',
    }),
    article('etf2', {
      title: 'ETF approved at last',
      tickers: ['BTC'],
      storyId: 'sto_1',
      publishedAt: START + HOUR,
    }),
    article('sum', {
      title: '=SUM(A1)',
      text: 'say "hi", all',
      feed: 'other',
      publishedAt: START + 2 * HOUR,
    }),
    article('changed', { title: 'Now so', revision: 2, contentSeenAt: START + 9, publishedAt: START }),
    article('gone', { title: 'To be deleted' }),
  ]);
  await documents.upsert('articleVersions', [version('changed', { title: 'First so', seenAt: START })]);
  await documents.insert('scores', [score('etf', 'positive'), score('gone', 'negative')]);
  await documents.insert('stories', [{ id: 'sto_1', title: 'ETF', lastAt: START + HOUR, tickers: ['BTC'] }]);
});
afterAll(() => platform.close());

const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  platform.call(`/api/v1${path}`, { headers });
const read = async <T = Page>(path: string): Promise<T> => (await get(path)).json() as Promise<T>;
const ids = ({ items }: Page): string[] => items.map(({ id }) => id);

describe('news', () => {
  it.each([
    ['/news?ticker=btc', ['etf2', 'etf']],
    ['/news?ticker=BTC,ETH&order=oldest', ['etf', 'etf2']],
    ['/news?feed=other', ['sum']],
    ['/news?story=sto_1&to=2024-01-01T01:00:00Z', ['etf']],
    ['/news?sentiment=positive', ['etf']],
    ['/news/search?q=approved', ['etf2', 'etf']],
    ['/news/search?q=approved+bitcoin&order=relevance', ['etf']],
    [`/news/search?q=${encodeURIComponent('approved -"at last"')}`, ['etf']],
    [`/news/search?q=so&asOf=${START + 5}`, ['changed']],
    ['/news/search?q=nothing', []],
  ])('%s finds %j', async (path, wanted) => {
    expect(ids(await read(path))).toEqual(wanted);
  });

  it('marks what was found in plain text', async () => {
    const [hit] = (await read('/news/search?q=bitcoin')).items;
    expect(hit?.titleMarks.map(([from, to]) => hit.title.slice(from, to))).toEqual(['Bitcoin']);
    expect(hit?.snippet.text).toBe('The fund trades.');
    expect(hit).not.toHaveProperty('text');
  });

  it.each([
    ['ticker=btc&feed=coindesk', ['etf2', 'etf']],
    ['ticker=BTC&source=simulated-1', ['etf2', 'etf']],
    ['ticker=BTC&feed=other', []],
    ['ticker=BTC&source=live', []],
    ['ticker=BTC&feed=coindesk&from=2024-01-01T01:00:00Z', ['etf2']],
  ])('lists whole articles of an asset and another member: %s', async (query, wanted) => {
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await read(`/articles?${query}&limit=1${cursor ? `&cursor=${cursor}` : ''}`);
      for (const each of page.items) {
        found.push(each.id);
        expect(each).toHaveProperty('text');
        expect(each).not.toHaveProperty('sourceKey');
      }
      ({ cursor } = page);
    }
    expect(found).toEqual(wanted);
  });

  it('goes on page by page, with the same cursor rules as every list', async () => {
    const first = await read('/news?ticker=BTC&limit=1');
    const second = await read(`/news?ticker=BTC&limit=1&cursor=${first.cursor}`);
    expect([...ids(first), ...ids(second)]).toEqual(['etf2', 'etf']);
    expect(second.cursor).toBeNull();
    expect((await get(`/news?limit=1&cursor=${first.cursor}`)).status).toBe(400);
  });

  it.each([
    ['/news/search', 400, 'query.q'],
    ['/news/search?q=%22', 400, 'a quote that is not closed'],
    ['/news/search?q=(a', 400, 'a group that is not closed'],
    ['/news?order=relevance', 400, 'search for words'],
    ['/news?from=2024-02-01&to=2024-01-01', 400, 'range is empty'],
    ['/news/art_nothing', 404, 'art_nothing'],
    [`/news/changed?asOf=${START - 1}`, 404, 'first seen at 2024-01-01'],
    ['/news/stories/sto_nothing', 404, 'sto_nothing'],
    ['/news/stats?by=sentiment&ticker=BTC', 400, '/sentiment/{asset}'],
    ['/news/stats?feed=a&ticker=BTC', 400, 'one member at a time'],
  ])('%s answers %i', async (path, status, words) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(JSON.stringify(await response.json())).toContain(words);
  });

  it('are a table where that is asked for, which no spreadsheet runs', async () => {
    const response = await get('/news?feed=other', { accept: 'text/csv' });
    expect(response.headers.get('content-type')).toContain('text/csv');
    const [names, row] = (await response.text()).split('\r\n');
    expect(names).toBe('id,published,firstSeen,feed,language,tickers,topics,storyId,title,url,snippet');
    expect(row).toContain(`,'=SUM(A1),https://a.example/sum,"say ""hi"", all"`);
    const again = { accept: 'text/csv', 'if-none-match': String(response.headers.get('etag')) };
    expect((await get('/news?feed=other', again)).status).toBe(304);
    const stats = await (await get('/news/stats?by=feed', { accept: 'text/csv' })).text();
    expect(stats).toBe('feed,articles\r\ncoindesk,4\r\nother,1\r\n');
  });

  it('are not sent again where they are known', async () => {
    const response = await get('/news');
    const tag = String(response.headers.get('etag'));
    expect((await get('/news', { 'if-none-match': tag })).status).toBe(304);
  });

  it('are packed', async () => {
    const response = await fetch(`${platform.url}/api/v1/news`, {
      headers: { authorization: 'Bearer an-admin-key-of-the-tests', 'accept-encoding': 'gzip' },
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(((await response.json()) as Page).items.length).toBeGreaterThan(0);
  });

  it('show one article with all that belongs to it, now and then', async () => {
    const now = await read<Record<string, unknown>>('/news/changed');
    expect(now).toMatchObject({
      title: 'Now so',
      versions: [{ revision: 1, title: 'First so' }],
      scores: [],
    });
    const then = await read<Record<string, unknown>>(`/news/changed?asOf=${START + 3}`);
    expect(then).toMatchObject({ id: 'changed', title: 'First so', versions: [] });
    expect(await read('/news/etf')).toMatchObject({ scores: [{ label: 'positive', model: 'ngram@1' }] });
  });

  it('are counted', async () => {
    const days = await read('/news/stats');
    expect(days).toMatchObject({
      by: 'day',
      total: 5,
      items: [{ key: '2024-01-01T00:00:00.000Z', articles: 5 }],
      complete: true,
    });
    expect(await read('/news/stats?by=sentiment')).toMatchObject({
      items: [
        { key: 'negative', articles: 1 },
        { key: 'positive', articles: 1 },
      ],
    });
    expect(await read('/news/stats?by=feed&ticker=btc')).toMatchObject({
      total: 2,
      items: [{ key: 'coindesk', articles: 2 }],
    });
  });

  it('are stories', async () => {
    expect(ids(await read('/news/stories?ticker=BTC'))).toEqual(['sto_1']);
    const story = await read<{ articles: { id: string }[] }>('/news/stories/sto_1');
    expect(story.articles.map(({ id }) => id)).toEqual(['etf', 'etf2']);
  });

  it('say what the cache saves', async () => {
    await get('/news?limit=7');
    await get('/news?limit=7');
    const { hits, misses } = await read<{ hits: number; misses: number }>('/news/cache');
    expect(hits).toBeGreaterThan(0);
    expect(misses).toBeGreaterThan(0);
  });

  it('can be deleted by an admin, with an audit entry, and are gone at once', async () => {
    expect(ids(await read('/news/search?q=deleted'))).toEqual(['gone']);
    expect((await platform.call('/api/v1/news/gone', { method: 'DELETE' })).status).toBe(204);
    expect(ids(await read('/news/search?q=deleted'))).toEqual([]);
    const { documents } = platform.ports;
    expect(await documents.count('scores', { where: { articleId: 'gone' } })).toBe(0);
    const { items } = await documents.find<{ detail: object }>('audit', { where: { action: 'deleteNews' } });
    expect(items[0]).toMatchObject({ target: 'gone', detail: { title: 'To be deleted' } });
  });
});

describe('saved searches', () => {
  const keyOf = async (name: string, roles: string[], tenant = 'default'): Promise<string> => {
    const body = { name, roles, tenant };
    const made = await platform.call('/api/v1/principals', { method: 'POST', body });
    return ((await made.json()) as { key: string }).key;
  };

  it('belong to who made them', async () => {
    const [anna, ben] = [await keyOf('anna', ['operator']), await keyOf('ben', ['operator'])];
    const body = { name: 'Funds', filter: { text: 'etf OR fund', tickers: ['btc'] } };
    const made = await platform.call('/api/v1/news/searches', { method: 'POST', body, key: anna });
    expect(made.status).toBe(201);
    const { id, filter } = (await made.json()) as { id: string; filter: object };
    expect(filter).toEqual({ text: 'etf OR fund', tickers: ['BTC'] });
    const listed = async (key: string) =>
      ids((await (await platform.call('/api/v1/news/searches', { key })).json()) as Page);
    expect(await listed(anna)).toEqual([id]);
    expect(await listed(ben)).toEqual([]);
    const at = `/api/v1/news/searches/${id}`;
    expect((await platform.call(at, { key: ben })).status).toBe(403);
    expect((await platform.call(at, { key: ben, method: 'DELETE' })).status).toBe(403);
    expect((await platform.call(at, { key: anna })).status).toBe(200);
    expect((await platform.call(at, { key: anna, method: 'DELETE' })).status).toBe(204);
    expect((await platform.call(at, { key: anna })).status).toBe(404);
  });

  it.each([
    [{}, 'empty filter'],
    [{ text: '"' }, 'quote that is not closed'],
    [{ tickers: [] }, 'filter.tickers'],
    [{ words: 'x' }, 'words'],
    [{ sentiment: 'bad' }, 'filter.sentiment'],
    [{ text: 'x', model: 'a@1' }, 'needs a sentiment'],
  ])('are refused with the filter %j', async (filter, words) => {
    const body = { name: 'x', filter };
    const response = await platform.call('/api/v1/news/searches', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain(words);
  });
});
