import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterStories, STORY_MS, storyIdOf, type Told } from '../../domain/news/clusters.js';

const told = (id: string, title: string, hour = 0, tickers: string[] = []): Told => ({
  ...{ id: `art_${id}`, title, publishedAt: hour * 3_600_000, tickers },
});

describe('articles on one event', () => {
  it.each<[string, string, boolean]>([
    [
      'SEC sues Binance over unregistered securities',
      'Binance sued by SEC over unregistered securities',
      true,
    ],
    [
      'Tesla sells 75% of its bitcoin holdings',
      'Tesla has sold 75% of its Bitcoin holdings, filing shows',
      true,
    ],
    ['SEC sues Binance over unregistered securities', 'SEC sues Coinbase over staking', false],
    ['Bitcoin price analysis for Monday', 'Bitcoin price analysis for Friday', false],
  ])('%s | %s: %j', (a, b, together) => {
    const stories = clusterStories([told('1', a), told('2', b, 3)]);
    expect(stories.get('art_2') === storyIdOf('art_1')).toBe(together);
  });

  it('are told within 48 hours of the first, and of no other instrument', () => {
    const title = 'Exchange halts withdrawals of its token';
    const late = told('3', title, STORY_MS / 3_600_000 + 1);
    const stories = clusterStories([told('1', title, 0, ['BTC']), told('2', title, 1, ['ETH']), late]);
    expect([...stories.values()]).toEqual(['sto_1', 'sto_2', 'sto_2']);
  });

  const words = ['exchange', 'halts', 'withdrawals', 'token', 'hackers', 'miner', 'senate', 'vote', 'bank'];
  const article = fc.record({
    title: fc.shuffledSubarray(words, { minLength: 3, maxLength: 6 }).map((each) => each.join(' ')),
    hour: fc.integer({ min: 0, max: 200 }),
  });
  const articles = fc
    .array(article, { maxLength: 30 })
    .map((all) => all.map(({ title, hour }, i) => told(String(i).padStart(2, '0'), title, hour)));

  it('are the same stories in any order, and day by day', () => {
    fc.assert(
      fc.property(articles, (all) => {
        const whole = clusterStories(all);
        expect([...clusterStories(all.toReversed())].sort()).toEqual([...whole].sort());
        const half = 100 * 3_600_000;
        const before = all.filter(({ publishedAt }) => publishedAt < half);
        const first = clusterStories(before);
        const given = before.map((each) => ({ ...each, storyId: first.get(each.id) as string }));
        const rest = clusterStories(
          all.filter(({ publishedAt }) => publishedAt >= half),
          given,
        );
        expect([...first, ...rest].sort()).toEqual([...whole].sort());
      }),
    );
  });
});
