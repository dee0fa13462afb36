import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newsSteps } from '../../activities/news.js';
import type { NewsStory } from '../../activities/news/stories.js';
import type { NewsPort, Ports } from '../../adapters/ports.js';
import type { Article, RawItem } from '../../domain/news/articles.js';
import { madePorts } from './made-ports.js';

const start = Date.UTC(2023, 0, 10);
const plan = {
  source: { kind: 'recorded', detail: '/r' } as const,
  from: start,
  to: start + 40 * 86_400_000,
};

const items: RawItem[] = [
  ['a', 'SEC sues Binance over unregistered securities', 0],
  ['b', 'Binance sued by SEC over unregistered securities', 2],
  ['c', 'SEC: Binance sold unregistered securities, suit says', 30],
  ['a', 'SEC sues Binance over unregistered securities again', 60],
  ['b', 'Miner opens its northern plant early', 61],
].map(([feed, title, hour], i) => ({
  ...{ feed: String(feed), title: String(title), url: `https://${feed}.com/${i}`, content: '' },
  publishedAt: new Date(start + Number(hour) * 3_600_000).toISOString(),
}));

async function collected(order: RawItem[]): Promise<{ ports: Ports; remove(): Promise<void> }> {
  let page: RawItem[] = [];
  const news = (): NewsPort =>
    ({ fetchPage: async () => ({ items: page, next: null }), close: async () => undefined }) as never;
  const made = madePorts({ news });
  const { collectFeed } = newsSteps(made.ports);
  for (const item of order) {
    page = [item];
    await collectFeed({ ...plan, feed: item.feed });
  }
  return made;
}

it('articles of several outlets are one story, told anew with each that joins, in whatever order they come', async () => {
  const order = fc.shuffledSubarray(items, { minLength: items.length });
  await fc.assert(
    fc.asyncProperty(order, async (given) => {
      const { ports, remove } = await collected(given);
      const { items: articles } = await ports.documents.find<Article>('articles', { order: 'oldest' });
      const [first, second, third, fourth, fifth] = articles;
      expect(first?.storyId).toBe(first?.id.replace('art_', 'sto_'));
      expect([second?.storyId, third?.storyId]).toEqual([first?.storyId, first?.storyId]);
      expect([fourth?.storyId, fifth?.storyId]).toEqual([undefined, undefined]);
      const { items: stories } = await ports.documents.find<NewsStory>('stories', {});
      expect(stories).toMatchObject([
        { articles: 3, feeds: ['a', 'b', 'c'], title: first?.title, firstAt: start },
      ]);
      expect((await ports.events.recent({ type: 'story.updated', limit: 50 })).length).toBeGreaterThan(0);
      await remove();
    }),
    { numRuns: 20 },
  );
});
