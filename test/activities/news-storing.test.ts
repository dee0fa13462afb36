import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { newsStore } from '../../activities/news/storing.js';
import type { DocumentsPort, EventRow, Ports } from '../../adapters/ports.js';
import type { Article, RawItem } from '../../domain/news/articles.js';
import type { Source } from '../../domain/sources.js';
import { madePorts } from './made-ports.js';

const RECORDED: Source = { kind: 'recorded', detail: '/recordings' };
const LIVE: Source = { kind: 'live', detail: '' };
const HOUR = 3_600_000;
const from = Date.UTC(2023, 0, 10);
const plan = { source: RECORDED, from: from - 400 * HOUR, to: from + 400 * HOUR };
const BODY = 'Shares of the miner rose after it said that its plant in the north will open a month early.';

const opened: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.remove();
});
function made(replaced: Partial<Ports> = {}): Ports {
  const given = madePorts(replaced);
  opened.push(given);
  return given.ports;
}

const item = (changes: Partial<RawItem> & { hour?: number } = {}): RawItem => {
  const { hour = 0, ...rest } = changes;
  return {
    ...{ feed: 'a', title: 'Miner opens its plant early', content: BODY, url: 'https://x.com/a' },
    publishedAt: new Date(from + hour * HOUR).toISOString(),
    ...rest,
  };
};

const articlesOf = async (ports: Ports): Promise<Article[]> =>
  (await ports.documents.find<Article>('articles', { order: 'oldest', limit: 500 })).items;
const eventsOf = async (ports: Ports, type: string): Promise<EventRow[]> =>
  ports.events.recent({ type, limit: 1000 });

describe('near-duplicates', () => {
  it('are stored, each with the first that it repeats', async () => {
    const ports = made();
    const store = newsStore(ports);
    const other = { url: 'https://y.com/b', feed: 'b', title: 'UPDATE 1-Miner opens its plant early' };
    await store.storePage(plan, [item({ ...other, hour: 2 })]);
    await store.storePage(plan, [item(), item({ url: 'https://z.com', title: 'Ether falls', content: '' })]);
    const [first, , second] = await articlesOf(ports);
    expect(first?.similar ?? null).toBeNull();
    expect(second?.similar).toEqual({ articleId: first?.id, similarity: 1 });
  });

  it('are none of another kind of source, or many days later', async () => {
    const ports = made();
    const store = newsStore(ports);
    await store.storePage(plan, [item(), item({ url: 'https://y.com/b', hour: 24 * 5 })]);
    await store.storePage({ ...plan, source: { kind: 'simulated', detail: '1' } }, [
      item({ url: 'https://z.com/c' }),
    ]);
    expect((await articlesOf(ports)).every(({ similar }) => !similar)).toBe(true);
  });
});

describe('a changed article', () => {
  it('keeps both texts, shows the later one, and tells it once', async () => {
    let now = from + HOUR;
    const ports = made({ now: () => now });
    const live = { ...plan, source: LIVE };
    const store = newsStore(ports);
    await store.storePage(live, [item()]);
    now += HOUR;
    const changed = item({
      title: 'Miner opens its plant early, shares rise',
      content: `${BODY} It said why.`,
    });
    for (let i = 0; i < 3; i++) {
      const report = await store.storePage(live, [changed]);
      expect(report).toMatchObject({ stored: 0, changed: i === 0 ? 1 : 0, duplicates: i === 0 ? 0 : 1 });
    }
    await store.storePage(live, [item()]);
    const [article] = await articlesOf(ports);
    expect(article).toMatchObject({
      ...{ title: changed.title, revision: 2, firstSeenAt: from + HOUR, contentSeenAt: now },
    });
    const { items } = await ports.documents.find<{ title: string }>('articleVersions', { order: 'oldest' });
    expect(items.map(({ title }) => title)).toEqual([item().title, changed.title]);
    expect(await eventsOf(ports, 'article.collected')).toHaveLength(1);
    expect(await eventsOf(ports, 'article.changed')).toHaveLength(1);
  });

  it('is no other one where its feed moves it to another address under its guid', async () => {
    const ports = made();
    const store = newsStore(ports);
    await store.storePage(plan, [item({ guid: '17' })]);
    await store.storePage(plan, [item({ guid: '17', url: 'https://x.com/moved' })]);
    expect(await articlesOf(ports)).toHaveLength(1);
    await store.storePage(plan, [
      item({ guid: '17', url: 'https://x.com/c', title: 'Ether falls', content: '' }),
    ]);
    expect(await articlesOf(ports)).toHaveLength(2);
  });
});

const delivery = fc.record({
  feed: fc.constantFrom('a', 'b'),
  url: fc.constantFrom('https://x.com/a', 'https://x.com/b', 'https://y.com/c'),
  title: fc.constantFrom(
    'Miner opens its plant early',
    'UPDATE 1-Miner opens its plant early',
    'Miner will open its northern plant early',
    'Ether falls',
  ),
  content: fc.constantFrom(BODY, `${BODY} It did not say more.`),
  hour: fc.constantFrom(0, 1, 30, 70, 100),
});
const orders = fc
  .array(delivery, { minLength: 2, maxLength: 7 })
  .chain((items) =>
    fc.tuple(
      fc.constant(items),
      fc.shuffledSubarray([...items.keys(), ...items.keys()], { minLength: items.length }),
      fc.integer({ min: 1, max: 4 }),
    ),
  )
  .filter(([items, order]) => new Set(order).size === items.length);

/** Everything that readers see. */
const shown = async (ports: Ports): Promise<unknown> =>
  (await articlesOf(ports))
    .map(({ id, feed, title, text, publishedAt, firstSeenAt, similar, revision, contentSeenAt }) => ({
      ...{ id, feed, title, text, publishedAt, revision, knownFrom: contentSeenAt ?? firstSeenAt },
      similar: similar?.articleId ?? null,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

describe('the same deliveries', () => {
  it('in any order, pages and number make the same archive', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(orders, async ([items, order, size]) => {
        const [one, other] = [made(), made()];
        await newsStore(one).storePage(plan, items.map(item));
        const stores = [newsStore(other), newsStore(other)];
        for (let i = 0; i < order.length; i += size)
          await stores[(i / size) % 2]?.storePage(
            plan,
            order.slice(i, i + size).map((at) => item(items[at])),
          );
        expect(await shown(other)).toEqual(await shown(one));
        for (const each of opened.splice(0)) await each.remove();
      }),
      { numRuns: 60 },
    );
  });

  it(
    'by workers that are killed anywhere and others beside them make the same archive',
    { timeout: 240_000 },
    async () => {
      const items = [
        item(),
        item({ url: 'https://y.com/b', title: 'UPDATE 1-Miner opens its plant early', hour: 1 }),
        item({ url: 'https://y.com/c', feed: 'b', hour: 3 }),
        item({ title: 'Miner opens its plant early, at last', hour: 5 }),
      ];
      const calm = made();
      await newsStore(calm).storePage(plan, items);
      for (let kill = 1; kill < 30; kill++) {
        const ports = made();
        const dying = newsStore(dyingAfter(ports, kill));
        await dying.storePage(plan, items.slice(0, 2)).catch(() => undefined);
        const workers = [newsStore(ports), newsStore(ports)];
        await Promise.all([
          workers[0]?.storePage(plan, items.toReversed()),
          workers[1]?.storePage(plan, items),
        ]);
        expect(await shown(ports)).toEqual(await shown(calm));
        expect(await eventsOf(ports, 'article.collected')).toHaveLength(3);
      }
    },
  );

  it('are linked by the next who comes by where their worker was killed and they never come again', async () => {
    let now = from;
    for (let kill = 1; kill < 12; kill++) {
      const ports = made({ now: () => now });
      await newsStore(ports).storePage(plan, [item()]);
      const dying = newsStore(dyingAfter(ports, kill));
      await dying.storePage(plan, [item({ url: 'https://y.com/b', hour: 1 })]).catch(() => undefined);
      now += 2 * HOUR;
      await newsStore(ports).storePage(plan, []);
      const [first, second] = await articlesOf(ports);
      if (second) expect(second.similar?.articleId).toBe(first?.id);
    }
  });
});

/** Every call of a store after so many fails. */
function dyingAfter(ports: Ports, calls: number): Ports {
  let left = calls;
  const dying = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return async (...given: unknown[]) => {
          if (left-- <= 0) throw new Error('killed');
          return (method as (...all: unknown[]) => unknown).apply(target, given);
        };
      },
    });
  return { ...ports, documents: dying<DocumentsPort>(ports.documents), near: dying(ports.near) };
}
