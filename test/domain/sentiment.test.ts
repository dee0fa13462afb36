import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLogistic, fitTemperature, probabilitiesOf } from '../../domain/logistic.js';
import { measureSentiment } from '../../domain/sentiment/figures.js';
import { foldOf, nearDuplicateOf } from '../../domain/sentiment/folds.js';
import { BUCKETS, hashText, sentimentInputs, TEXT_LENGTH } from '../../domain/sentiment/hashing.js';
import { abstentionReason, scoreFrom } from '../../domain/sentiment/scores.js';

describe('hashed n-grams', () => {
  it('are at most TEXT_LENGTH ids in range, none twice, with weights of length 1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const { ids, weights } = hashText(text);
        expect(ids.length).toBe(weights.length);
        expect(ids.length).toBeLessThanOrEqual(TEXT_LENGTH);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => id >= 0 && id < BUCKETS)).toBe(true);
        const norm = Math.hypot(...weights);
        expect(ids.length === 0 || Math.abs(norm - 1) < 1e-5).toBe(true);
      }),
    );
  });

  it('read the head of a very long text only, and do not change between versions', () => {
    expect(hashText('bitcoin '.repeat(1e6)).ids.length).toBeLessThanOrEqual(TEXT_LENGTH);
    // The shipped weights belong to these buckets: another hash needs another model.
    expect([...hashText('up').ids]).toEqual([8522, 61874, 62707, 52237]);
    expect(hashText('Gains 5%')).toEqual(hashText('gains 7%'));
  });

  it('are padded with weight 0 into fixed inputs', () => {
    const { ids, weights } = sentimentInputs(['Gold rises', '']);
    const { ids: hashed } = hashText('Gold rises');
    expect(ids.dims).toEqual([2, TEXT_LENGTH]);
    expect([...ids.data.slice(0, hashed.length)].map(Number)).toEqual([...hashed]);
    expect(weights.data.slice(hashed.length).every((weight) => weight === 0)).toBe(true);
  });
});

describe('abstention', () => {
  const model = { threshold: 0.5, languages: ['en'] };
  it.each([
    ['Up', 'en', [0.2, 0.2, 0.6], null],
    ['Up', 'en', [0.3, 0.3, 0.4], 'unsure: 0.400 is below 0.5'],
    ['Hoch', 'de', [0, 0, 1], 'the language is de; the model reads en'],
    [' ', 'en', [0, 0, 1], 'the text is empty'],
    ['100 %', 'en', [0, 0, 1], 'the text has no words'],
  ])('of %j in %s with %j: %s', (text, language, row, reason) => {
    expect(abstentionReason({ text, language, row, model })).toBe(reason);
  });

  it('is labelled neutral and keeps the probabilities', () => {
    expect(scoreFrom([0.1, 0.2, 0.7], 'unsure')).toMatchObject({
      label: 'neutral',
      abstained: true,
      probabilities: { positive: 0.7 },
    });
    expect(scoreFrom([0.1, 0.2, 0.7], null)).toMatchObject({
      label: 'positive',
      abstained: false,
      reason: null,
    });
  });
});

describe('folds', () => {
  it.each([
    ['SpiceJet to issue 6.4 crore warrants to promoters', 1],
    ['MMTC Q2 net loss at Rs 10.4 crore', 3],
    ['Gold rises', 0],
  ])('of %j are %i in every spelling', (text, fold) => {
    expect(foldOf(text)).toBe(fold);
    expect(foldOf(text)).toBe(foldOf(` ${text.toUpperCase().replaceAll(' ', ' - ')}!`));
  });

  it('tell near-duplicates by their words, not by links or order', () => {
    const isNear = nearDuplicateOf(['Tesla shares fall after recall of cars https://t.co/a1', 'Gold rises']);
    expect(isNear('After recall of cars, Tesla shares fall https://t.co/zz9')).toBe(true);
    expect(isNear('Tesla shares fall sharply after recall of cars')).toBe(true);
    expect(isNear('Tesla shares rise after strong sales of cars')).toBe(false);
    expect(isNear('')).toBe(false);
  });
});

describe('logistic regression', () => {
  const texts = ['profit rises', 'loss widens', 'board meets'].flatMap((text, i) =>
    Array.from({ length: 12 }, (_, n) => ({
      ...hashText(`${text} item${'abcdefghijkl'[n]}`),
      target: [2, 0, 1][i] ?? 0,
    })),
  );
  const options = { buckets: BUCKETS, epochs: 6, seed: 's' };

  it('learns what separates the classes, and the same twice', () => {
    const model = fitLogistic(texts, options);
    const row = probabilitiesOf(model, hashText('profit rises again'));
    expect(row.indexOf(Math.max(...row))).toBe(2);
    expect(row.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
    expect(fitLogistic(texts, options).weights).toEqual(model.weights);
  });

  it('is softened by its temperature where it is too sure', () => {
    const model = fitLogistic(texts, options);
    const wrong = texts.map((each, i) => (i % 3 === 0 ? { ...each, target: (each.target + 1) % 3 } : each));
    expect(fitTemperature(model, wrong)).toBeGreaterThan(fitTemperature(model, texts));
  });
});

describe('figures', () => {
  it('count by hand', () => {
    const judged = [
      { row: [0.8, 0.1, 0.1], target: 0 },
      { row: [0.1, 0.8, 0.1], target: 0 },
      { row: [0.2, 0.4, 0.4], target: 1 },
      { row: [0, 0, 1], target: 2 },
    ];
    const figures = measureSentiment(judged, 0.5);
    expect(figures.confusion).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(figures).toMatchObject({ n: 4, accuracy: 0.75, majority: 0.5, answered: 0.75 });
    expect(figures.accuracyAnswered).toBeCloseTo(2 / 3, 12);
    expect(figures.macroF1).toBeCloseTo((2 / 3 + 2 / 3 + 1) / 3, 12);
    expect(figures.ece).toBeCloseTo((Math.abs(1.6 - 1) + Math.abs(0.4 - 1)) / 4, 12);
  });
});
