import { describe, expect, it } from 'vitest';
import { groupDuplicates } from '../../domain/news/near/groups.js';

type Pair = [a: string, b: string];

/** One headline as it comes from several feeds, without a text. */
const SAME: Pair[] = [
  ['Ether Slides as Staking Withdrawals Begin', 'Ether slides as staking withdrawals begin'],
  ['Bank of Japan ends negative rates', 'Bank of Japan ends negative rates - Reuters'],
  ['Bank of Japan ends negative rates', 'BREAKING: Bank of Japan ends negative rates'],
  ['Oil traders “brace” for winter', "Oil traders 'brace' for winter"],
  ['Exchange’s founder pleads guilty', "Exchange's founder pleads guilty"],
  ['Gold hits $2,400 an ounce', 'Gold hits $2400 an ounce'],
  ['Gold hits $2,400 an ounce', 'Gold hits $2,400 an ounce | Kitco News'],
  ['UPDATE 2-Airline orders 50 jets from Toulouse', 'Airline orders 50 jets from Toulouse'],
  ['Tesla – once again – cuts prices', 'Tesla - once again - cuts prices'],
  ['Why stablecoins matter, explained', 'Why stablecoins matter: explained'],
  ['Regulator opens inquiry into lending app', 'Regulator opens inquiry into lending app…'],
  ['Regulator opens inquiry into lending app', 'CORRECTED-Regulator opens inquiry into lending app'],
  ['El Salvador compra más bitcoin', 'EL SALVADOR COMPRA MÁS BITCOIN'],
  [
    'Zentralbank hält die Zinsen überraschend stabil',
    'Zentralbank hält die Zinsen überraschend stabil | FAZ',
  ],
  ['Банк России сохранил ключевую ставку', 'Банк России сохранил ключевую ставку!'],
  ['日銀、マイナス金利を解除', '日銀、マイナス金利を解除 | CoinPost'],
  ['Layer-2 network goes down for hours', 'Layer 2 network goes down for hours'],
  ['A&amp;B Mining to list in London', 'A&B Mining to list in London'],
  [
    'Pension fund of teachers says it will sell all of its holdings of coal',
    'Pension fund of teachers says it would sell all of its holdings of coal',
  ],
  [
    'Lawmakers in Brasília debate a tax on digital assets held abroad by residents',
    'Lawmakers in Brasília discuss a tax on digital assets held abroad by residents',
  ],
];

/** Two headlines that tell two things, or of two days, though most of their words are the same. */
const DIFFERENT: Pair[] = [
  ['Ether slides as staking withdrawals begin', 'Ether slides as staking withdrawals end'],
  ['Bank of Japan ends negative rates', 'Bank of Japan keeps negative rates'],
  ['Gold hits $2,400 an ounce', 'Gold hits $2,500 an ounce'],
  ['Airline orders 50 jets from Toulouse', 'Airline orders 15 jets from Toulouse'],
  ['Bitcoin ETF inflows top $1 billion on Monday', 'Bitcoin ETF inflows top $1 billion on Friday'],
  [
    'Court of appeal sides with the exchange in a dispute',
    'Court of appeal sides with the regulator in a dispute',
  ],
  ['Solana outage: what we know', 'Solana outage: what comes next'],
  ['Price analysis 3/4: BTC, ETH, BNB, XRP', 'Price analysis 3/6: BTC, ETH, BNB, XRP'],
  ['Here’s what happened in crypto today', 'Here’s what happened in crypto this week'],
  [
    'Crypto firm lays off 20% of its staff in London and Paris',
    'Crypto firm lays off 30% of its staff in London and Paris',
  ],
  [
    'Senate passes the stablecoin bill after a long debate',
    'House passes the stablecoin bill after a long debate',
  ],
  ['Dogecoin price prediction: is a breakout near?', 'Cardano price prediction: is a breakout near?'],
  [
    'Miner reports a profit for the first quarter of 2024',
    'Miner reports a loss for the first quarter of 2024',
  ],
  ['Hackers steal $40 million from a lending protocol', 'Hackers return $40 million to a lending protocol'],
  [
    'Fed minutes show officials in no hurry to cut rates',
    'Fed minutes show officials in a hurry to cut rates',
  ],
  ['Binance to list three new tokens', 'Binance to delist three new tokens'],
  ['Turkey’s inflation rises to 65%', 'Turkey’s inflation rises to 56%'],
  ['Markets wrap: stocks climb as yields ease', 'Markets wrap: stocks fall as yields climb'],
  ['Банк России повысил ключевую ставку', 'Банк России снизил ключевую ставку'],
  ['日銀、利上げを決定', '日銀、利下げを決定'],
];

const areOne = ([a, b]: Pair): boolean => {
  const grouping = groupDuplicates();
  for (const title of [a, b]) grouping.add({ title, text: '', url: '' });
  return grouping.groups().length === 1;
};

describe('headlines without texts', () => {
  it.each(SAME)('are one: %j and %j', (...pair) => expect(areOne(pair)).toBe(true));

  it.each(DIFFERENT)('are two: %j and %j', (...pair) => expect(areOne(pair)).toBe(false));

  it('are judged alike in either order', () => {
    for (const [a, b] of [...SAME, ...DIFFERENT]) expect([a, areOne([b, a])]).toEqual([a, areOne([a, b])]);
  });
});
