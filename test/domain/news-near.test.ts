import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupDuplicates, type Line } from '../../domain/news/near/groups.js';
import { nearness } from '../../domain/news/near/lsh.js';
import { DEFAULT_THRESHOLD } from '../../domain/news/near/similarity.js';
import { bareTitle } from '../../domain/news/near/titles.js';

const BODY =
  'Shares of the miner rose after it said that its plant in the north will open a month early, in May.';
const near = (a: string, b: string, textA = '', textB = textA): boolean =>
  nearness({ title: a, text: textA }, { title: b, text: textB }) >= DEFAULT_THRESHOLD;

describe('deliveries of one text', () => {
  it.each([
    ['Miner opens its plant early', 'MINER OPENS ITS PLANT EARLY'],
    ['Straße gesperrt', 'STRASSE GESPERRT'],
    ['Биткоин упал на пять процентов', 'БИТКОИН УПАЛ НА ПЯТЬ ПРОЦЕНТОВ'],
    ['"Crypto" isn\'t dead - says Buterin', '“Crypto” isn’t dead – says Buterin'],
    ['Bitcoin falls', 'Bitcoin falls | CoinDesk'],
    ['Cassini spies two moons (AP)', 'Cassini spies two moons (AP) | The Daily Ledger'],
    ['ビットコインが下落、米CPI発表後', 'ビットコインが下落、米CPI発表後 | CoinPost'],
    ['Miner opens plant', 'UPDATE 1-Miner opens plant'],
    ['Miner opens plant', 'BREAKING: Miner opens plant'],
    ['Gold tops $2,000', 'Gold tops 2000 $'],
    ['Café reopens after the fire of last week', 'Cafe\u0301 reopens after the fire of last week'],
  ])('%j and %j', (a, b) => {
    expect(near(a, b)).toBe(true);
    expect(near(a, b, BODY)).toBe(true);
  });

  it.each([
    ['Miner says plant in the north will open early', 'Miner says plant in the north may open early'],
    ['Miner says 2 plants in the north will open', 'Miner says 3 plants in the north will open'],
  ])('%j and %j of one body', (a, b) => expect(near(a, b, BODY)).toBe(true));

  it('one of which has the beginning of the text only, or none', () => {
    const long = `${BODY} ${BODY.replaceAll('plant', 'works')} The rest follows here.`;
    expect(near('Miner opens its plant early', 'Miner opens its plant early', BODY, long)).toBe(true);
    expect(near('Miner opens its plant early', 'Miner opens its plant early', BODY, '')).toBe(false);
    expect(
      near('Miner opens its northern plant early', 'Miner opens its northern plant early', BODY, ''),
    ).toBe(true);
  });
});

describe('two texts', () => {
  it.each([
    ['Bitcoin price today: $43,000', 'Bitcoin price today: $44,000'],
    ['Bitcoin price today: $43,000', 'Bitcoin price today: $44,000', 'Live price of bitcoin'],
    ['Fed raises rates by 25 bps', 'Fed raises rates by 50 bps'],
    ['Fed raises rates by 25 bps', 'Fed raises rates by 50 bps', 'The Federal Reserve raised its rate'],
    ['SEC approves the fund', 'SEC rejects the fund', BODY],
    ['Dow closes 200 points higher on Tuesday', 'Dow closes 200 points higher on Wednesday'],
    ['比特币价格今日：43000美元', '比特币价格今日：44000美元'],
    ['Bitcoin falls - Ethereum follows', 'Bitcoin falls - XRP follows'],
    ['Market wrap', 'Daily news', 'Please enable JavaScript to read on'],
    ['Morning briefing', 'Morning briefing', 'one thing happened', 'another was told today'],
  ])('%j and %j', (a, b, textA = '', textB = textA) => expect(near(a, b, textA, textB)).toBe(false));

  it('of one pattern with other figures', () => {
    const text = (price: string, day: string) =>
      `Bitcoin traded at $${price} on ${day}, as traders awaited the decision of the Federal Reserve.`;
    expect(
      near('Bitcoin price today', 'Bitcoin price today', text('43,000', 'Monday'), text('44,100', 'Friday')),
    ).toBe(false);
  });
});

describe('a bare title', () => {
  it.each([
    ['Bitcoin falls | CoinDesk', 'Bitcoin falls'],
    ['Bitcoin falls - The Daily Hodl', 'Bitcoin falls', 'dailyhodl.com'],
    ['WRAPUP 2-UPDATE 1-Oil up', 'Oil up'],
    ['BREAKING:', 'BREAKING:'],
    ['Update on the merge', 'Update on the merge'],
  ])('of %j is %j', (title, bare, host = '') => expect(bareTitle(title, host).title).toBe(bare));
});

const words = ['bitcoin', 'falls', 'rises', 'again', '5%', '7%', 'on', 'Monday', 'as', 'the', 'Fed', 'waits'];
const text = fc
  .array(fc.constantFrom(...words), { minLength: 0, maxLength: 14 })
  .map((each) => each.join(' '));
const line = fc.record({ title: text, text, url: fc.constantFrom('', 'https://x.com/a', 'https://x.com/b') });

const groupsOf = (lines: Line[], threshold?: number) => {
  const grouping = groupDuplicates(threshold);
  for (const each of lines) grouping.add(each);
  return grouping.groups();
};

describe('groups', () => {
  it('are the same in every order of the lines', () => {
    const shuffled = fc
      .array(line, { minLength: 2, maxLength: 25 })
      .chain((lines) =>
        fc.tuple(
          fc.constant(lines),
          fc.shuffledSubarray([...lines.keys()], { minLength: lines.length, maxLength: lines.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([lines, order]) => {
        const sorted = (groups: ReturnType<typeof groupsOf>) =>
          groups.map(({ members, similarity }) => `${members.join(' ')}: ${similarity}`).sort();
        const reordered = groupsOf(order.map((at) => lines[at] as Line)).map(({ members, similarity }) => ({
          members: members.map((member) => order[member] as number).sort((a, b) => a - b),
          similarity,
        }));
        expect(sorted(reordered)).toEqual(sorted(groupsOf(lines)));
      }),
    );
  });

  it('hold each line at most once and are never of one', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), (lines) => {
        const members = groupsOf(lines).map((group) => group.members);
        expect(members.every((each) => each.length > 1)).toBe(true);
        expect(new Set(members.flat()).size).toBe(members.flat().length);
      }),
    );
  });

  it('hold whatever is given twice, and similarity is the same from both sides', () => {
    const any = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(nearness({ title: a, text: b }, { title: a, text: b })).toBe(1);
        expect(nearness({ title: a, text: b }, { title: b, text: a })).toBe(
          nearness({ title: b, text: a }, { title: a, text: b }),
        );
      }),
    );
  });

  it('take linear time where all lines are of one pattern, or equal', () => {
    const started = performance.now();
    const lines = Array.from({ length: 20_000 }, (_, i) => ({
      title: `Bitcoin price analysis: the market stands at ${i} dollars`,
      text: '',
      url: '',
    }));
    expect(groupsOf(lines)).toEqual([]);
    expect(groupsOf(lines.map((each) => ({ ...each, title: 'Bitcoin' })))).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('leave a home page that all lines give as their address aside', () => {
    const [a, b] = ['Bitcoin falls on Monday', 'Shares of a miner rise'].map((title) => ({
      title,
      text: '',
      url: 'https://x.com/',
    })) as [Line, Line];
    expect(groupsOf([a, b])).toEqual([]);
    expect(groupsOf([a, { ...b, url: 'https://x.com/news' }])).toEqual([]);
  });
});
