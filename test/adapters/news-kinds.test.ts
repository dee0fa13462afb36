import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../adapters/cache/index.js';
import { localHttp } from './made-http.js';
import { allKinds, kindNamed, KINDS } from '../../adapters/news/kinds.js';
import type { KindTools, PageRequest } from '../../adapters/news/kind.js';
import { DataQualityError, InvalidInputError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news/articles.js';
import { atEnd } from '../at-end.js';
import { temporaryDirectory } from './directories.js';
import { COUNT, KEY, madeNewsSite, NEWEST, SDL, SIZE } from './made-site.js';

const site = await madeNewsSite();
const OWN = join(import.meta.dirname, 'news-files/pages.ts');
const kinds = await allKinds([OWN]);
const cache = openCache(`sqlite:${join(temporaryDirectory(), 'cache.db')}`);
atEnd(() => void cache.close());
const secret = (name: string): string | undefined => (name === 'FINSIGHT_NEWS_KEY_SITE' ? KEY : undefined);
const tools: KindTools = { http: localHttp(), cache, secret };
const range = { from: NEWEST - 40 * 3_600_000, to: NEWEST + 1 };

const mapping = {
  items: '$.items[*]',
  fields: { guid: '$.id', title: '$.title', url: '$.link', publishedAt: '$.at' },
  dates: 'seconds',
};
const at = (path: string, more: object = {}) => ({ url: `${site.url}${path}`, ...mapping, ...more });
const auth = { in: 'query', name: 'key', secret: 'FINSIGHT_NEWS_KEY_SITE' };
const graphql = (more: object = {}) =>
  at('/graphql', {
    query:
      'query($skip: Int!, $from: Int) { news(skip: $skip, first: 10, from: $from) { id title link at } }',
    variables: { skip: '{offset}', from: '{from:seconds}' },
    schema: SDL,
    items: '$.data.news[*]',
    paging: { kind: 'offset', size: SIZE },
    ...more,
  });

let made = 0;
const sourceOf = (kind: string, settings: Record<string, unknown>) => {
  const found = kindNamed(kinds, kind);
  return { kind: found, source: { id: `s${made++}`, settings: found.check(settings) } };
};
async function collect(kind: string, settings: Record<string, unknown>, more: Partial<PageRequest> = {}) {
  const { kind: found, source } = sourceOf(kind, settings);
  const items: RawItem[] = [];
  const cursors: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await found.fetchPage({ source, range, ...more, ...(cursor ? { cursor } : {}) }, tools);
    items.push(...page.items);
    cursor = page.next ?? undefined;
    if (cursor) cursors.push(cursor);
  } while (cursor);
  return { items, cursors };
}

const WAYS: [name: string, kind: string, settings: Record<string, unknown>][] = [
  ['a feed with next pages', 'rss', { url: `${site.url}/rss` }],
  [
    'pages by number',
    'rest',
    at('/page', { query: { page: '{page}' }, paging: { kind: 'page', size: SIZE } }),
  ],
  [
    'pages by offset',
    'rest',
    at('/offset', { query: { offset: '{offset}' }, paging: { kind: 'offset', size: SIZE } }),
  ],
  [
    'pages by cursor',
    'rest',
    at('/cursor', { query: { after: '{cursor}' }, paging: { kind: 'cursor', path: '$.after' } }),
  ],
  ['a next link in the answer', 'rest', at('/next', { paging: { kind: 'next', path: '$.next' } })],
  [
    'a next link that tells the key',
    'rest',
    at('/locked/next', { auth, paging: { kind: 'next', path: '$.next' } }),
  ],
  ['a Link header', 'rest', at('/link', { paging: { kind: 'next' } })],
  [
    'pages back in time',
    'rest',
    at('/before', { query: { before: '{before:seconds}' }, paging: { kind: 'before' } }),
  ],
  ['a window in a body', 'rest', at('/window', { method: 'POST', body: { from: '{from}' } })],
  [
    'a key in a header',
    'rest',
    at('/locked/window', {
      method: 'POST',
      body: { from: '{from}' },
      auth: { in: 'header', name: 'X-Api-Key', secret: auth.secret },
    }),
  ],
  [
    'a bearer key',
    'rest',
    at('/locked/window', {
      method: 'POST',
      body: { from: '{from}' },
      auth: { in: 'bearer', secret: auth.secret },
    }),
  ],
  ['GraphQL', 'graphql', graphql()],
  ['a file of the user', 'own-pages', { url: `${site.url}/page` }],
];

describe('every kind of source', () => {
  it('is in this test', () => {
    const tested = new Set(WAYS.map(([, kind]) => kind));
    expect([...kinds.keys()].filter((kind) => !tested.has(kind))).toEqual([]);
    for (const { schema, summary } of KINDS) expect([summary, schema]).not.toContain(null);
  });

  it.each(WAYS)('gives each story once: %s', async (_, kind, settings) => {
    // The site's "/next" is locked by a prefix that its own links do not have.
    const { items, cursors } = await collect(kind, settings);
    const guids = [...new Set(items.map(({ guid }) => guid))];
    expect(guids).toEqual(Array.from({ length: COUNT }, (__, id) => String(id)));
    expect(items[3]).toMatchObject({ title: 'Bitcoin story 3', url: `${site.url}/stories/3` });
    expect(Date.parse(items[3]?.publishedAt ?? '')).toBe(NEWEST - 3 * 3_600_000);
    expect(cursors.join()).not.toContain(KEY);
  });

  it.each([
    ['rss', { url: `${site.url}/html` }, DataQualityError, 'no readable feed'],
    ['rss', { url: `${site.url}/gone` }, NotFoundError, 'HTTP 404'],
    ['rest', at('/html'), DataQualityError, 'no JSON; it begins with "<html>Log in"'],
    ['rest', at('/gone'), NotFoundError, 'HTTP 404'],
    ['rest', at('/locked/page'), UnreachableError, 'HTTP 503'],
    [
      'graphql',
      graphql({ query: 'query broken { news(skip: 0, first: 1) { id } }' }),
      DataQualityError,
      'the database is down',
    ],
    ['own-pages', { url: `${site.url}/gone` }, NotFoundError, 'HTTP 404'],
  ])('of %s names what is wrong: %#', async (kind, settings, fault, words) => {
    const error = (await collect(kind, settings).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(fault);
    expect(error.message).toMatch(/^(Source|Feed) "s\d+"/);
    expect(error.message).toContain(words);
  });
});

describe('a REST source', () => {
  it('never tells its key, whatever the site answers', async () => {
    const error = (await collect('rest', at('/echo', { auth })).catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toMatch(/key=(\*\*\*|…)/);
    expect(`${error.message}${error.stack}`).not.toContain(KEY);
  });

  it('follows no link to another site', async () => {
    const { items } = await collect('rest', at('/elsewhere', { paging: { kind: 'next', path: '$.next' } }));
    expect(items).toHaveLength(SIZE);
  });

  it('that gives the same page again and again is ended, and says so', async () => {
    const settings = at('/endless', {
      query: { after: '{cursor}' },
      paging: { kind: 'cursor', path: '$.after' },
      maxPages: 30,
    });
    expect((await collect('rest', settings)).items).toHaveLength(2 * SIZE);
    expect(site.requests.get('/endless')).toBe(2);
  });

  it.each([
    ['page', '{"n":2,"start":2}'],
    ['offset', '{"n":2,"start":2}'],
    ['cursor', '{"n":3,"cursor":"20","start":3}'],
  ])('stops at maxPages and tells where to go on: %s', async (way, rest) => {
    const [, , settings] = WAYS.find(([, kind, { url }]) => kind === 'rest' && String(url).endsWith(way))!;
    const { kind, source } = sourceOf('rest', { ...settings, maxPages: 2 });
    const pageAt = (cursor: string | null | undefined) =>
      kind.fetchPage({ source, range, ...(cursor ? { cursor } : {}) }, tools);
    const second = await pageAt((await pageAt(null)).next);
    expect([second.next, second.rest]).toEqual([null, rest]);
    // Pages that are counted begin with the last one again.
    const { items } = await pageAt(second.rest);
    expect(items[0]?.guid).toBe(way === 'cursor' ? '20' : '10');
  });

  it('asks whether its page is as it was, and only where that can be', async () => {
    const { kind, source } = sourceOf('rest', at('/steady'));
    const first = await kind.fetchPage({ source, range }, tools);
    expect(first).toMatchObject({ etag: '"v1"', next: null });
    const again = await kind.fetchPage({ source, range, etag: first.etag ?? null }, tools);
    expect(again).toMatchObject({ items: [], notModified: true });
    const windowed = sourceOf('rest', at('/steady', { query: { from: '{from}' } }));
    const asked = await kind.fetchPage({ source: windowed.source, range, etag: '"v1"' }, tools);
    expect(asked.items).toHaveLength(SIZE);
  });

  it('keeps to its budget of the day, which sources of one key share', async () => {
    const settings = at('/locked/cursor', { auth, budget: { requestsPerDay: 3 } });
    for (let n = 0; n < 3; n++) expect((await collect('rest', settings)).items).toHaveLength(SIZE);
    await expect(collect('rest', settings)).rejects.toThrow(
      /budget of 3 requests for \d{4}-\d\d-\d\d is spent/,
    );
  });

  it('waits for its turn', async () => {
    const settings = at('/page', {
      query: { page: '{page}' },
      paging: { kind: 'page' },
      rateLimit: { requests: 1, perSeconds: 0.1 },
    });
    const began = performance.now();
    await collect('rest', settings);
    // Four pages with items and one without, the first at once.
    expect(performance.now() - began).toBeGreaterThan(350);
  });

  it.each([
    [at('/page', { items: 'items' }), 'settings.items: "items" is no JSONPath'],
    [at('/page', { fields: { title: '$.[' } }), 'settings.fields.title: "$.[" is no JSONPath'],
    [at('/page', { items: '$[?match(@.t, "(a+)+b")]' }), 'match() and search() are not allowed'],
    [at('/page', { paging: { kind: 'cursor', path: '' } }), 'settings.paging.path'],
    [at('/page', { colour: 'red' }), 'settings.colour: is not known here'],
    [at('/page', { body: {} }), 'needs method POST'],
    [{ url: `${site.url}/page` }, 'settings.items'],
  ])('with wrong settings is refused: %#', (settings, words) => {
    expect(() => sourceOf('rest', settings)).toThrow(InvalidInputError);
    expect(() => sourceOf('rest', settings)).toThrow(words);
  });

  it('is told that its key is not set', async () => {
    const { kind, source } = sourceOf(
      'rest',
      at('/page', { auth: { in: 'bearer', secret: 'FINSIGHT_NEWS_KEY_NONE' } }),
    );
    const verify = (): Promise<void> | undefined => kind.verify?.(source.settings, tools);
    await expect(verify()).rejects.toThrow('FINSIGHT_NEWS_KEY_NONE is not set');
  });
});

describe('a GraphQL source', () => {
  it.each([
    [
      { query: 'query { news(skip: 0, first: 1) { titel } }' },
      /Cannot query field "titel" on type "News". Did you mean "title"\? \(line 1, column 35\)/,
    ],
    [{ query: 'query { news { title } }' }, /"skip" of type "Int!" is required/],
    [{ query: 'mutation { drop }' }, /one query is wanted/],
    [{ query: 'query A { a } query B { b }' }, /one query is wanted/],
    [{ query: 'query { news(' }, /cannot be read: Syntax Error/],
    [{ schema: 'type Query {' }, /schema cannot be read: Syntax Error/],
  ])('whose query the schema refuses is told why: %#', (more, words) => {
    expect(() => sourceOf('graphql', graphql(more))).toThrow(InvalidInputError);
    expect(() => sourceOf('graphql', graphql(more))).toThrow(words);
  });

  it('whose service hides its schema is told to give it', async () => {
    const { schema: _, ...settings } = graphql() as ReturnType<typeof graphql> & { schema?: string };
    const { kind, source } = sourceOf('graphql', settings);
    await expect(kind.verify?.(source.settings, tools)).rejects.toThrow('give it as settings.schema');
  });
});

describe('a kind of the user', () => {
  it('does not tell a key that it read, either', async () => {
    const settings = { url: `${site.url}/echo`, key: auth.secret };
    const error = (await collect('own-pages', settings).catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toMatch(/key=(\*\*\*|…)/);
    expect(`${error.message}${error.stack}`).not.toContain(KEY);
  });

  const file = (content: string): string => {
    const path = join(temporaryDirectory(), 'mine.ts');
    writeFileSync(path, content);
    return path;
  };
  it.each([
    ['export const other = 1;', 'its export "source"'],
    [
      'export const source = { kind: "a-b", host: 1 };',
      'host: must be a function; fetchPage: must be a function',
    ],
    ['export const source = { kind: "My Kind", host() {}, fetchPage() {} };', 'kind: must be 2 to 60'],
    ['export const source = {', 'cannot be loaded'],
    ['throw new Error("no network");', 'cannot be loaded: no network'],
    ['export const source = { kind: "rss", host() {}, fetchPage() {} };', '"rss" comes with the platform'],
  ])('with a fault is refused by name: %s', async (content, words) => {
    const path = file(content);
    const error = (await allKinds([path]).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain(path);
    expect(error.message).toContain(words);
  });

  it('that does not exist, or is there twice, is refused', async () => {
    await expect(allKinds(['/none.ts'])).rejects.toThrow('/none.ts does not exist');
    await expect(allKinds([OWN, OWN])).rejects.toThrow('both of kind "own-pages"');
  });

  it('whose page has the wrong shape is told where', async () => {
    const path = file(
      'export default { kind: "wrong", host: () => "h", fetchPage: async () => ({ items: [{ title: 7 }] }) };',
    );
    const own = (await allKinds([path])).get('wrong');
    const page = own?.fetchPage({ source: { id: 'a', settings: {} }, range }, tools);
    await expect(page).rejects.toThrow(/mine\.ts answered a page of the wrong shape: items\.0\.title/);
  });

  it('of no such name is told what there is', () => {
    expect(() => kindNamed(kinds, 'rs')).toThrow(
      'Unknown kind of news source "rs"; known: rss, rest, graphql, own-pages',
    );
  });
});
