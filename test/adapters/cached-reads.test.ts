import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openCache as openCacheAt } from '../../adapters/cache/index.js';
import { cachedReads } from '../../adapters/cached-reads.js';
import { openDocuments } from '../../adapters/documents/index.js';
import { openNewsReads } from '../../adapters/news-reads.js';
import type { CachePort } from '../../adapters/ports.js';
import { redis, redisCluster } from '../../infra/test-servers/redis.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { article, START } from './made-articles.js';

const BACKENDS: Backend[] = [
  { scheme: 'sqlite', fresh: () => `sqlite:${join(temporaryDirectory(), 'x.db')}` },
  { scheme: 'redis', server: redis, fresh: (address) => `redis://${address}?prefix=${newName()}` },
  {
    scheme: 'redis',
    name: 'redis: cluster',
    server: redisCluster,
    fresh: (address) => `redis://${address}?prefix=${newName()}`,
  },
];

const opened: { close(): Promise<void> }[] = [];
const kept = <T extends { close(): Promise<void> }>(adapter: T): T => {
  opened.push(adapter);
  return adapter;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

for (const { name, reason, open } of await readyBackends('cached reads', BACKENDS))
  describe.skipIf(reason !== null)(`reads through the ${name} cache ${reason ?? ''}`, () => contract(open));

const want = { kind: 'x', sources: [], key: 'k', ttlMs: 60_000 };

function contract(fresh: () => string): void {
  it('compute once for all who ask at once, in several processes too', async () => {
    const address = fresh();
    const several = [0, 1, 2].map(() => cachedReads(kept(openCacheAt(address))));
    let computed = 0;
    const compute = async (): Promise<{ n: number }> => {
      await sleep(60);
      return { n: ++computed };
    };
    const asked = Array.from({ length: 30 }, (_, i) => several[i % 3]?.read(want, compute));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 30 }, () => ({ n: 1 })));
    expect(await several[1]?.read(want, compute)).toEqual({ n: 1 });
    expect(computed).toBe(1);
    const figures = several.map((each) => each.figures());
    expect(figures.reduce((sum, { misses }) => sum + misses, 0)).toBe(1);
    expect(figures.reduce((sum, { waits }) => sum + waits, 0)).toBe(29);
    expect(figures[1]).toMatchObject({ hits: 1 });
  });

  it('let a failure through, and the next who asks compute', async () => {
    const address = fresh();
    const [ours, theirs] = [cachedReads(kept(openCacheAt(address))), cachedReads(kept(openCacheAt(address)))];
    const failing = ours.read(want, async () => {
      await sleep(50);
      throw new Error('the store is away');
    });
    const next = sleep(20).then(() => theirs.read(want, async () => 'found'));
    await expect(failing).rejects.toThrow('the store is away');
    const start = Date.now();
    expect(await next).toBe('found');
    expect(Date.now() - start).toBeLessThan(2000);
  });

  it('forget what depends on a kind of source when it has news', async () => {
    const address = fresh();
    const [ours, theirs] = [cachedReads(kept(openCacheAt(address))), cachedReads(kept(openCacheAt(address)))];
    let n = 0;
    const read = (sources: string[]): Promise<number> => ours.read({ ...want, sources }, async () => ++n);
    const before = [await read([]), await read(['live']), await read(['recorded'])];
    await theirs.refresh('live');
    expect(await read(['recorded'])).toBe(before[2]);
    expect(await read(['live'])).toBeGreaterThan(3);
    expect(await read([])).toBeGreaterThan(3);
  });

  it('expire', async () => {
    const reads = cachedReads(kept(openCacheAt(fresh())));
    let n = 0;
    const read = (): Promise<number> => reads.read({ ...want, ttlMs: 300 }, async () => ++n);
    expect([await read(), await read()]).toEqual([1, 1]);
    await sleep(320);
    expect(await read()).toBe(2);
  });

  it('are warm for the busiest assets after a collection', async () => {
    const documents = kept(openDocuments(`sqlite:${join(temporaryDirectory(), 'd.db')}`));
    await documents.insert('articles', [article('a', { tickers: ['BTC'], sourceKey: 'live' })]);
    const reads = openNewsReads({ documents, cache: kept(openCacheAt(fresh())), now: () => START + 1 });
    expect(await reads.warm('live')).toBeGreaterThan(0);
    const { misses } = reads.figures();
    const found = await reads.search({ tickers: ['BTC'], order: 'newest', limit: 100 });
    expect(found.items.map(({ id }) => id)).toEqual(['a']);
    expect(reads.figures()).toMatchObject({ misses, hits: 1 });
    await documents.insert('articles', [article('b', { tickers: ['BTC'], sourceKey: 'live' })]);
    await reads.refresh('live');
    expect((await reads.search({ tickers: ['BTC'], order: 'newest', limit: 100 })).items).toHaveLength(2);
  });
}

it('keeps an answer until its sources are collected again', async () => {
  const directory = temporaryDirectory();
  const documents = kept(openDocuments(`sqlite:${join(directory, 'd.db')}`));
  const lives: number[] = [];
  const cache = kept(openCacheAt(`sqlite:${join(directory, 'c.db')}`));
  const noting: CachePort = { ...cache, set: async (_key, _value, ttlMs) => void lives.push(ttlMs) };
  const source = (id: string, cron: string, state = 'enabled') => ({ id, state, cadence: { cron } });
  const list = async () => [
    source('a', '*/5 * * * *'),
    source('b', '@daily'),
    source('c', '* * * * *', 'paused'),
  ];
  const reads = openNewsReads({ documents, cache: noting, sources: { list: list as never } });
  for (const query of [{}, { feeds: ['b'] }, { feeds: ['x'] }, { sourceKeys: ['recorded'] }])
    await reads.search(query);
  expect(lives.filter((ms) => ms > 1).map((ms) => ms / 60_000)).toEqual([5, 60, 15, 15]);
});

it('answers without a cache that does not answer', async () => {
  const away = (): Promise<never> => Promise.reject(new Error('away'));
  const cache: CachePort = {
    get: away,
    set: away,
    add: away,
    take: away,
    invalidate: away,
    close: async () => {},
  };
  const reads = cachedReads(cache);
  expect(await reads.read(want, async () => 5)).toBe(5);
  const half = cachedReads({ ...cache, get: async () => null });
  expect(await half.read(want, async () => 5)).toBe(5);
  expect(half.figures().failures).toBeGreaterThan(0);
});
