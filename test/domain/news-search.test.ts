import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../domain/errors.js';
import { highlight, indexWords, matches } from '../../domain/news/matching.js';
import { cronInterval } from '../../domain/news/interval.js';
import { parseSearch } from '../../domain/news/search.js';
import { knownFrom, versionAt } from '../../domain/news/versions.js';
import { wordsIn, wordsOf } from '../../domain/news/words.js';
import { article, version } from '../adapters/made-articles.js';

describe('the words of a text', () => {
  it.each([
    ['Bitcoin’s ETF, +5.2 %', ['bitcoin', 's', 'etf', '5', '2']],
    ['Übergröße ÉTÉ', ['ubergroße', 'ete']],
    ['ﬁat ½', ['fiat', '1', '2']],
    ['比特币 BTC价格', ['比', '特', '币', 'btc', '价', '格']],
    ['हिन्दी', ['हिन्दी']],
    ['\u{1f680} –', []],
    ['a'.repeat(200), ['a'.repeat(64)]],
  ])('of %j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('say where they stand', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        let end = 0;
        for (const { from, to } of wordsIn(text)) {
          expect(to).toBeGreaterThan(from);
          expect(from).toBeGreaterThanOrEqual(Math.min(end, from));
          expect(to).toBeLessThanOrEqual(text.length);
          end = to;
        }
      }),
    );
  });
});

describe('a search', () => {
  const texts = { title: 'Bitcoin ETF approved', text: 'The exchange-traded fund trades in New York.' };
  it.each([
    ['bitcoin', true],
    ['BITCOIN etf', true],
    ['bitcoin ether', false],
    ['ether OR etf', true],
    ['ether OR etf approved', true],
    ['(ether OR etf) denied', false],
    ['"new york"', true],
    ['"york new"', false],
    ['"approved the"', false],
    ['exchange-traded', true],
    ['traded-exchange', false],
    ['bit* fun*', true],
    ['fun* -ether', true],
    ['bitcoin -etf', false],
    ['NOT ether', true],
    ['NOT NOT bitcoin', true],
    ['-(ether OR york)', false],
    ['bitcoin AND NOT "new jersey"', true],
    ['& bitcoin !', true],
  ])('%s matches: %j', (text, wanted) => {
    expect(matches(parseSearch(text), indexWords(texts))).toBe(wanted);
  });

  it.each([
    ['', /has no word/],
    ['"" ()', /has no word/],
    ['a "b', /at character 3: a quote that is not closed/],
    ['(a', /at character 1: a group that is not closed/],
    ['a )', /at character 3: \) that closes nothing/],
    ['a AND', /a word is missing at its end/],
    ['OR a', /a word is missing before OR/],
    ['b*', /a prefix needs at least 2/],
    [`${'('.repeat(40)}a${')'.repeat(40)}`, /nested deeper than 16/],
    ['a '.repeat(40), /40 words or phrases; at most 32/],
    ['a'.repeat(501), /501 characters; at most 500/],
  ])('refuses %j', (text, message) => {
    expect(() => parseSearch(text)).toThrow(InvalidInputError);
    expect(() => parseSearch(text)).toThrow(message);
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '"', '(', ')', '-', '*', 'OR ', 'NOT ') }),
        (text) => {
          try {
            parseSearch(text);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInputError);
          }
        },
      ),
    );
  });
});

it('marks what was asked for, in the densest stretch of a long text', () => {
  const text = `${'word '.repeat(200)}here is bitcoin and the fund ${'more '.repeat(100)}`;
  const found = highlight({ title: 'A Bitcoin fund', text }, parseSearch('bitcoin fund -etf'));
  const marked = ({ text: all, marks }: { text: string; marks: [number, number][] }) =>
    marks.map(([from, to]) => all.slice(from, to));
  expect(marked(found.title)).toEqual(['Bitcoin', 'fund']);
  expect(marked(found.snippet)).toEqual(['bitcoin', 'fund']);
  expect(found.snippet.text.length).toBeLessThanOrEqual(240);
  expect(highlight({ title: 'a', text }, null).snippet.text).toBe(`${'word '.repeat(48)}`.trim());
});

it('knows an article as it was', () => {
  const third = { title: 'third', contentSha256: 'third', seenAt: 30 };
  const texts = { title: 'third', contentSha256: 'third' };
  const now = article('a', { ...texts, revision: 3, firstSeenAt: 10, contentSeenAt: 30 });
  const all = [
    version('a', { title: 'second', seenAt: 20 }),
    version('a', { title: 'first', seenAt: 10 }),
    version('a', third),
  ];
  const titles = [9, 10, 19, 20, 29, 30].map((at) => versionAt(now, all, at)?.title ?? null);
  expect(titles).toEqual([null, 'first', 'first', 'second', 'second', 'third']);
  expect(versionAt(now, all, 20)?.id).toBe('a');
  expect(knownFrom({ firstSeenAt: 5 })).toBe(5);
});

it.each([
  ['*/15 * * * *', 15],
  ['0,20,30 * * * *', 10],
  ['7 * * * *', 60],
  ['7 */6 * * *', 360],
  ['0 9 * * 1', 1440],
  ['5-59/20 * * * *', 20],
  ['@hourly', 60],
  ['@daily', 1440],
  ['@every 90s', 1.5],
])('%s starts again after %d minutes', (line, minutes) => {
  expect(cronInterval(line)).toBe(minutes * 60_000);
});
