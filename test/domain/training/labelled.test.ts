import { describe, expect, it } from 'vitest';
import {
  balanced,
  cleanText,
  examplesOf,
  labelOf,
  pairsOf,
  shareOf,
  SPLITS,
  splitOf,
  withoutRepeats,
  type LabelledText,
} from '../../../domain/training/labelled.js';
import { renamedCopies } from '../../../domain/training/renamed.js';

const of = { set: 'made', weight: 1, weak: false };
const row = (members: Partial<LabelledText>): LabelledText => ({
  ...{ text: 'Acme soars', target: '', label: 'positive', set: 'made', fold: 2, weight: 1, weak: false },
  ...members,
});

describe('labelled texts', () => {
  it.each([
    ['Bullish', 'positive'],
    [' -1 ', 'negative'],
    ['neutral', 'neutral'],
    ['mixed', null],
    ['none', null],
    ['', null],
  ])('%j means %j', (text, label) => {
    expect(labelOf(text)).toBe(label);
  });

  it('lose control characters, zero-width characters and runs of white space', () => {
    expect(cleanText('\u0000 Acme\u200b \t beats\r\n')).toBe('Acme beats');
    expect(cleanText('x'.repeat(1_000_000))).toHaveLength(4000);
  });

  it.each([
    [
      '{"A": "positive", "B": "negative"}',
      [
        ['A', 'positive'],
        ['B', 'negative'],
      ],
    ],
    ['[["A", "Positive"], ["A", "Negative"], ["B", "Neutral"]]', [['B', 'neutral']]],
    ['[["A", "Positive"], ["A", "unknown"]]', []],
    ['no JSON', []],
    ['7', []],
    ['', []],
  ])('%j holds the pairs %j', (cell, pairs) => {
    expect(pairsOf(cell)).toEqual(pairs);
  });

  it('give a pair for each asset of several, and none where there are no words', () => {
    const entities = '{"Acme": "positive", "Bolt": "negative"}';
    const found = examplesOf({ text: 'Acme up, Bolt down', label: 'mixed', entities }, of);
    expect(found.map(({ target, label }) => [target, label])).toEqual([
      ['Acme', 'positive'],
      ['Bolt', 'negative'],
    ]);
    expect(examplesOf({ text: '🚀🚀', label: 'positive', entities: '' }, of)).toEqual([]);
  });

  it('share and fold are those of Python (ml-pipelines/tests/sentiment/test_texts.py)', () => {
    const [found] = examplesOf({ text: 'Apple beats, raises outlook!', label: 'positive', entities: '' }, of);
    expect([found?.fold, shareOf('Apple beats, raises outlook!').toFixed(6)]).toEqual([4, '0.456340']);
  });

  it('weak ones train whatever their fold is', () => {
    expect(splitOf(row({ fold: 0 }))).toBe(SPLITS.test);
    expect(splitOf(row({ fold: 0, weak: true }))).toBe(SPLITS.train);
  });

  it('stand once, and with two labels not at all', () => {
    const rows = [
      row({}),
      row({ text: 'ACME soars!' }),
      row({ text: 'Bolt', label: 'neutral' }),
      row({ text: 'bolt' }),
    ];
    expect(withoutRepeats(rows)).toEqual({ rows: [rows[0]], conflicts: 1 });
  });

  it('weigh alike by label where that is asked for, at most threefold', () => {
    const rows = [
      ...Array.from({ length: 8 }, () => row({})),
      row({ label: 'negative' }),
      ...Array.from({ length: 3 }, () => row({ label: 'neutral' })),
    ];
    const sums = (label: string): number =>
      balanced(rows).reduce((sum, each) => sum + (each.label === label ? each.weight : 0), 0);
    expect([sums('positive'), sums('neutral'), sums('negative')]).toEqual([4, 4, 3]);
  });

  it('copies speak of others and keep their label; equal seeds give equal copies', () => {
    const text = 'Acme up, Bolt down';
    const rows = [row({ text, target: 'Acme' }), row({ text, target: 'Bolt', label: 'negative' }), row({})];
    const copies = renamedCopies(rows, { share: 1, seed: '3' });
    expect(copies.map(({ label, weight }) => [label, weight])).toEqual([
      ['positive', 0.5],
      ['negative', 0.5],
    ]);
    for (const copy of copies) expect(copy.text).toContain(copy.target);
    expect(renamedCopies(rows, { share: 1, seed: '3' })).toEqual(copies);
    expect(renamedCopies(rows, { share: 0, seed: '3' })).toEqual([]);
  });
});
