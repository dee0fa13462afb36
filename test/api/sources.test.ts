import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localHttp } from '../adapters/made-http.js';
import type { HttpClient } from '../../adapters/http/http.js';
import type { AuditEntry } from '../../domain/audit.js';
import { InvalidInputError } from '../../domain/errors.js';
import { madeNewsSite, SDL } from '../adapters/made-site.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';

const site = await madeNewsSite();
const PRIVATE = 'http://10.0.0.1';
const plain = localHttp();
/** As the guarded client does it. */
const http: HttpClient = {
  request: async (asked) => {
    if (asked.url.startsWith(PRIVATE)) throw new InvalidInputError(`"${asked.url}" may not be asked`);
    return plain.request(asked);
  },
  close: plain.close,
};

let platform: TestPlatform;
beforeAll(async () => {
  const feeds = `main=${site.url}/rss,hidden=https://feeds.example/rss?token=abcdef`;
  platform = await startTestPlatform({}, { http, feeds, newsKeys: { FINSIGHT_NEWS_KEY_SITE: 'k-1234' } });
});
afterAll(() => platform.close());

const call = async (path: string, method = 'GET', body?: unknown) => {
  const response = await platform.call(`/api/v1${path}`, { method, ...(body ? { body } : {}) });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : null) as Record<string, any> };
};
const schedule = (id: string) => platform.stories.schedules.get(`source-${id}`).catch(() => null);
const mapping = { items: '$.items[*]', fields: { title: '$.title', url: '$.link', publishedAt: '$.at' } };
const restOf = (path: string, more: object = {}) => ({
  url: `${site.url}${path}`,
  ...mapping,
  dates: 'seconds',
  ...more,
});
const add = (id: string, more: object = {}) =>
  call('/sources', 'POST', { id, kind: 'rest', settings: restOf('/cursor'), ...more });

describe('news sources', () => {
  it('are those that were configured and those that are ready, with nothing that may be a key', async () => {
    const { body } = await call('/sources');
    const ids = body['items'].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(['coindesk-api', 'hidden', 'main', 'snapshot-proposals', 'tavily']);
    expect(JSON.stringify(body)).not.toContain('abcdef');
    const page = await call('/sources?limit=2&cursor=hidden');
    expect(page.body['items'].map(({ id }: { id: string }) => id)).toEqual(['main', 'snapshot-proposals']);
    expect(page.body['cursor']).toBe('snapshot-proposals');
  });

  it('tell the schema of each kind', async () => {
    const { body } = await call('/source-kinds');
    expect(body['kinds'].map(({ kind }: { kind: string }) => kind)).toEqual(['rss', 'rest', 'graphql']);
    expect(body['kinds'][1].settings.properties.paging).toBeDefined();
  });

  it('are made with a schedule, changed, paused, resumed and removed with it', async () => {
    const cadence = { cron: '7 * * * *', timeZone: 'Europe/Berlin', jitterSeconds: 5 };
    const made = await add('made', { cadence, licence: 'CC-BY-4.0', retentionDays: 30 });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: 'made', origin: 'made', createdBy: 'admin', state: 'enabled' });
    expect(made.body['settings']).toMatchObject({ maxPages: 50, paging: { kind: 'none' } });
    expect(await schedule('made')).toMatchObject({
      kind: 'collectNews',
      input: { sources: ['made'] },
      ...cadence,
      overlap: 'skip',
      paused: false,
    });
    expect((await add('made')).status).toBe(409);

    await call('/sources/made', 'PATCH', { cadence: { ...cadence, cron: '9 * * * *' }, name: 'New name' });
    expect(await schedule('made')).toMatchObject({ cron: '9 * * * *', note: 'News source New name' });
    expect((await call('/sources/made/pause', 'POST')).body['state']).toBe('paused');
    expect(await schedule('made')).toMatchObject({ paused: true });
    expect((await call('/sources/made/pause', 'POST')).status).toBe(200);
    await call('/sources/made/resume', 'POST');
    expect(await schedule('made')).toMatchObject({ paused: false });

    expect((await call('/sources/made', 'DELETE')).status).toBe(204);
    expect(await schedule('made')).toBeNull();
    expect((await call('/sources/made')).status).toBe(404);
    expect((await call('/sources/made', 'DELETE')).status).toBe(404);
    const entries = await platform.ports.documents.find<AuditEntry>('audit', { where: { target: 'made' } });
    expect(new Set(entries.items.map(({ action }) => action))).toEqual(
      new Set(['createSource', 'changeSource', 'pauseSource', 'resumeSource', 'removeSource']),
    );
  });

  it('of the registry stay removed, and can be made again', async () => {
    expect((await call('/sources/hidden', 'DELETE')).status).toBe(204);
    expect((await call('/sources/hidden')).status).toBe(404);
    expect((await add('hidden')).status).toBe(201);
    expect((await call('/sources/hidden')).body).toMatchObject({ kind: 'rest', origin: 'made' });
  });

  it('that lose their schedule at once are not kept', async () => {
    const { schedules } = platform.stories;
    const create = schedules.create;
    schedules.create = () => Promise.reject(new Error('Temporal is away'));
    expect((await add('unlucky')).status).toBe(500);
    schedules.create = create;
    expect((await call('/sources/unlucky')).status).toBe(404);
    expect((await add('unlucky')).status).toBe(201);
  });

  it('get their schedules with the timetable, again without a change', async () => {
    const changesOf = async (): Promise<Set<string>> => {
      const { body } = await call('/schedules/apply', 'POST', {});
      const ours = body['schedules'].filter(({ id }: { id: string }) => id.startsWith('source-'));
      return new Set(ours.map(({ change }: { change: string }) => change));
    };
    await changesOf();
    expect(await schedule('main')).toMatchObject({ paused: false });
    expect(await schedule('tavily')).toMatchObject({ paused: true, cron: '10 */2 * * *' });
    expect(await changesOf()).toEqual(new Set(['unchanged']));
  });
});

describe('a source that cannot be used', () => {
  it.each([
    ['an unknown kind', { kind: 'rs' }, 'Unknown kind of news source "rs"; known: rss, rest, graphql'],
    ['a bad cron line', { cadence: { cron: '99 * * * *' } }, 'minute "99"'],
    ['a bad time zone', { cadence: { cron: '@daily', timeZone: 'Nowhere' } }, 'IANA time zone'],
    ['a bad JSONPath', { settings: restOf('/cursor', { items: '$[' }) }, '"$[" is no JSONPath'],
    ['no settings', { settings: {} }, 'settings.url'],
    ['a private address', { settings: { ...restOf(''), url: PRIVATE } }, 'may not be asked'],
    [
      'a secret that is not set',
      { settings: restOf('/cursor', { auth: { in: 'bearer', secret: 'FINSIGHT_NEWS_KEY_NONE' } }) },
      'FINSIGHT_NEWS_KEY_NONE is not set',
    ],
    [
      'a secret of the platform',
      { settings: restOf('/cursor', { auth: { in: 'bearer', secret: 'FINSIGHT_ADMIN_KEY' } }) },
      'FINSIGHT_NEWS_KEY_<NAME>',
    ],
    [
      'a query that the schema refuses',
      {
        kind: 'graphql',
        settings: { ...restOf('/graphql'), query: '{ news(skip: 0, first: 1) { nope } }', schema: SDL },
      },
      'Cannot query field "nope" on type "News"',
    ],
  ])('for %s is refused, and nothing is stored', async (_, more, words) => {
    const { status, body } = await add('refused', more);
    expect(status).toBe(400);
    expect(body['detail']).toContain(words);
    expect((await call('/sources/refused')).status).toBe(404);
    expect(await schedule('refused')).toBeNull();
  });

  it('leaves no key in the audit, wherever it was typed', async () => {
    const key = 'sk-proj-Zk3vT9qLm2XcB7nR5wYd';
    const typed = [
      { settings: restOf('/cursor', { colour: key }) },
      { settings: restOf(`/cursor?q=${key}`, { access: key, headers: { 'X-Mine': key } }) },
      { kind: key },
      { settings: { ...restOf('/cursor'), pwd: 'short1' } },
    ];
    for (const more of typed) expect((await add('typed', more)).status).toBe(400);
    await call('/sources/discover', 'POST', { url: `${PRIVATE}/?apikey=short1&at=${key}` });
    const { items } = await platform.ports.documents.find<AuditEntry>('audit', { limit: 1000 });
    const refused = items.filter(({ detail }) => JSON.stringify(detail).includes('[hidden]'));
    expect(refused.length).toBeGreaterThanOrEqual(typed.length);
    expect(JSON.stringify(items)).not.toMatch(/Zk3vT9qLm2XcB7nR5wYd|short1/);
  });

  it('cannot be begun with by resuming it, but changed otherwise', async () => {
    const { status, body } = await call('/sources/tavily/resume', 'POST');
    expect([status, body['detail']]).toEqual([
      400,
      expect.stringContaining('FINSIGHT_NEWS_KEY_TAVILY is not set'),
    ]);
    expect((await call('/sources/tavily', 'PATCH', { retentionDays: 7 })).body).toMatchObject({
      state: 'paused',
    });
    expect((await call('/sources/tavily', 'PATCH', {})).status).toBe(400);
    expect((await call('/sources/tavily', 'PATCH', { kind: 'rss' })).status).toBe(400);
  });
});

describe('looking at a source', () => {
  it('fetches one page and stores nothing', async () => {
    const { status, body } = await call('/sources/main/test', 'POST');
    expect(status).toBe(200);
    expect(body).toMatchObject({ found: 10, more: true });
    expect(body['items'][0]).toMatchObject({ title: 'Bitcoin story 0', url: `${site.url}/stories/0` });
    expect(await platform.ports.documents.count('articles', {})).toBe(0);
    expect(await platform.ports.documents.count('sourceHealth', {})).toBe(0);
  });

  it('that gives no feed says so', async () => {
    await call('/sources', 'POST', { id: 'page', kind: 'rss', settings: { url: `${site.url}/html` } });
    const { status, body } = await call('/sources/page/test', 'POST');
    expect([status, body['detail']]).toEqual([422, expect.stringContaining('no readable feed')]);
  });

  it('tells its health from the first moment', async () => {
    const { body } = await call('/sources/main/health');
    expect(body).toMatchObject({ id: 'main', state: 'new', failuresInARow: 0, breaker: { state: 'closed' } });
    expect(body['errorBudget']).toMatchObject({ collections: 0, share: null });
    expect((await call('/sources/none/health')).body['detail']).toContain('No news source "none"; near it: ');
  });

  it('finds the feeds of a site', async () => {
    expect((await call('/sources/discover', 'POST', { url: `${site.url}/rss` })).body['feeds']).toEqual([
      { href: `${site.url}/rss`, url: `${site.url}/rss`, type: 'application/rss+xml', title: 't' },
    ]);
    expect((await call('/sources/discover', 'POST', { url: 'file:///etc/passwd' })).status).toBe(400);
    expect((await call('/sources/discover', 'POST', { url: PRIVATE })).status).toBe(400);
  });
});
