import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../domain/errors.js';
import { compareSentiment, type ComparedText } from '../../domain/sentiment/comparison.js';
import { readingOf, stabilityIndex, stabilityOfValues } from '../../domain/drift/psi.js';
import { kappaOf } from '../../domain/sentiment/agreement.js';
import { holm, mcnemar, mcnemarOf, pairedDifference } from '../../domain/sentiment/paired-tests.js';

const SETTINGS = {
  models: ['a@1', 'b@1'] as [string, string],
  thresholds: [0.45, 0.45] as [number, number],
  resamples: 500,
  seed: '1',
};
const say = (label: number, confidence = 0.8): number[] =>
  [0, 1, 2].map((k) => (k === label ? confidence : (1 - confidence) / 2));

describe('McNemar’s test', () => {
  // Sums of binomial coefficients by hand, and scipy.stats.binomtest, chi2.sf of the corrected statistic.
  it.each([
    [2, 10, 'exact', 0.03857421875],
    [0, 5, 'exact', 0.0625],
    [7, 7, 'exact', 1],
    [3, 21, 'exact', 0.0002771615982055664],
    [0, 0, 'exact', 1],
    [59, 6, 'chi-squared with continuity correction', 1.1199327149542438e-10],
    [101, 121, 'chi-squared with continuity correction', 0.2022396980866495],
    [30, 12, 'chi-squared with continuity correction', 0.008711912962379598],
    [13, 12, 'chi-squared with continuity correction', 1],
  ])('%d against %d: %s, p %d', (onlyA, onlyB, method, pValue) => {
    const test = mcnemarOf(onlyA, onlyB);
    expect(test).toMatchObject({ onlyA, onlyB, method });
    expect(test.pValue / pValue).toBeCloseTo(1, 9);
    expect(mcnemarOf(onlyB, onlyA).pValue).toBe(test.pValue);
  });

  it('counts only texts on which one of both is right', () => {
    const pairs = [
      { target: 0, a: 0, b: 0 },
      { target: 0, a: 0, b: 1 },
      { target: 1, a: 2, b: 1 },
      { target: 1, a: 2, b: 0 },
    ];
    expect(mcnemar(pairs)).toMatchObject({ onlyA: 1, onlyB: 1 });
  });
});

describe('the paired bootstrap', () => {
  const pairs = Array.from({ length: 600 }, (_, i) => ({
    target: i % 3,
    a: i % 10 === 0 ? (i + 1) % 3 : i % 3,
    b: i % 4 === 0 ? (i + 1) % 3 : i % 3,
  }));

  it('gives the difference itself and an interval around it, the same for the same seed', () => {
    const found = pairedDifference(pairs, { resamples: 1000, seed: '7' });
    const wrong = (every: number): number => pairs.filter((_, i) => i % every === 0).length / 600;
    expect(found.accuracy).toBeCloseTo(wrong(4) - wrong(10), 12);
    const [low, high] = found.accuracy95;
    expect(low).toBeLessThan(found.accuracy);
    expect(high).toBeGreaterThan(found.accuracy);
    // Its half-width is near that of the normal approximation for paired proportions.
    const b = pairs.filter(({ target, a, b: other }) => a === target && other !== target).length;
    const c = pairs.filter(({ target, a, b: other }) => a !== target && other === target).length;
    const deviation = Math.sqrt((b + c) / 600 - ((b - c) / 600) ** 2) / Math.sqrt(600);
    expect((high - low) / (2 * 1.96 * deviation)).toBeCloseTo(1, 0.5);
    expect(pairedDifference(pairs, { resamples: 1000, seed: '7' })).toEqual(found);
    expect(pairedDifference(pairs, { resamples: 1000, seed: '8' }).accuracy95).not.toEqual(found.accuracy95);
  });

  it('is nothing where both say the same', () => {
    const same = pairs.map(({ target, a }) => ({ target, a, b: a }));
    const found = pairedDifference(same, { resamples: 50, seed: '1' });
    expect(found).toMatchObject({ accuracy: 0, macroF1: 0, accuracy95: [0, 0], macroF195: [0, 0] });
  });
});

describe('figures without labels', () => {
  it('kappa is agreement beyond chance', () => {
    // Cohen (1960), by hand: observed 0.7, expected 0.5.
    expect(
      kappaOf([
        [20, 5],
        [10, 15],
      ]),
    ).toBeCloseTo(0.4, 12);
    expect(
      kappaOf([
        [10, 0],
        [0, 0],
      ]),
    ).toBeNaN();
  });

  it('the stability index is the sum of (p − q) ln(p/q)', () => {
    // By hand: 0.2·ln(0.6/0.4) + (−0.2)·ln(0.4/0.6).
    expect(stabilityIndex([60, 40], [40, 60])).toBeCloseTo(0.4 * Math.log(1.5), 12);
    expect(stabilityIndex([5, 5, 5], [50, 50, 50])).toBe(0);
    expect(stabilityIndex([], [])).toBeNaN();
    expect([0.05, 0.2, 0.3, NaN].map(readingOf)).toEqual(['stable', 'moved somewhat', 'moved', 'unknown']);
    const values = Array.from({ length: 1000 }, (_, i) => i / 1000);
    expect(stabilityOfValues(values, values)).toBe(0);
    expect(
      stabilityOfValues(
        values,
        values.map((each) => each / 2),
      ),
    ).toBeGreaterThan(0.25);
    expect(stabilityOfValues([1, 1, 1], [1, 1, 1])).toBe(0);
  });

  it('Holm corrects for several tests', () => {
    // R: p.adjust(c(0.01, 0.04, 0.03), "holm").
    expect(holm([0.01, 0.04, 0.03]).map((p) => Number(p.toFixed(12)))).toEqual([0.03, 0.06, 0.06]);
  });
});

describe('two models beside each other', () => {
  const texts = (right: (i: number) => [boolean, boolean], n = 400): ComparedText[] =>
    Array.from({ length: n }, (_, i) => {
      const [a, b] = right(i);
      const target = i % 3;
      return {
        a: say(a ? target : (target + 1) % 3),
        b: say(b ? target : (target + 1) % 3),
        target,
        source: i % 2 === 0 ? 'x' : 'y',
      };
    });

  it('names the better one where the test says so', () => {
    const found = compareSentiment(
      texts((i) => [i % 10 > 0, i % 10 > 3]),
      SETTINGS,
    );
    expect(found.verdict).toBe(
      'a@1 is better than b@1: 90.0 % against 60.0 % of 400 labelled texts right, p below 0.001; they agree on 70.0 % of 400 texts.',
    );
    expect(found.figures?.a.accuracy).toBeCloseTo(0.9, 12);
    expect(found.figures?.b.ece).toBeCloseTo(0.2, 12);
    expect(found.difference?.accuracy95[0]).toBeGreaterThan(0);
    expect(found.subsets.map(({ by, value, n }) => [by, value, n])).toEqual([
      ['source', 'x', 200],
      ['source', 'y', 200],
      ['label', 'negative', 134],
      ['label', 'neutral', 133],
      ['label', 'positive', 133],
    ]);
    expect(found.subsets.every(({ pValue, adjustedPValue }) => adjustedPValue! >= pValue!)).toBe(true);
  });

  it('says that it cannot tell, or does not know', () => {
    const alike = compareSentiment(
      texts((i) => [i % 10 > 0, i % 10 !== 5]),
      SETTINGS,
    );
    expect(alike.verdict).toMatch(/^a@1 and b@1 cannot be told apart: 90.0 % against 90.0 %/);
    const unlabelled = texts((i) => [true, i % 10 > 0]).map((each) => ({ ...each, target: null }));
    const unknown = compareSentiment(unlabelled, SETTINGS);
    expect(unknown).toMatchObject({ labelled: 0, figures: null, mcnemar: null, difference: null });
    expect(unknown.verdict).toMatch(
      /^Which of a@1 and b@1 is better is not known, since no text has a label/,
    );
    expect(unknown.subsets[0]).toMatchObject({ accuracyA: null, pValue: null, adjustedPValue: null });
    expect(() => compareSentiment([], SETTINGS)).toThrow(InvalidInputError);
  });
});
