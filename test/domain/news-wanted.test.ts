import { describe, expect, it } from 'vitest';
import { relevanceOf } from '../../domain/news/wanted.js';
import { sourceDefinition } from '../../domain/news/source.js';
import { article } from '../adapters/made-articles.js';

const about = article('a', {
  title: 'Bitcoin funds',
  text: 'Inflows go on.',
  tickers: ['BTC'],
  topics: ['etf'],
});
const other = article('b', { title: 'Weather', text: 'It rains.', tickers: [], topics: [] });

describe('what a source wants of its items', () => {
  it.each([
    [null, null, null],
    [{}, null, null],
    [{ instrument: true }, null, /speaks of no instrument/],
    [{ tickers: ['BTC', 'ETH'] }, null, /not relevant: its source wants \{"tickers":\["BTC","ETH"\]\}/],
    [{ topics: ['etf'] }, null, /not relevant/],
    [{ text: 'bitcoin -rain' }, null, /not relevant/],
    [{ text: 'rain* OR weather' }, /not relevant/, null],
    [{ leastCharacters: 20 }, null, /has 16 characters; its source wants 20/],
    [{ languages: ['en'], instrument: true }, null, /no instrument/],
  ])('by %j', (rule, first, second) => {
    const faultOf = relevanceOf(rule);
    for (const [item, expected] of [
      [about, first],
      [other, second],
    ] as const)
      if (expected === null) expect(faultOf(item)).toBeNull();
      else expect(faultOf(item)).toMatch(expected);
  });

  it('is read with its source, and refused where it cannot be read', () => {
    const made = { id: 'x', kind: 'rss', settings: { url: 'https://x.example/' } };
    expect(sourceDefinition.parse({ ...made, relevance: { tickers: ['btc'] } }).relevance).toEqual({
      tickers: ['BTC'],
    });
    expect(sourceDefinition.safeParse({ ...made, relevance: { text: '(open' } }).success).toBe(false);
    expect(sourceDefinition.safeParse({ ...made, relevance: { ticker: 'BTC' } }).success).toBe(false);
  });
});
