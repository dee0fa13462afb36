import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tagArticle } from '../../domain/news/tags/tag.js';
import { clauseAround } from '../../domain/sentiment/clauses.js';
import {
  askedTargets,
  MOST_TARGETS,
  opinionAbout,
  readText,
  toneOf,
} from '../../domain/sentiment/targets.js';
import { score } from '../adapters/made-articles.js';

const told = (title: string, text = '') => ({ title, text, ...tagArticle({ title, text }) });

describe('the assets that a model is asked about', () => {
  it('are those that are linked, as they are written, by their place, with the statement around them', () => {
    expect(askedTargets(told('Bitcoin rallies while Ethereum slides after the upgrade fails'))).toEqual([
      {
        asset: 'BTC',
        surface: 'Bitcoin',
        clause: 'Bitcoin rallies while Ethereum slides after the upgrade fails',
      },
      { asset: 'ETH', surface: 'Ethereum', clause: 'Ethereum slides after the upgrade fails' },
    ]);
  });

  it('are none where a text speaks of one only', () => {
    expect(askedTargets(told('Bitcoin rallies, Bitcoin falls'))).toEqual([]);
    expect(askedTargets(told('Nothing happens'))).toEqual([]);
  });

  it('have their place in what is read: behind the title, and not beyond it', () => {
    const found = told('Bitcoin falls', `Ethereum gains. ${'x '.repeat(140)} Solana stays`);
    expect(found.tickers).toEqual(expect.arrayContaining(['BTC', 'ETH', 'SOL']));
    expect(askedTargets(found).map(({ asset, surface }) => [asset, surface])).toEqual([
      ['BTC', 'Bitcoin'],
      ['ETH', 'Ethereum'],
    ]);
    expect(
      askedTargets(told('Bitcoin or Ethereum', 'Bitcoin or Ethereum')).map(({ asset }) => asset),
    ).toEqual(['BTC', 'ETH']);
  });

  it('are at most so many, and none from articles of before mentions were kept', () => {
    const tickers = Array.from({ length: 20 }, (_, i) => `T${i}`);
    const title = tickers.join(' ');
    const mentions = tickers.map((entity) => {
      const from = title.indexOf(entity);
      return {
        entity,
        kind: 'coin',
        field: 'title' as const,
        from,
        to: from + entity.length,
        surface: entity,
      };
    });
    const asked = askedTargets({ title, text: '', tickers, mentions: mentions.toReversed() });
    expect(asked.map(({ asset }) => asset)).toEqual(tickers.slice(0, MOST_TARGETS));
    expect(askedTargets({ title, text: '', tickers })).toEqual([]);
  });
});

describe('a clause', () => {
  it.each([
    ['Gold up but silver falls sharply today', 'silver', 'silver falls sharply today'],
    ['Gold up but silver falls sharply today', 'Gold', 'Gold up but silver falls sharply today'],
    ['Stocks gain; oil drops 3.5% on supply. Gas flat at noon', 'oil', 'oil drops 3.5% on supply'],
    ['Apple, Tesla and Ford rise', 'Tesla', 'Apple, Tesla and Ford rise'],
  ])('of %j around %j is %j', (text, word, clause) => {
    const from = text.indexOf(word);
    expect(clauseAround(text, { from, to: from + word.length })).toBe(clause);
  });

  it('holds the place that it is around, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 80 }),
        fc.string({ minLength: 1, maxLength: 8 }),
        fc.string(),
        (a, b, c) => {
          const text = `${a}${b}${c}`;
          const place = { from: a.length, to: a.length + b.length };
          expect(clauseAround(text, place)).toContain(b.trim());
        },
      ),
    );
  });
});

describe('what a score says of an asset', () => {
  const own = { label: 'negative' as const, probabilities: { negative: 0.9, neutral: 0.1, positive: 0 } };
  const target = { asset: 'ETH', by: 'clause' as const, ...own, abstained: false, reason: null };
  const mixed = score('art_1', 'positive', 'm@1', { tickers: ['BTC', 'ETH'], targets: [target] });

  it('is of that asset where it was asked, else of the text', () => {
    expect(toneOf(opinionAbout(mixed, 'ETH'))).toBeCloseTo(-0.9);
    expect(toneOf(opinionAbout(mixed, 'BTC'))).toBe(1);
    expect(toneOf(opinionAbout(score('art_1', 'positive'), 'ETH'))).toBe(1);
  });

  it('counts 0 where the model abstained from that asset', () => {
    const unsure = { ...target, abstained: true, reason: 'unsure' };
    expect(toneOf(opinionAbout({ ...mixed, targets: [unsure] }, 'ETH'))).toBe(0);
  });
});

it('reads a headline, and the first sentences where they add something', () => {
  expect(readText({ title: 'A', text: 'A' })).toBe('A');
  expect(readText({ title: 'A', text: '' })).toBe('A');
  expect(readText({ title: 'A', text: 'b'.repeat(300) })).toBe(`A. ${'b'.repeat(280)}`);
});
