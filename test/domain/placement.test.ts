import { describe, expect, it } from 'vitest';
import { DEFAULT_PRICES, placeBars, readsOf, shareOfMonths } from '../../domain/bars/placement.js';

const bars = 1_000_000;
const free = { hotGbMonth: 0.2, coldGbMonth: 0.02, coldGbRead: 0 };
const dear = { hotGbMonth: 0.02, coldGbMonth: 0.2, coldGbRead: 0.1 };

describe('where old bars should lie', () => {
  it.each([
    ['hot', 0, DEFAULT_PRICES, 'cold', /old and read 0 times a month: cheaper in the cold store/],
    ['hot', 2, DEFAULT_PRICES, 'cold', /read 2 times a month/],
    // (0.25 − 0.023) ÷ 0.09 = 2.5 whole reads a month cost what the hot store does.
    ['hot', 3, DEFAULT_PRICES, 'hot', /old but read 3 times a month: reading it cold would cost more/],
    ['cold', 0, DEFAULT_PRICES, 'cold', /cheaper in the cold store/],
    // Reading it back costs one read: it must pay within three months, so at 2.85 and not at 2.5 times.
    ['cold', 2.7, DEFAULT_PRICES, 'cold', /2.7 times/],
    ['cold', 3, DEFAULT_PRICES, 'hot', /read 3 times a month: reading it cold costs more/],
    ['hot', 1e6, free, 'cold', /1000000 times/],
    ['hot', 0, dear, 'hot', /reading it cold would cost more/],
    ['cold', 0, dear, 'hot', /costs more/],
  ] as const)('%s, read %d times a month', (at, times, prices, to, reason) => {
    const placement = placeBars({ at, bars, readBars: times * bars }, prices);
    expect(placement.to).toBe(to);
    expect(placement.reason).toMatch(reason);
    expect(placement.saving > 0).toBe(to !== at);
  });

  it('saves what the two stores differ by', () => {
    const { saving } = placeBars({ at: 'hot', bars: 1e9 / 56, readBars: 1e9 / 56 }, DEFAULT_PRICES);
    expect(saving).toBeCloseTo(0.25 - 0.023 - 0.09, 9);
  });

  it('does not swing: what has just been moved stays', () => {
    for (let times = 0; times < 6; times += 0.05) {
      const there = placeBars({ at: 'hot', bars, readBars: times * bars }, DEFAULT_PRICES);
      if (there.to === 'cold')
        expect(placeBars({ at: 'cold', bars, readBars: times * bars }, DEFAULT_PRICES).to).toBe('cold');
      const back = placeBars({ at: 'cold', bars, readBars: times * bars }, DEFAULT_PRICES);
      if (back.to === 'hot')
        expect(placeBars({ at: 'hot', bars, readBars: times * bars }, DEFAULT_PRICES).to).toBe('hot');
    }
  });
});

it('a read of several months counts for each by its share, and none is lost', () => {
  const shares = shareOfMonths(Date.UTC(2024, 0, 16), Date.UTC(2024, 2, 1), 4500);
  expect(shares.map(({ month }) => month)).toEqual(['2024-01', '2024-02', '2024-03']);
  expect(shares.reduce((sum, each) => sum + each.bars, 0)).toBeCloseTo(4500, 3);
  expect(shares[0]?.bars).toBeCloseTo(1600, 0);
  const one = Date.UTC(2024, 5, 5);
  expect(shareOfMonths(one, one, 1)).toEqual([{ month: '2024-06', bars: 1 }]);
});

it('counts of several days add up', () => {
  const count = { stream: 'binance/BTC-USDT/1h', sourceKey: 'live', month: '2024-01', bars: 3 };
  expect([...readsOf([count, { ...count, bars: 4 }, { ...count, month: '2024-02' }])]).toEqual([
    ['binance/BTC-USDT/1h live 2024-01', 7],
    ['binance/BTC-USDT/1h live 2024-02', 3],
  ]);
});
