import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CACHES, openCache } from '../../adapters/cache/index.js';
import { sqliteCache } from '../../adapters/cache/sqlite.js';
import { InvalidInputError } from '../../domain/errors.js';
import { temporaryDirectory } from './directories.js';

const ADDRESSES: Record<string, () => string> = {
  sqlite: () => `sqlite:${join(temporaryDirectory(), 'x.db')}`,
};
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(Object.keys(CACHES))('the %s cache', (scheme) => {
  const fresh = (): string => ADDRESSES[scheme]?.() ?? '';

  it('forgets a value when its time is over', async () => {
    const cache = openCache(fresh());
    await cache.set('short', 'a', 40);
    await cache.set('long', '', 60_000);
    expect(await cache.get('short')).toBe('a');
    await sleep(60);
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
    expect(answers.at(-1)?.waitMs).toBeGreaterThan(900_000);
    expect(answers.at(-1)?.remaining).toBe(0);
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
  });
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
  expect(() => openCache('memory:')).toThrow(
    /Unknown address "memory:" in CACHE_URL; known schemes: sqlite:/,
  );
});
