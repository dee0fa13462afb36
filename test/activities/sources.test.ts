import { afterAll, describe, expect, it } from 'vitest';
import { newsSteps, type FeedPlan } from '../../activities/news.js';
import { localHttp } from '../adapters/made-http.js';
import { openNews } from '../../adapters/news/index.js';
import { openSources } from '../../adapters/news/sources.js';
import type { Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import type { SourceRecord } from '../../domain/news/source-health.js';
import { madeSite, rss } from '../faults/made-feeds.js';
import { madePorts } from './made-ports.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LIVE = { kind: 'live', detail: '' } as const;
let now = Date.UTC(2024, 0, 31);
let body = rss(3, now - 3 * DAY);
let version = 1;
let failing = false;
const asked: string[] = [];
const site = await madeSite((path, _seen, request, response) => {
  if (failing) return void response.writeHead(404).end();
  if (path === '/window') {
    asked.push(new URL(request.url ?? '', 'http://x').searchParams.get('from') ?? '');
    return void response.end('{"items":[]}');
  }
  const etag = `"v${version}"`;
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
  response.writeHead(200, { 'content-type': 'application/rss+xml', etag }).end(body);
});

const made = madePorts({ now: () => now });
const { documents, cache, events } = made.ports;
const config = { feeds: { feed: `${site.url}/feed` }, newsAdapters: [], newsKeys: {} };
const sources = openSources({ config, documents, cache, http: localHttp(), now: () => now });
const ports: Ports = { ...made.ports, sources, news: (source) => openNews(source, sources) };
const steps = newsSteps(ports);
afterAll(() => made.remove());

const plan = (more: Partial<FeedPlan> = {}): FeedPlan => ({
  source: LIVE,
  feed: 'feed',
  from: now - 30 * DAY,
  to: now,
  ...more,
});
const record = async (id = 'feed') => (await documents.get<SourceRecord>('sourceHealth', id))!;
const told = async () =>
  (await events.recent({ limit: 50 })).filter(({ type }) => type.startsWith('source.'));

describe('collecting a source', () => {
  it('stores what it has under its terms, and that it was well', async () => {
    await sources.save({ ...(await sources.get('feed')), licence: 'CC-BY-4.0', retentionDays: 10 });
    expect(await steps.collectFeed(plan())).toMatchObject({ stored: 3, failure: null });
    const { items } = await documents.find<Article>('articles', {});
    expect(items[0]).toMatchObject({ feed: 'feed', licence: 'CC-BY-4.0', retainUntil: now + 10 * DAY });
    expect(await record()).toMatchObject({
      lastSuccessAt: now,
      failuresInARow: 0,
      validators: { etag: '"v1"', from: now - 30 * DAY },
      collectedTo: now,
    });
  });

  it('asks whether it is as it was, which is a success without items', async () => {
    now += HOUR;
    const before = site.requests.get('/feed');
    expect(await steps.collectFeed(plan())).toMatchObject({ fetched: 0, stored: 0, failure: null });
    expect(site.requests.get('/feed')).toBe((before ?? 0) + 1);
    expect(await record()).toMatchObject({ lastSuccessAt: now, validators: { etag: '"v1"' } });
  });

  it('reads it whole where more is wanted than was stored then', async () => {
    now += HOUR;
    expect(await steps.collectFeed(plan({ from: now - 60 * DAY }))).toMatchObject({ fetched: 3 });
  });

  it('reads it whole when its settings have changed', async () => {
    const source = await sources.get('feed');
    await sources.save({ ...source, settings: { url: `${site.url}/feed?other` } });
    expect((await record()).validators).toBeNull();
    now += HOUR;
    expect(await steps.collectFeed(plan())).toMatchObject({ fetched: 3, duplicates: 3 });
    expect((await record()).validators).toMatchObject({ etag: '"v1"' });
  });

  it('does not take a page as known whose newest item was not stored', async () => {
    version++;
    // Dated a little later than now: stored when its time has come.
    body = rss(4, now - 3 * DAY + HOUR);
    now += HOUR;
    const first = await steps.collectFeed(plan({ to: now - 2 * HOUR }));
    expect(first.fetched).toBe(4);
    expect((await record()).validators).toMatchObject({ etag: '"v1"' });
    now += HOUR;
    expect(await steps.collectFeed(plan())).toMatchObject({ fetched: 4 });
    expect((await record()).validators).toMatchObject({ etag: '"v2"' });
  });

  it('tells once that it began to fail, and once that it is well again', async () => {
    failing = true;
    for (let n = 0; n < 3; n++) {
      now += HOUR;
      expect((await steps.collectFeed(plan())).failure).toContain('HTTP 404');
    }
    expect(await told()).toMatchObject([
      {
        type: 'source.failed',
        payload: { sourceId: 'feed', failuresInARow: 2, reason: expect.stringContaining('404') },
      },
    ]);
    expect(await sources.health(await sources.get('feed'))).toMatchObject({
      state: 'failing',
      errorBudget: { failed: 3, spent: true },
    });
    failing = false;
    now += HOUR;
    await steps.collectFeed(plan());
    expect((await told()).map(({ type }) => type)).toEqual(['source.recovered', 'source.failed']);
    expect(await record()).toMatchObject({ failuresInARow: 0, lastFailure: expect.stringContaining('404') });
  });

  it('does not touch a record for what is replayed', async () => {
    const count = await documents.count('sourceHealth', {});
    await steps.collectFeed(plan({ source: { kind: 'simulated', detail: '1' }, feed: 'simwire' }));
    expect(await documents.count('sourceHealth', {})).toBe(count);
  });
});

describe('the plan of a collection', () => {
  it('asks a source that can be asked for windows for what is new only', async () => {
    const settings = {
      url: `${site.url}/window`,
      query: { from: '{from}' },
      items: '$.items[*]',
      fields: { title: '$.t' },
    };
    const cadence = { cron: '@hourly', timeZone: 'UTC', jitterSeconds: 0, overlap: 'skip' as const };
    const given = {
      id: 'api',
      kind: 'rest',
      settings,
      language: null,
      licence: null,
      retentionDays: null,
      relevance: null,
    };
    await sources.save(await sources.define({ ...given, cadence, state: 'enabled' }, 'me'));
    const first = await steps.resolveNews({ sources: ['api', 'feed'] });
    expect(first.windows).toEqual({ api: [{ from: now - 7 * DAY - HOUR, to: now }] });
    for (const window of first.windows?.['api'] ?? [])
      await steps.collectFeed(plan({ ...window, feed: 'api' }));
    const since = now;
    now += 6 * HOUR;
    const second = await steps.resolveNews({ sources: ['api'] });
    expect(second.windows).toEqual({ api: [{ from: since - HOUR, to: now }] });
    expect(asked.at(-1)).toBe(new Date(since - 7 * DAY - HOUR).toISOString());
    // A window that was asked for by a person is taken as it is.
    expect((await steps.resolveNews({ sources: ['api'], from: '2024-01-01' })).windows).toBeUndefined();
  });

  it('is refused for a source that there is not', async () => {
    await expect(steps.resolveNews({ sources: ['fed'] })).rejects.toThrow(
      'No news source "fed"; near it: feed',
    );
  });

  it('has the enabled sources where none is named', async () => {
    await sources.save(await sources.change('api', { state: 'paused' }));
    expect((await steps.resolveNews({ source: 'live' })).feeds).toEqual(['feed']);
  });
});
