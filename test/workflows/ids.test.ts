import { describe, expect, it } from 'vitest';
import { storyId } from '../../workflows/ids.js';

describe('business ids', () => {
  it('name the subject and are equal for equal work, whatever the order of the members', () => {
    const id = storyId('collectBars', { stream: 'binance/BTC-USDT/1h', from: 1, to: 2 });
    expect(id).toMatch(/^bars\/binance\/BTC-USDT\/1h\/[0-9a-f]{12}$/);
    expect(storyId('collectBars', { to: 2, from: 1, stream: 'binance/BTC-USDT/1h' })).toBe(id);
  });

  it('differ for other work, and not for another asker', () => {
    const work = { stream: 'binance/BTC-USDT/1h', strategy: 'sma-cross' };
    expect(storyId('runBacktest', { ...work, run: 'run_1' })).toBe(
      storyId('runBacktest', { ...work, run: 'run_2' }),
    );
    expect(storyId('runBacktest', { ...work, feeBps: 1 })).not.toBe(storyId('runBacktest', work));
  });

  it('read symbols as people write them', () => {
    expect(storyId('research', { symbols: ['btc/usdt', 'ETH-USDT'] })).toMatch(
      /^research\/BTC-USDT\+ETH-USDT\/1h\//,
    );
  });
});
