import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { openHttp } from '../../adapters/http/client.js';
import { openNews } from '../../adapters/news/index.js';
import { fetchFeed } from '../../adapters/news/rss.js';
import { openSources } from '../../adapters/news/sources.js';
import { DataQualityError, InvalidInputError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news/articles.js';
import type { Source } from '../../domain/sources.js';
import { temporaryDirectory } from './directories.js';
import { recordedDirectory } from '../recorded.js';

const RANGE = { from: Date.UTC(2022, 0, 1), to: Date.UTC(2023, 0, 1) };
const cache = {
  get: async () => null,
  set: async () => undefined,
  take: async () => ({ waitMs: 0, remaining: 1 }),
};
const http = openHttp({ cache, allow: ['127.0.0.1'] });
afterAll(() => http.close());
const documents = openDocuments(`sqlite:${join(temporaryDirectory(), 'news.db')}`);
const news = (source: Source, feeds: Record<string, string> = {}, client = http) => {
  const config = { feeds, newsAdapters: [], newsKeys: {} };
  return openNews(source, openSources({ config, documents, cache, http: client }));
};

async function readAll(source: Source, feed: string): Promise<{ items: RawItem[]; pages: number }> {
  const port = news(source);
  const items: RawItem[] = [];
  let [cursor, pages]: [string | null, number] = [null, 0];
  do {
    const page = await port.fetchPage({ feed, range: RANGE, ...(cursor ? { cursor } : {}) });
    items.push(...page.items);
    cursor = page.next;
    pages++;
  } while (cursor);
  await port.close();
  await port.close();
  return { items, pages };
}

const ATOM = `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><link rel="next" href="/p2"/>
<entry><title type="xhtml"><div>Bitcoin <b>up</b></div></title><link href="/a"/><id>urn:1</id><published>2022-01-01T10:00:00</published></entry>
<entry><title>Bad date</title><link href="/b"/><published>never</published><category term="defi"/></entry></feed>`;
const RSS = (body: string, head = ''): string =>
  `<rss version="2.0"><channel><title>t</title>${head}${body}</channel></rss>`;

const answers: Record<string, RequestListener> = {
  '/atom': (_, response) => response.end(ATOM),
  '/latin': (_, response) => {
    response.setHeader('content-type', 'text/html');
    const text = `<?xml version="1.0" encoding="ISO-8859-1"?>${RSS('<item><title>Caf\u00e9</title><guid>https://x.com/g</guid></item>')}`;
    response.end(Buffer.from(`\n ${text}`, 'latin1'));
  },
  '/elsewhere': (_, response) =>
    response.end(
      RSS(
        '',
        '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="http://169.254.169.254/x"/>',
      ),
    ),
  '/tagged': (request, response) =>
    request.headers['if-none-match'] === '"1"'
      ? response.writeHead(304).end()
      : response.setHeader('etag', '"1"').end(ATOM),
  '/html': (_, response) => response.end('<html><body><p>Log in'),
  '/huge': (_, response) => response.end(Buffer.alloc(11 * 1024 * 1024, 32)),
  '/busy': (_, response) => response.writeHead(429).end(),
  '/broken': (_, response) => response.writeHead(503).end(),
  '/moved': (_, response) => response.writeHead(302, { location: '/atom' }).end(),
  '/round': (_, response) => response.writeHead(302, { location: '/round' }).end(),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('<rss');
    setTimeout(() => response.destroy(), 20);
  },
};

let server: Server;
let site: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const answer =
      answers[request.url?.split('?')[0] ?? ''] ??
      ((_: unknown, r: typeof response) => r.writeHead(404).end());
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a feed over HTTP', () => {
  it('keeps dates as written, resolves links, and follows its next page', async () => {
    const { items, next } = await fetchFeed(http, { feed: 'atom', address: `${site}/moved` });
    expect(next).toBe(`${site}/p2`);
    expect(items).toEqual([
      {
        feed: 'atom',
        guid: 'urn:1',
        url: `${site}/a`,
        title: 'Bitcoin <b>up</b>',
        publishedAt: '2022-01-01T10:00:00',
      },
      { feed: 'atom', url: `${site}/b`, title: 'Bad date', publishedAt: 'never', categories: ['defi'] },
    ]);
  });

  it('is read in its own encoding whatever its content type says, and a guid may be its address', async () => {
    const { items } = await fetchFeed(http, { feed: 'latin', address: `${site}/latin` });
    expect(items).toEqual([
      { feed: 'latin', guid: 'https://x.com/g', url: 'https://x.com/g', title: 'Café' },
    ]);
  });

  it('does not lead to another site by its next link', async () => {
    expect((await fetchFeed(http, { feed: 'f', address: `${site}/elsewhere` })).next).toBeNull();
  });

  it.each([
    [
      '/html',
      DataQualityError,
      /Feed "f" \(http:.*\/html\) is no readable feed: it is an HTML page.*begins with "<html><body>/,
    ],
    ['/huge', DataQualityError, /larger than 10 MiB/],
    ['/busy', UnreachableError, /HTTP 429/],
    ['/broken', UnreachableError, /HTTP 503/],
    ['/round', UnreachableError, /does not answer/],
    ['/cut', UnreachableError, /does not answer/],
    ['/gone', NotFoundError, /HTTP 404/],
  ])('at %s fails as %o', async (path, kind, message) => {
    const failure: unknown = await fetchFeed(http, { feed: 'f', address: `${site}${path}` }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(message);
  });

  it('is asked for by its configured name, each call taking its turn', async () => {
    const live = news({ kind: 'live', detail: '' }, { a: `${site}/atom` });
    expect(await live.feeds()).toEqual(['a']);
    expect((await live.fetchPage({ feed: 'a', range: RANGE })).items).toHaveLength(2);
    await expect(live.fetchPage({ feed: 'b', range: RANGE })).rejects.toThrow(InvalidInputError);
    await expect(live.fetchPage({ feed: 'b', range: RANGE })).rejects.toThrow('Unknown feed "b"; known: a');
  });
});

describe('a live feed', () => {
  const live: Source = { kind: 'live', detail: '' };
  const feeds = (address: string) => ({ a: address });

  it('is asked whether it changed, and gives nothing where it did not', async () => {
    const port = news(live, feeds(`${site}/tagged`));
    const { items, etag } = await port.fetchPage({ feed: 'a', range: RANGE });
    expect([items.length, etag]).toEqual([2, '"1"']);
    const again = await port.fetchPage({ feed: 'a', range: RANGE, etag: etag ?? null });
    expect(again).toMatchObject({ items: [], next: null, notModified: true, etag: '"1"' });
  });

  it('is not taken from this machine, unless it is configured', async () => {
    const guarded = openHttp({ cache });
    const port = news(live, feeds(`${site}/atom`), guarded);
    const failure: unknown = await port
      .fetchPage({ feed: 'a', range: RANGE })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidInputError);
    expect(String(failure)).toMatch(/Feed "a" .*loopback address.*FINSIGHT_ALLOW_HOSTS/);
    await guarded.close();
  });

  it.each(['/html', '/busy', '/gone', '/huge'])('with a key does not show it: %s', async (path) => {
    const port = news(live, feeds(`${site}${path}?key=hidden-key`));
    const failure: unknown = await port
      .fetchPage({ feed: 'a', range: RANGE })
      .catch((error: unknown) => error);
    expect(String(failure)).toContain(`${path}?…`);
    expect(String(failure)).not.toContain('hidden-key');
  });
});

describe('simulated news', () => {
  it('comes in pages, complete, the same for the same seed', async () => {
    const source: Source = { kind: 'simulated', detail: '7' };
    const first = await readAll(source, 'simwire');
    expect(first.pages).toBe(Math.ceil(first.items.length / 500));
    expect(first.pages).toBeGreaterThan(1);
    expect(new Set(first.items.map((item) => item.url)).size).toBe(first.items.length);
    expect((await readAll(source, 'simwire')).items).toEqual(first.items);
  });
});

describe('recorded news', () => {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-news-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is read by its header, whatever delimiter, and a broken file or row stops nothing else', async () => {
    mkdirSync(join(directory, 'news'));
    const write = (name: string, content: string | Buffer): void =>
      writeFileSync(join(directory, 'news', name), content);
    const semicolons =
      'date;source;title;text;url\n5-7-2022 04:24;Coin Desk;"A; ""B""";t & <b>;https://x.com/1\n1-1-2022 00:00;short\n\n';
    write('one.csv', semicolons);
    write(
      'two.csv.gz',
      gzipSync(
        'Date,Short Description\n2021-12-31 23:59:59,Early\n2022-05-05 01:00:00,In time\nsoon,Undated\n',
      ),
    );
    write('three.csv', 'when,what\n1,2\n');
    write('four.csv.gz', 'no gzip');
    const source: Source = { kind: 'recorded', detail: directory };
    expect(await news(source).feeds()).toEqual(['coin-desk', 'four', 'one', 'three', 'two']);
    expect((await readAll(source, 'coin-desk')).items).toEqual([
      expect.objectContaining({
        title: 'A; "B"',
        content: 't & <b>',
        url: 'https://x.com/1',
        publishedAt: '5-7-2022 04:24',
      }),
    ]);
    expect((await readAll(source, 'one')).items.map((item) => item.title)).toEqual([undefined]);
    expect((await readAll(source, 'two')).items.map((item) => item.title)).toEqual(['In time', 'Undated']);
    await expect(readAll(source, 'three')).rejects.toThrow(
      /three\.csv cannot be read: no title or headline among its columns when, what/,
    );
    await expect(readAll(source, 'four')).rejects.toThrow(DataQualityError);
  });

  const shared = recordedDirectory();
  it.skipIf(!shared)(
    'of the shared directory has its outlets as feeds (skipped without recorded data)',
    async () => {
      const source: Source = { kind: 'recorded', detail: shared ?? '' };
      const port = news(source);
      expect((await port.feeds()).length).toBeGreaterThan(1);
      for (const feed of await port.feeds()) {
        const page = await port.fetchPage({ feed, range: RANGE });
        expect(page.items.filter((item) => item.title && item.publishedAt).length).toBeGreaterThan(0);
      }
      await port.close();
    },
  );
});
