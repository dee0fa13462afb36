import { describe, expect, it } from 'vitest';
import { compareTrades, type Compared } from '../../domain/backtest/agreement.js';
import type { ExternalTrade } from '../../domain/backtest/external.js';
import { verdictOf } from '../../domain/backtest/verification.js';

const trade = (changes: Partial<ExternalTrade> = {}): ExternalTrade => ({
  ...{ side: 'long', entryTime: 10, entryPrice: 100, exitTime: 20, exitPrice: 110, units: 1, fees: 2 },
  ...changes,
});
const second = trade({ entryTime: 30, exitTime: 40 });
/** Start cash 1000 and 8 a trade. */
const ours: Compared['ours'] = { trades: [trade(), second], finalEquity: 1016 };
const common = { ours, cash: 1000, last: { time: 50, close: 115 } };
const theirs = (trades: ExternalTrade[], finalEquity: number, more: Partial<Compared['theirs']> = {}) => ({
  ...{ trades, finalEquity },
  ...more,
});

const TABLE: [string, Compared, { equal: number; fields: string[]; verdict: string; because?: RegExp }][] = [
  [
    'the same trades',
    { ...common, theirs: theirs([trade(), second], 1016) },
    { equal: 2, fields: [], verdict: 'equal' },
  ],
  [
    'sums in another order',
    { ...common, theirs: theirs([trade({ exitPrice: 110 + 1e-10 }), second], 1016 + 1e-9) },
    { equal: 2, fields: [], verdict: 'equal' },
  ],
  [
    'another price',
    { ...common, theirs: theirs([trade({ exitPrice: 111 }), second], 1017) },
    { equal: 1, fields: ['exitPrice', 'finalEquity'], verdict: 'unexplained' },
  ],
  [
    'a trade more',
    { ...common, theirs: theirs([trade(), trade({ entryTime: 25, exitTime: 26 }), second], 1024) },
    { equal: 2, fields: ['trade', 'finalEquity'], verdict: 'unexplained' },
  ],
  [
    'money that is in no trade',
    { ...common, theirs: theirs([trade(), second], 1000) },
    { equal: 2, fields: ['finalEquity'], verdict: 'unexplained' },
  ],
  [
    'a refused order',
    { ...common, theirs: theirs([trade()], 1008, { refused: [{ time: 30, reason: 'no cash' }] }) },
    {
      equal: 1,
      fields: ['trade', 'finalEquity'],
      verdict: 'explained',
      because: /refused the order: no cash/,
    },
  ],
  [
    'a refused order, and money that is in no trade',
    { ...common, theirs: theirs([trade()], 900, { refused: [{ time: 30, reason: 'no cash' }] }) },
    { equal: 1, fields: ['trade', 'finalEquity'], verdict: 'unexplained' },
  ],
  [
    'a refused order elsewhere',
    { ...common, theirs: theirs([trade()], 1008, { refused: [{ time: 31, reason: 'no cash' }] }) },
    { equal: 1, fields: ['trade', 'finalEquity'], verdict: 'unexplained' },
  ],
  [
    'a position that is closed at the end',
    {
      ...common,
      ours: { trades: [trade({ exitTime: null, exitPrice: null, fees: 1 })], finalEquity: 1014 },
      theirs: theirs([trade({ exitTime: 50, exitPrice: 115, fees: 2 })], 1013),
    },
    {
      ...{ equal: 0, fields: ['exitTime', 'exitPrice', 'fees', 'finalEquity'] },
      ...{ verdict: 'explained', because: /open at the end/ },
    },
  ],
  [
    'a difference that a convention reproduces',
    {
      ...common,
      theirs: theirs([trade({ entryTime: 11, entryPrice: 101 }), second], 1015),
      variants: [
        { text: 'late', outcome: theirs([trade({ entryTime: 11, entryPrice: 101 }), second], 1015) },
      ],
    },
    { equal: 1, fields: ['trade', 'trade', 'finalEquity'], verdict: 'explained', because: /late/ },
  ],
  [
    'a difference that a convention reproduces only nearly',
    {
      ...common,
      theirs: theirs([trade({ entryTime: 11, entryPrice: 102 }), second], 1014),
      variants: [
        { text: 'late', outcome: theirs([trade({ entryTime: 11, entryPrice: 101 }), second], 1015) },
      ],
    },
    { equal: 1, fields: ['trade', 'trade', 'finalEquity'], verdict: 'unexplained' },
  ],
  [
    'a decision between equal columns',
    {
      ...common,
      theirs: theirs([trade({ exitTime: 21, exitPrice: 111 }), second], 1017),
      ties: new Set([20]),
    },
    {
      ...{ equal: 1, fields: ['exitTime', 'exitPrice', 'finalEquity'] },
      ...{ verdict: 'explained', because: /roundings/ },
    },
  ],
  [
    'no trades at all on either side',
    { ...common, ours: { trades: [], finalEquity: 1000 }, theirs: theirs([], 1000) },
    { equal: 0, fields: [], verdict: 'equal' },
  ],
];

describe('the trades of two engines', () => {
  it.each(TABLE)('%s', (_, compared, { equal, fields, verdict, because }) => {
    const found = compareTrades(compared);
    expect(found).toMatchObject({ equal, verdict });
    expect(found.differing.map(({ field }) => field)).toEqual(fields);
    if (because) expect(found.differing[0]?.explanation).toMatch(because);
    expect(found.finalEquityDifference).toBeCloseTo(
      compared.theirs.finalEquity - compared.ours.finalEquity,
      6,
    );
  });
});

describe('the verdict over all engines', () => {
  const NAMES = ['event-driven', 'backtrader', 'ta4j'];
  it.each([
    [['equal', 'equal'], 'equal'],
    [['equal', 'explained', null], 'explained'],
    [['equal', 'explained', 'unexplained'], 'unexplained'],
    [['unexplained', 'equal'], 'unexplained'],
    [['equal', 'failed'], 'unexplained'],
    [['equal', null, null], 'unchecked'],
    [[null, null], 'unchecked'],
    [[], 'unchecked'],
  ] as const)('%j: %s', (verdicts, verdict) => {
    const engines = verdicts.map((each, i) => ({ engine: NAMES[i] ?? '', verdict: each }));
    expect(verdictOf(engines)).toBe(verdict);
  });
});
