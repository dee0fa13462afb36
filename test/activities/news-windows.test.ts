import { afterAll, describe, expect, it } from 'vitest';
import { newsSteps } from '../../activities/news.js';
import { openNews } from '../../adapters/news/index.js';
import { openSources } from '../../adapters/news/sources.js';
import type { Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import { MOST_PARTS } from '../../domain/news/pending.js';
import { DEFAULT_CADENCE } from '../../domain/news/source.js';
import type { SourceRecord } from '../../domain/news/source-health.js';
import { localHttp } from '../adapters/made-http.js';
import { madeSite } from '../faults/made-feeds.js';
import { madePorts } from './made-ports.js';

const HOUR = 3_600_000;
const SIZE = 5;
const MAX_PAGES = 3;
let now = Date.UTC(2024, 0, 31);

interface Item {
  id: number;
  title: string;
  link: string;
  at: string;
}
const storyAt = (id: number, time: number): Item => ({
  id,
  title: `Miner number ${id} of the hashing pool reports block ${id * 7919}`,
  link: `https://example.org/stories/${id}`,
  at: new Date(time).toISOString(),
});

/** What the site has, newest first; tests change it between collections. */
let items: Item[] = [];
let isLost = false;
const site = await madeSite((path, _seen, request, response) => {
  const query = new URL(request.url ?? '/', 'http://x').searchParams;
  const from = Date.parse(query.get('from') ?? '') || -Infinity;
  const to = Date.parse(query.get('to') ?? '') || Infinity;
  const fits = items.filter(({ at }) => !(Date.parse(at) < from || Date.parse(at) >= to));
  const json = (body: unknown): void => void response.end(JSON.stringify(body));
  if (path === '/endless') {
    const n = Number(query.get('page'));
    return json({ items: [storyAt(n, now - HOUR)] });
  }
  if (path === '/page') {
    const at = (Number(query.get('page')) - 1) * SIZE;
    return json({ items: fits.slice(at, at + SIZE) });
  }
  if (path === '/offset')
    return json({
      items: fits.slice(Number(query.get('offset')), Number(query.get('offset')) + SIZE),
    });
  if (path === '/before') {
    const before = Date.parse(query.get('before') ?? '');
    return json({ items: fits.filter(({ at }) => Date.parse(at) <= before).slice(0, SIZE) });
  }
  // A cursor names the item behind which the page begins, so that it holds whatever is added or taken away.
  const after = query.get('after');
  if (after && isLost) return void response.writeHead(400).end('cursor expired');
  const start = after ? fits.findIndex(({ id }) => id === Number(after)) + 1 : 0;
  const page = fits.slice(start, start + SIZE);
  json({ items: page, after: start + SIZE < fits.length ? String(page.at(-1)?.id) : null });
});

const made = madePorts({ now: () => now });
const { documents, cache } = made.ports;
const sources = openSources({
  config: { feeds: {}, newsAdapters: [], newsKeys: {} },
  ...{ documents, cache, http: localHttp(), now: () => now },
});
const ports: Ports = { ...made.ports, sources, news: (source) => openNews(source, sources) };
const steps = newsSteps(ports);
afterAll(() => made.remove());

const WAYS = {
  page: { query: { page: '{page}' }, paging: { kind: 'page', size: SIZE } },
  offset: { query: { offset: '{offset}' }, paging: { kind: 'offset', size: SIZE } },
  cursor: { query: { after: '{cursor}' }, paging: { kind: 'cursor', path: '$.after' } },
} as const;
type Way = keyof typeof WAYS;

async function addSource(id: string, way: Way, more: { windowed: boolean; path?: string }): Promise<void> {
  const { query, paging } = WAYS[way];
  const window = more.windowed ? { from: '{from}', to: '{to}' } : {};
  const settings = {
    url: `${site.url}${more.path ?? `/${way}`}`,
    ...{ items: '$.items[*]', paging, maxPages: MAX_PAGES, query: { ...query, ...window } },
    fields: { guid: '$.id', title: '$.title', url: '$.link', publishedAt: '$.at' },
  };
  const terms = { language: null, licence: null, retentionDays: null, relevance: null };
  const definition = { id, kind: 'rest', settings, ...terms, cadence: DEFAULT_CADENCE };
  await sources.save(await sources.define({ ...definition, state: 'enabled' }, 'me'));
}

const requests = (): number => [...site.requests.values()].reduce((sum, n) => sum + n, 0);

/** One scheduled collection of a source, as the story does it. */
async function collect(id: string) {
  const before = requests();
  const plan = await steps.resolveNews({ sources: [id] });
  const windows = plan.windows?.[id] ?? [{ from: plan.from, to: plan.to }];
  const reports = [];
  for (const window of windows) {
    const report = await steps.collectFeed({ source: plan.source, feed: id, ...window });
    reports.push(report);
    if (report.failure !== null) break;
  }
  now += HOUR;
  return { reports, windows: windows.length, asked: requests() - before };
}
const record = async (id: string) => (await documents.get<SourceRecord>('sourceHealth', id))!;
const storedOf = async (id: string): Promise<string[]> => {
  const { items: all } = await documents.find<Article>('articles', { where: { feed: id }, limit: 1000 });
  return all.map(({ guid }) => String(guid)).sort();
};

/** Stories that no other test has: each begins with ids of its own. */
let base = 0;
function fill(count: number, stepMs = HOUR): number[] {
  base += 10_000;
  items = Array.from({ length: count }, (_, i) => storyAt(base + i, now - (i + 1) * stepMs));
  return items.map(({ id }) => id);
}
const ids = (all: number[]): string[] => all.map(String).sort();

describe.each(Object.keys(WAYS) as Way[])('a window beyond maxPages, by %s', (way) => {
  it('is read to its end by the collections that follow, each within its bound', async () => {
    const all = fill(52);
    const id = `${way}-long`;
    await addSource(id, way, { windowed: true });
    const first = await collect(id);
    expect(first.reports).toMatchObject([{ failure: null, unfinished: true, fetched: SIZE * MAX_PAGES }]);
    expect(await record(id)).toMatchObject({ failuresInARow: 0, pending: [{ parts: 1 }] });
    let rounds = 1;
    while (((await record(id)).pending ?? []).length > 0) {
      // Something new comes meanwhile, too.
      const fresh = storyAt(base + 1000 + rounds, now - HOUR / 2);
      items.unshift(fresh);
      all.push(fresh.id);
      const { asked, windows, reports } = await collect(id);
      expect(reports.map(({ failure }) => failure)).toEqual(reports.map(() => null));
      expect(asked).toBeLessThanOrEqual(windows * MAX_PAGES);
      expect(++rounds).toBeLessThan(10);
    }
    expect(rounds).toBeGreaterThan(3);
    expect(await storedOf(id)).toEqual(ids(all));
    // From then on only what is new is asked for.
    expect((await collect(id)).windows).toBe(1);
  });

  it('loses nothing of a source that cannot be asked for windows, and stops at what it has', async () => {
    const all = fill(40);
    const id = `${way}-shown`;
    await addSource(id, way, { windowed: false });
    let rounds = 0;
    do {
      const { reports } = await collect(id);
      expect(reports.map(({ failure }) => failure)).toEqual(reports.map(() => null));
      expect(++rounds).toBeLessThan(10);
    } while (((await record(id)).pending ?? []).length > 0);
    expect(await storedOf(id)).toEqual(ids(all));
    // The same forty are shown for ever: no collection leaves anything behind again.
    const next = await collect(id);
    expect(next.windows).toBe(1);
    expect(next.reports[0]).not.toHaveProperty('unfinished');
    expect(next.asked).toBe(MAX_PAGES);
  });

  it('loses nothing where an item that was read is taken away meanwhile', async () => {
    const all = fill(33);
    const id = `${way}-moved`;
    await addSource(id, way, { windowed: true });
    await collect(id);
    if (way !== 'cursor') items.splice(2, 3);
    for (let round = 0; round < 6; round++) await collect(id);
    expect(await storedOf(id)).toEqual(ids(all));
  });
});

it('a window that is read back in time goes on at the oldest item, too', async () => {
  const all = fill(52);
  await addSource('back', 'cursor', { windowed: true });
  const source = await sources.get('back');
  const query = { before: '{before}', from: '{from}' };
  const settings = { ...source.settings, url: `${site.url}/before`, query, paging: { kind: 'before' } };
  await sources.save({ ...source, settings });
  let rounds = 0;
  do {
    const { asked, windows } = await collect('back');
    expect(asked).toBeLessThanOrEqual(windows * MAX_PAGES);
    expect(++rounds).toBeLessThan(10);
  } while (((await record('back')).pending ?? []).length > 0);
  expect(await storedOf('back')).toEqual(ids(all));
});

describe('a source that cannot be read to its end', () => {
  it('begins its window anew where its cursor has run out', async () => {
    const all = fill(22);
    await addSource('lost', 'cursor', { windowed: true });
    await collect('lost');
    isLost = true;
    for (let round = 0; round < 3; round++) {
      const { reports } = await collect('lost');
      expect(reports.at(-1)?.failure).toContain('HTTP 400');
    }
    expect((await record('lost')).pending).toMatchObject([{ cursor: null, failures: 3 }]);
    isLost = false;
    for (let round = 0; round < 3; round++) await collect('lost');
    expect((await record('lost')).pending).toEqual([]);
    expect(await storedOf('lost')).toEqual(ids(all));
  });

  it('begins anew when its settings have changed', async () => {
    fill(30);
    await addSource('set', 'page', { windowed: true });
    await collect('set');
    const source = await sources.get('set');
    await sources.save({ ...source, settings: { ...source.settings, maxPages: 20 } });
    expect((await record('set')).pending).toMatchObject([{ cursor: null }]);
    await collect('set');
    expect((await record('set')).pending).toEqual([]);
  });

  it('is bounded where it has no end, and says so', async () => {
    await addSource('endless', 'page', { windowed: true, path: '/endless' });
    const source = await sources.get('endless');
    await sources.save({ ...source, settings: { ...source.settings, paging: { kind: 'page', first: 1 } } });
    const { asked, reports } = await collect('endless');
    expect([asked, reports[0]?.unfinished]).toEqual([MAX_PAGES, true]);
    const held = await record('endless');
    const [window] = held.pending ?? [];
    await documents.upsert('sourceHealth', [{ ...held, pending: [{ ...window!, parts: MOST_PARTS - 1 }] }]);
    const last = await collect('endless');
    expect(last.reports.at(-1)?.failure).toContain(`has not ended after ${MOST_PARTS} collections`);
    expect((await record('endless')).pending?.some(({ to }) => to === window?.to)).toBe(false);
  });

  it('that answers each page alike is ended, and its health says why', async () => {
    fill(SIZE);
    await addSource('alike', 'cursor', { windowed: true });
    const source = await sources.get('alike');
    const settings = { ...source.settings, paging: { kind: 'page', size: SIZE } };
    await sources.save({ ...source, settings });
    const { reports } = await collect('alike');
    expect(reports).toMatchObject([{ failure: null, fetched: 2 * SIZE }]);
    expect((await record('alike')).problems).toMatchObject({
      byKind: { 'repeated-page': 1 },
      last: [{ detail: expect.stringContaining('page 2 is page 1 again') }],
    });
  });
});

describe('what is wrong with the items of a source', () => {
  it('is counted in its health, with the last reasons and the titles', async () => {
    fill(3);
    items[1] = { ...items[1]!, at: 'the day before yesterday' };
    items[2] = { ...items[2]!, link: '' };
    await addSource('faulty', 'page', { windowed: false });
    await collect('faulty');
    expect((await sources.health(await sources.get('faulty'))).record.problems).toMatchObject({
      total: 2,
      byKind: { 'no-address': 1, 'bad-date': 1 },
      last: [
        { what: 'no-address', item: expect.stringContaining('Miner number') },
        { what: 'bad-date', detail: 'its date cannot be read: the day before yesterday' },
      ],
    });
    items = items.slice(0, 1);
    await collect('faulty');
    expect((await record('faulty')).problems).toMatchObject({ total: 0, byKind: {}, last: [] });
  });
});
