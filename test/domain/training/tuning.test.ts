import { describe, expect, it } from 'vitest';
import { checkSpace, suggestSpace, valuesOf } from '../../../domain/training/space.js';
import {
  bestTrial,
  checkForecastSpace,
  checkSentimentSpace,
  promoted,
  rungsOf,
  trialInput,
  type Objective,
  type TuningTrial,
} from '../../../domain/training/tuning.js';

const least: Objective = { name: 'validationLoss', direction: 'minimise' };
const most: Objective = { name: 'validationAccuracy', direction: 'maximise' };

describe('tuning', () => {
  it.each([
    [{ most: 9, reduction: 3, hasRungs: true }, [1, 3, 9]],
    [{ most: 6, reduction: 3, hasRungs: true }, [2, 6]],
    [{ most: 50, reduction: 2, hasRungs: true }, [6, 12, 25, 50]],
    [{ most: 1, reduction: 3, hasRungs: true }, [1]],
    [{ most: 9, reduction: 3, hasRungs: false }, [9]],
  ])('compares trials at rungs %#', (args, rungs) => expect(rungsOf(args)).toEqual(rungs));

  it('lets the best third of all that reached a rung go on, and no failed one', () => {
    const plan = { reduction: 3, objective: least };
    expect(promoted({ here: [0.5, 0.4, 0.9], before: [], plan })).toEqual([false, true, false]);
    expect(promoted({ here: [0.5, 0.4], before: [0.1, 0.2, 0.3, 0.6], plan })).toEqual([false, false]);
    expect(promoted({ here: [0.15, null], before: [0.1, 0.2, 0.3, 0.6], plan })).toEqual([true, false]);
    expect(promoted({ here: [0.9, 0.8], before: [], plan: { reduction: 3, objective: most } })).toEqual([
      true,
      false,
    ]);
  });

  it('takes the best complete trial, the first of equals', () => {
    const trial = (number: number, value: number | null, state: TuningTrial['state']): TuningTrial => ({
      ...{ trial: number, drawn: {}, value, epochs: 3, state },
    });
    const trials = [
      trial(1, 0.1, 'pruned'),
      trial(2, 0.3, 'complete'),
      trial(3, 0.2, 'complete'),
      trial(4, 0.2, 'complete'),
    ];
    expect(bestTrial(trials, least)?.trial).toBe(3);
    expect(bestTrial(trials, most)?.trial).toBe(2);
    expect(bestTrial([trial(1, null, 'failed')], least)).toBeNull();
  });

  it('tells Optuna numbers, and reads back what they mean', () => {
    const space = {
      gated: { values: [true, false] },
      layers: { values: [1, 2, 4] },
      rate: { min: 1, max: 2, log: true },
    };
    expect(suggestSpace(space)['gated']?.values).toEqual([0, 1]);
    expect(suggestSpace(space)['layers']?.values).toEqual([1, 2, 4]);
    expect(suggestSpace(space)['rate']).toEqual({ values: null, min: 1, max: 2, step: null, log: true });
    expect(valuesOf(space, { gated: 1, layers: 4, rate: 1.5 })).toEqual({
      gated: false,
      layers: 4,
      rate: 1.5,
    });
  });

  it('puts what was drawn where it belongs', () => {
    const base = { dataset: 'ds_1', trainer: 'patchtst', params: { heads: 2 }, training: { maxEpochs: 9 } };
    const space = { layers: { min: 1, max: 3, step: 1 }, learningRate: { min: 1e-4, max: 1e-2, log: true } };
    expect(trialInput({ name: 'made', base, space }, { layers: 2, learningRate: 0.001 })).toEqual({
      ...{ name: 'made', dataset: 'ds_1', trainer: 'patchtst' },
      params: { heads: 2, layers: 2 },
      training: { maxEpochs: 9, learningRate: 0.001 },
    });
    const sentiment = { task: 'sentiment', recipe: { epochs: 2, dropout: 0 } };
    expect(trialInput({ name: 'made', base: sentiment, space: {} }, { dropout: 0.1 })).toMatchObject({
      recipe: { epochs: 2, dropout: 0.1 },
    });
  });

  it.each([
    [() => checkSpace({}), 'The search space has no parameter'],
    [() => checkSpace({ a: { min: 2, max: 1 } }), 'a runs from 2 to 1'],
    [() => checkSpace({ a: { min: 0, max: 1, log: true } }), 'a log scale must begin above 0'],
    [() => checkSpace({ a: { values: [1, 1] } }), 'a has 1 twice'],
    [
      () => checkForecastSpace('dlinear', { wings: { values: [1] } }),
      'Unknown parameter "wings" of dlinear in the search space; known: moving_average',
    ],
    [() => checkForecastSpace('dlinear', { learningRate: { min: -1, max: 1 } }), 'learningRate is -1'],
    [() => checkForecastSpace('patchtst', { layers: { values: ['many'] } }), 'layers of patchtst is "many"'],
    [() => checkSentimentSpace({ seed: { values: [1] } }), 'Unknown member "seed" of a sentiment recipe'],
  ])('wrong spaces are named %#', (work, message) => expect(work).toThrow(message));
});
