import { stock } from './entries.js';
import type { EntityRule } from './rules.js';

/** Words that say that a text is on business: a name that is a common word needs one of them, or one of its own. */
const BUSINESS = [
  'shares',
  'earnings',
  'antitrust',
  'wall street',
  'big tech',
  'nasdaq',
  'market cap',
  'quarterly',
];

/** Stocks that news on crypto and on technology speaks of. Their symbols count where they are marked. */
export const STOCKS: EntityRule[] = [
  stock('COIN', []),
  stock('MSTR', ['microstrategy']),
  stock('TSLA', ['tesla']),
  stock('NVDA', ['nvidia']),
  stock('AAPL', ['apple inc'], {
    context: [
      ...BUSINESS,
      ...[
        'iphone',
        'ipad',
        'macbook',
        'app store',
        'tim cook',
        'cupertino',
        'apple pay',
        'apple watch',
        'phone',
      ],
    ],
    proper: ['apple'],
  }),
  stock('MSFT', ['microsoft']),
  stock('GOOGL', ['alphabet inc'], { proper: ['google'] }),
  stock('AMZN', ['amazon web services', 'amazon com'], {
    context: [...BUSINESS, 'aws', 'bezos', 'jassy', 'e-commerce', 'retailer', 'online', 'warehouse', 'cloud'],
    proper: ['amazon'],
  }),
  stock('META', ['meta platforms'], {
    context: [...BUSINESS, 'facebook', 'instagram', 'zuckerberg', 'whatsapp', 'llama'],
    proper: ['meta'],
  }),
  stock('PYPL', ['paypal']),
  stock('AMD', ['advanced micro devices']),
  stock('INTC', ['intel corp', 'intel corporation']),
  stock('NFLX', ['netflix']),
  stock('JPM', ['jpmorgan', 'jp morgan', 'j p morgan']),
  stock('GS', ['goldman sachs']),
  stock('MS', ['morgan stanley']),
  stock('BLK', []),
  stock('V', [], { capitals: ['Visa Inc'] }),
  stock('MA', ['mastercard']),
  stock('GME', ['gamestop']),
  stock('MARA', ['marathon digital']),
  stock('RIOT', ['riot platforms', 'riot blockchain']),
  stock('HUT', ['hut 8']),
  stock('CLSK', ['cleanspark']),
  stock('HOOD', ['robinhood markets']),
  stock('CRCL', ['circle internet group']),
];
