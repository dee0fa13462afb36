import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { CACHES, openCache as openCacheAt } from '../../adapters/cache/index.js';
import { redisCache } from '../../adapters/cache/redis.js';
import { sqliteCache } from '../../adapters/cache/sqlite.js';
import type { CachePort } from '../../adapters/ports.js';
import { readRedisAddress } from '../../adapters/redis.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { redis, redisCluster } from '../../infra/test-servers/redis.js';
import { freePorts } from '../../infra/test-servers/server.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';

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
/** The same backend with TLS. */
const ALIASES = new Set(['rediss']);

const opened: CachePort[] = [];
function openCache(address: string): CachePort {
  const cache = openCacheAt(address);
  opened.push(cache);
  return cache;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('are tested for every backend', () => {
  const schemes = Object.keys(CACHES).filter((scheme) => !ALIASES.has(scheme));
  expect([...new Set(BACKENDS.map(({ scheme }) => scheme))].sort()).toEqual(schemes.sort());
});

const backends = await readyBackends('cache', BACKENDS);
for (const { name, reason, open } of backends)
  describe.skipIf(reason !== null)(`the ${name} cache ${reason ?? ''}`, () => contract(open));

function contract(fresh: () => string): void {
  it('forgets a value when its time is over', async () => {
    const cache = openCache(fresh());
    await cache.set('short', 'a', 500);
    await cache.set('long', '', 60_000);
    expect(await cache.get('short')).toBe('a');
    await sleep(520);
    expect(await cache.get('short')).toBeNull();
    expect(await cache.get('long')).toBe('');
    expect(await cache.get('never')).toBeNull();
  });

  it('shows the changes of other processes at once', async () => {
    const address = fresh();
    const [ours, theirs] = [openCache(address), openCache(address)];
    await ours.set('key', 'old', 60_000);
    expect(await theirs.get('key')).toBe('old');
    expect(await ours.get('key')).toBe('old');
    await theirs.set('key', 'new', 60_000);
    expect(await ours.get('key')).toBe('new');
    await theirs.invalidate('key');
    expect(await ours.get('key')).toBeNull();
  });

  it('tells one of several that it was the first to add', async () => {
    const address = fresh();
    const several = Array.from({ length: 6 }, () => openCache(address));
    const answers = await Promise.all(several.map((each, i) => each.add('lock', String(i), 400)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await several[0]?.get('lock')).toBe(String(answers.indexOf(true)));
    await sleep(420);
    expect(await several[1]?.add('lock', 'next', 60_000)).toBe(true);
    expect(await several[0]?.get('lock')).toBe('next');
  });

  it('invalidates what begins with a prefix, taken literally', async () => {
    const cache = openCache(fresh());
    for (const key of ['bars/a', 'bars/b', 'bars', 'b%rs/a', 'news/\u{1f680}'])
      await cache.set(key, 'x', 60_000);
    await cache.invalidate('b%');
    await cache.invalidate('bars/');
    await cache.invalidate('news/\u{1f680}');
    const left = await Promise.all(
      ['bars/a', 'bars/b', 'bars', 'b%rs/a', 'news/\u{1f680}'].map((key) => cache.get(key)),
    );
    expect(left).toEqual([null, null, 'x', null, null]);
  });

  it('shares a bucket between processes', async () => {
    const address = fresh();
    const several = [openCache(address), openCache(address)];
    const limit = { capacity: 10, refillPerSecond: 0.001 };
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, i) => several[i % 2]!.take('api', limit)),
    );
    expect(answers.filter((each) => each.waitMs === 0)).toHaveLength(10);
    const last = answers.toSorted((a, b) => a.waitMs - b.waitMs).at(-1);
    expect(last?.waitMs).toBeGreaterThan(900_000);
    expect(last?.remaining).toBe(0);
    expect((await several[0]!.take('other', limit, 10)).waitMs).toBe(0);
  });

  it.each([
    ['a cost above the capacity', { capacity: 1, refillPerSecond: 1 }, 2],
    ['a cost of 0', { capacity: 1, refillPerSecond: 1 }, 0],
    ['no refill', { capacity: 1, refillPerSecond: 0 }, 1],
    ['a capacity of NaN', { capacity: NaN, refillPerSecond: 1 }, 1],
  ])('refuses %s, which could only wait for ever', async (_, limit, cost) => {
    await expect(openCache(fresh()).take('b', limit, cost)).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('refuses a time to live that is none', async () => {
    await expect(openCache(fresh()).set('a', 'b', NaN)).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('closes twice without harm', async () => {
    const cache = openCache(fresh());
    await cache.get('x');
    await cache.close();
    await cache.close();
    expect(await cache.get('x')).toBeNull();
  });
}

for (const { name, reason, open } of backends.slice(1))
  describe.skipIf(reason !== null)(`a bucket of the ${name} cache ${reason ?? ''}`, () => {
    it('answers as the embedded one does', async () => {
      let now = 1e12;
      const clock = { now: () => now };
      const embedded = sqliteCache(join(temporaryDirectory(), 'x.db'), clock);
      const cache = redisCache(open(), clock);
      let buckets = 0;
      const amount = fc.double({ min: 0.01, max: 20, noNaN: true });
      const steps = fc.array(fc.record({ pause: fc.integer({ min: -50, max: 3000 }), cost: amount }));
      await fc.assert(
        fc.asyncProperty(amount, amount, steps, async (capacity, refillPerSecond, taken) => {
          const bucket = `{b}${++buckets}`;
          for (const { pause, cost } of taken.filter((each) => each.cost <= capacity)) {
            now += pause;
            const limit = { capacity, refillPerSecond };
            const wanted = await embedded.take(bucket, limit, cost);
            expect(await cache.take(bucket, limit, cost)).toEqual(wanted);
          }
        }),
        { numRuns: 50 },
      );
      await Promise.all([embedded.close(), cache.close()]);
    });

    it('fills by the clock of the server', async () => {
      const cache = openCache(open());
      const limit = { capacity: 2, refillPerSecond: 20 };
      expect(await cache.take('b', limit, 2)).toEqual({ waitMs: 0, remaining: 0 });
      const { waitMs } = await cache.take('b', limit, 1);
      expect(waitMs).toBeGreaterThan(0);
      await sleep(waitMs + 5);
      expect((await cache.take('b', limit, 1)).waitMs).toBe(0);
    });
  });

it.each(['', ',127.0.0.1:1'])(
  'a Redis that is not there (%j) is named without its password',
  async (more) => {
    const [port] = await freePorts(1);
    const cache = openCache(`redis://:secret@127.0.0.1:${port}${more}`);
    const error = await cache.get('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnreachableError);
    expect(String(error)).toContain(`Redis at redis://127.0.0.1:${port}`);
    expect(String(error)).not.toContain('secret');
  },
);

it('a Redis address is read with its hosts, user, database and options', () => {
  expect(readRedisAddress('rediss://me:p%40ss@h:1/3?prefix=x')).toEqual({
    hosts: [{ host: 'h', port: 1 }],
    cluster: false,
    tls: true,
    username: 'me',
    password: 'p@ss',
    database: 3,
    prefix: 'x',
  });
  expect(readRedisAddress('redis://a,[::1]:2')).toMatchObject({
    hosts: [
      { host: 'a', port: 6379 },
      { host: '::1', port: 2 },
    ],
    cluster: true,
  });
  for (const wrong of ['redis:x', 'redis://h?x=1', 'redis://a,b/2', 'redis://h:port'])
    expect(() => readRedisAddress(wrong)).toThrow(InvalidInputError);
});

describe('a bucket over time', () => {
  it('never gives more than its capacity and its refill, and its wait is enough', async () => {
    const path = join(temporaryDirectory(), 'x.db');
    let now = 1e12;
    let buckets = 0;
    const cache = sqliteCache(path, { now: () => now });
    const capacity = fc.integer({ min: 1, max: 20 });
    const steps = fc.array(
      fc.record({ pause: fc.integer({ min: -50, max: 500 }), cost: fc.integer({ min: 1, max: 20 }) }),
      { maxLength: 15 },
    );
    await fc.assert(
      fc.asyncProperty(
        capacity,
        fc.integer({ min: 1, max: 50 }),
        steps,
        async (size, refillPerSecond, taken) => {
          const name = `b${++buckets}`;
          const [limit, start] = [{ capacity: size, refillPerSecond }, now];
          let given = 0;
          let latest = now;
          for (const { pause, cost } of taken.filter((each) => each.cost <= size)) {
            now += pause;
            const answer = await cache.take(name, limit, cost);
            if (answer.waitMs === 0) given += cost;
            else {
              now += answer.waitMs;
              expect((await cache.take(name, limit, cost)).waitMs).toBe(0);
              given += cost;
            }
            latest = Math.max(latest, now);
          }
          // The clock may be set back: what was refilled after it is then refilled again, 50 ms a time.
          const slack = (taken.length * 50 * refillPerSecond) / 1000;
          expect(given).toBeLessThanOrEqual(
            size + ((latest - start) / 1000) * refillPerSecond + slack + 1e-3,
          );
          now = latest;
        },
      ),
      { numRuns: 100 },
    );
    await cache.close();
  });
});

it('names the known schemes', () => {
  expect(() => openCacheAt('memory:')).toThrow(
    /Unknown address "memory:" in CACHE_URL; known schemes: .*sqlite:/,
  );
});
