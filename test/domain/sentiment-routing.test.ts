import { describe, expect, it } from 'vitest';
import { LEXICON_MODEL, readByLexicon } from '../../domain/sentiment/lexicon.js';
import { findModel, isAssigned, repointed, rollbackTarget, ruleFor } from '../../domain/sentiment/routing.js';
import type { SentimentModel } from '../../domain/sentiment/scores.js';

const model = (name: string, version: string): SentimentModel => ({
  ...LEXICON_MODEL,
  ref: { ...LEXICON_MODEL.ref, name, version },
});
const models = [model('news', '2'), model('news', '1'), model('finbert', '1')];
const at = { at: 1, by: 'ann', tenant: 'default', reason: '' };

describe('names of models', () => {
  const champion = repointed(null, { ...at, name: 'champion', to: 'news@1' });
  const gone = repointed(null, { ...at, name: 'old', to: 'news@0' });
  const known = { models, aliases: [champion, gone] };
  it.each([
    ['news@1', 'news@1'],
    ['news', 'news@2'],
    ['champion', 'news@1'],
  ])('%s is %s', (asked, found) => {
    const { ref } = findModel(asked, known);
    expect(`${ref.name}@${ref.version}`).toBe(found);
  });

  it('that are unknown, or point nowhere, tell what there is', () => {
    expect(() => findModel('finbret', known)).toThrow(
      /Unknown sentiment model "finbret"; did you mean finbert.*Known: news@2, news@1, finbert@1/,
    );
    expect(() => findModel('old', known)).toThrow(/The alias "old" points to news@0, which is gone/);
  });

  it('keep who changed them, and lead back', () => {
    const next = repointed(champion, { ...at, at: 2, by: 'bob', name: 'champion', to: 'news@2' });
    expect(next.history).toEqual([
      { ...at, from: null, to: 'news@1' },
      { ...at, at: 2, by: 'bob', from: 'news@1', to: 'news@2' },
    ]);
    expect(rollbackTarget('champion', next)).toBe('news@1');
    expect(() => rollbackTarget('champion', champion)).toThrow(/nothing to go back to/);
    expect(() => repointed(next, { ...at, name: 'champion', to: 'news@2' })).toThrow(/already/);
  });
});

describe('rules', () => {
  const rules = [
    { language: 'de', model: 'a' },
    { source: 'coindesk', model: 'b' },
    { language: 'de', source: 'coindesk', model: 'c' },
  ];
  it.each([
    [{ language: 'de' }, 'a'],
    [{ language: 'en', source: 'coindesk' }, 'b'],
    [{ language: 'de', source: 'coindesk' }, 'c'],
    [{ language: 'de', source: 'other' }, 'a'],
    [{ language: 'fr', source: 'other' }, undefined],
    [{}, undefined],
  ])('%j: %s', (asked, found) => expect(ruleFor(rules, asked)?.model).toBe(found));
});

describe('assignment', () => {
  it('is of the asked share, the same for the same article, another for another experiment', () => {
    const ids = Array.from({ length: 4000 }, (_, i) => `art_${i}`);
    const taken = ids.filter((id) => isAssigned({ id: 'sxp_1', share: 0.2 }, id));
    expect(taken.length / ids.length).toBeGreaterThan(0.18);
    expect(taken.length / ids.length).toBeLessThan(0.22);
    expect(ids.filter((id) => isAssigned({ id: 'sxp_1', share: 0.2 }, id))).toEqual(taken);
    expect(ids.filter((id) => isAssigned({ id: 'sxp_2', share: 0.2 }, id))).not.toEqual(taken);
    // A larger share takes more, and none less.
    expect(taken.every((id) => isAssigned({ id: 'sxp_1', share: 0.5 }, id))).toBe(true);
  });
});

describe('the lexicon', () => {
  const label = (text: string): string => {
    const { row } = readByLexicon(text);
    return ['negative', 'neutral', 'positive'][row.indexOf(Math.max(...row))]!;
  };
  it.each([
    ['Bitcoin surges to all-time high', 'positive'],
    ['Shares plunge as losses widen', 'negative'],
    ['The board meets on Monday', 'neutral'],
    ['Inflation falls sharply', 'positive'],
    ['Debt rises', 'negative'],
    ['Company losses narrow', 'positive'],
    ['The exchange did not fail', 'positive'],
    ['Profit not growing', 'neutral'],
    ['', 'neutral'],
    ['🚀🚀🚀', 'neutral'],
    ['SALES SURGED', 'positive'],
    ['Company doesn’t gain', 'negative'],
  ])('%s: %s', (text, expected) => expect(label(text)).toBe(expected));

  it('tells which words it counted and why', () => {
    expect(readByLexicon('Inflation falls sharply; the bank did not fail').counted).toEqual([
      { word: 'falls', weight: 1.5, by: ['inflation', 'sharply'] },
      { word: 'fail', weight: expect.closeTo(1.2, 9), by: ['not'] },
    ]);
  });

  it('reads a very long text in no time, and any text as probabilities', () => {
    for (const text of ['surge '.repeat(200_000), '\u0000\u001f', "can't '-'- --", 'ａｂｃ'])
      expect(readByLexicon(text).row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(Math.max(...readByLexicon('crash '.repeat(300)).row)).toBeLessThan(1);
  });
});
