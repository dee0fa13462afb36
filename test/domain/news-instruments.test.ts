import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tickersOf } from '../../domain/news/instruments.js';

describe('assets that a text speaks of', () => {
  it.each<[string, string[]]>([
    ['Bitcoin and ether fall', ['BTC', 'ETH']],
    ["Ethereum's merge; bitcoins move", ['BTC', 'ETH']],
    ['BTC/USDT and SOL-USDC volumes', ['BTC', 'SOL', 'USDC', 'USDT']],
    ['Ethereum Classic forks', ['ETC']],
    ['BITCOIN CASH SOARS', ['BCH']],
    ['LINK surges 12%', ['LINK']],
    ['the link between bitcoin and gold', ['BTC']],
    ['$sol and $near rally', ['NEAR', 'SOL']],
    ['Near Protocol raises funds', ['NEAR']],
    ['DOT token holders vote', ['DOT']],
    ['Avalanche brings DeFi to games', ['AVAX']],
    ['Ripple wins in court', ['XRP']],
  ])('%s: %j', (text, tickers) => expect(tickersOf(text)).toEqual(tickers));

  it.each([
    'Stocks, bonds, etc. fell near the close',
    'STOCKS NEAR RECORD HIGH',
    'A ripple effect hits banks; Ripple effects spread',
    'An avalanche of selling, a polygon of forces',
    'Avalanche kills two skiers',
    'Bitcoiner life; unlinked; solar atoms',
    '',
  ])('none in %j', (text) => expect(tickersOf(text)).toEqual([]));

  it('are sorted, unique and the same the second time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('BTC', 'ether', 'LINK', 'near', '$uni', 'Solana', 'of', ',')),
        (words) => {
          const found = tickersOf(words.join(' '));
          expect(found).toEqual([...new Set(found)].sort());
          expect(tickersOf(words.join(' '))).toEqual(found);
        },
      ),
    );
  });
});
