import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../domain/news/text.js';
import { compileLexicon, DEFAULT_RULES } from '../../domain/news/tags/lexicon.js';
import { withOwnRules } from '../../domain/news/tags/own-rules.js';
import { tagArticle, tickersOf } from '../../domain/news/tags/tag.js';

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
    ["Bitcoin's and Solana’s week", ['BTC', 'SOL']],
    ['LINK/USDT and link/usdt', ['LINK', 'USDT']],
    ['BTCUSDT hits 100K', ['BTC']],
    ['Harmony (ONE) is up, $GAS too', ['GAS', 'ONE']],
    ['Биткоина цена; 比特币BTC上涨；イーサリアム', ['BTC', 'ETH']],
    ['NEAR surges 12%; TON falls', ['NEAR', 'TON']],
    ['SOLANA: SOL SURGES AS CRYPTO MARKET WAKES', ['SOL']],
    ['Shares of MicroStrategy (NASDAQ: MSTR)', ['MSTR']],
    [plainText('Tom &amp; $sol, &#36;NEAR'), ['NEAR', 'SOL']],
  ])('%s: %j', (text, tickers) => expect(tickersOf(text)).toEqual(tickers));

  it.each([
    'Stocks, bonds, etc. fell near the close',
    'STOCKS NEAR RECORD HIGH',
    'A ripple effect hits banks; Ripple effects spread',
    'An avalanche of selling, a polygon of forces',
    'Avalanche kills two skiers',
    'Bitcoiner life; unlinked; solar atoms',
    'JUST IN: GAS prices rise, the ONE link that counts',
    'Sol Campbell scores near the end; one dot, one link, just sand',
    'BROKERS: OIL NEAR HIGH AS LINK WITH RATES FADES, says a bank',
    'ETH Zurich names a rector; DOGE cuts 200 federal jobs',
    'US$SOLD, near-term, NEAR-TERM rates',
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

describe('what an article speaks of', () => {
  const tags = tagArticle({
    title: 'SEC sues Binance over BNB',
    text: 'The Fed was fed up. “Bitcoin’s rally & the S.E.C.”: SOL, ETH.',
  });

  it('lies where its mentions say', () => {
    const lines = {
      title: 'SEC sues Binance over BNB',
      text: 'The Fed was fed up. “Bitcoin’s rally & the S.E.C.”: SOL, ETH.',
    };
    expect(tags.mentions.map(({ entity }) => entity)).toEqual([
      'sec',
      'binance',
      'BNB',
      'fed',
      'BTC',
      'SOL',
      'ETH',
    ]);
    for (const { field, from, to, surface } of tags.mentions)
      expect(lines[field].slice(from, to)).toBe(surface);
    expect(tags.tickers).toEqual(['BNB', 'BTC', 'ETH', 'SOL']);
    expect(tags.topics).toEqual(['legal', 'markets', 'monetary-policy', 'regulation']);
  });

  it('is found in any text, at places that hold what was found', () => {
    const piece = fc.oneof(
      fc.constantFrom('Bitcoin', '$sol', 'LINK', '比特币', ' ', '/USDT', '’s'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        for (const { from, to, surface } of tagArticle({ title: '', text }).mentions) {
          expect(text.slice(from, to)).toBe(surface);
          expect(surface.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('is found in linear time', () => {
    const started = performance.now();
    for (const part of ['bitcoin ', 'near/', '$', 'LINK ', 'a.', '比特币'])
      tagArticle({ title: part.repeat(20_000), text: part.repeat(20_000) });
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe("a user's own dictionary", () => {
  const own = (rules: unknown) => compileLexicon(withOwnRules(DEFAULT_RULES, rules, 'mine.json'));
  const tickers = (text: string, rules: unknown) => tagArticle({ title: text, text: '' }, own(rules)).tickers;

  it('adds, replaces and removes', () => {
    const rules = {
      entities: [
        { id: 'ACME', kind: 'stock', names: ['acme corporation'], symbol: 'capitals' },
        { id: 'BTC', kind: 'crypto', names: ['orange coin'] },
      ],
      topics: [{ id: 'anvils', words: 'anvil*' }],
      ignored: ['acme corporation park'],
      removed: ['ETH'],
    };
    expect(tickers('ACME, Acme Corporation and bitcoin; ether; orange coins', rules)).toEqual([
      'ACME',
      'BTC',
    ]);
    expect(tickers('A walk in Acme Corporation Park', rules)).toEqual([]);
    expect(tagArticle({ title: 'Anvils!', text: '' }, own(rules)).topics).toEqual(['anvils']);
  });

  it.each([
    [{ entities: [{ id: 'X' }] }, /mine\.json .*entities\.0\.kind/],
    [
      { entities: [{ id: 'X', kind: 'crypto', names: ['...'] }] },
      /entities\.0\.names\.0: a name holds letters/,
    ],
    [{ entity: [] }, /Unrecognized key/],
    [{ removed: ['BTX'] }, /removes "BTX".*near it: BTC/],
    [[], /the file/],
    [{ entities: Array.from({ length: 2 }, () => ({ id: 'X', kind: 'crypto' })) }, /"X" twice/],
  ])('with a fault is refused: %j', (rules, message) => expect(() => own(rules)).toThrow(message));
});
