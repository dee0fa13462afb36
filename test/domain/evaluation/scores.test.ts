import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationOf } from '../../../domain/evaluation/calibration.js';
import {
  intervalFigures,
  intervalScore,
  levelWeights,
  pinball,
  quantileScore,
} from '../../../domain/evaluation/scores.js';
import { seededNormal, seededRandom } from '../../../domain/random.js';

describe('pinball loss', () => {
  it.each([
    [0.9, 1, 3, 1.8],
    [0.9, 3, 1, 0.2],
    [0.5, 0, -2, 1],
    [0.1, 2, 2, 0],
  ])('at level %f of quantile %f and outcome %f is %f', (level, quantile, realised, loss) => {
    expect(pinball({ level, quantile, realised })).toBeCloseTo(loss, 12);
  });

  it('is smallest on average at the true quantile', () => {
    const normal = seededNormal('pinball');
    const outcomes = Array.from({ length: 20_000 }, () => normal());
    const at = (quantile: number): number =>
      outcomes.reduce((sum, realised) => sum + pinball({ level: 0.9, quantile, realised }), 0);
    const best = [0.9, 1.1, 1.2816, 1.45, 1.7].toSorted((a, b) => at(a) - at(b))[0];
    expect(best).toBe(1.2816);
  });
});

describe('quantile scores', () => {
  it('weights sum to one, and are refused where levels do not ascend', () => {
    expect(
      levelWeights([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]).reduce((sum, each) => sum + each),
    ).toBeCloseTo(1, 12);
    expect(levelWeights([0.5])).toEqual([1]);
    for (const levels of [[], [0.5, 0.5], [0.9, 0.1], [0, 0.5], [0.5, 1], [NaN]])
      expect(() => levelWeights(levels)).toThrow(/do not ascend between 0 and 1/);
  });

  it('do not move with the origin, and scale with the unit', () => {
    const value = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 3, maxLength: 3 }),
        value,
        value,
        (points, realised, shift) => {
          const quantiles = points.toSorted((a, b) => a - b);
          const levels = [0.1, 0.5, 0.9];
          const of = (factor: number, by: number): number =>
            quantileScore({
              levels,
              weights: levelWeights(levels),
              quantiles: quantiles.map((each) => factor * each + by),
              realised: factor * realised + by,
            }).crps;
          expect(of(1, shift)).toBeCloseTo(of(1, 0), 9);
          expect(of(3, 0)).toBeCloseTo(3 * of(1, 0), 9);
          expect(of(1, 0)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('of a point forecast is its absolute error', () => {
    const score = quantileScore({ levels: [0.5], weights: [1], quantiles: [1], realised: 3 });
    expect(score).toEqual({ pinball: 1, crps: 2 });
  });
});

describe('interval score', () => {
  it.each([
    [-1, 1, 0, 2],
    [-1, 1, 1.5, 2 + 20 * 0.5],
    [-1, 1, -2, 2 + 20],
  ])('of [%f, %f] at %f is %f', (lower, upper, realised, score) => {
    expect(intervalScore({ lower, upper, realised, coverage: 0.9 })).toBeCloseTo(score, 9);
  });

  it('counts what lies inside, and leaves open intervals out of the width', () => {
    const figures = intervalFigures({
      mean: Float64Array.of(0, 0, 0, NaN),
      halfWidth: Float64Array.of(1, 1, Infinity, 1),
      realised: Float64Array.of(0.5, 2, 9, 0),
      coverage: 0.9,
    });
    expect(figures).toMatchObject({ n: 3, measuredCoverage: 2 / 3, meanWidth: 2 });
    expect(figures.winkler).toBeCloseTo((2 + 22) / 2, 9);
    const none = new Float64Array();
    expect(
      intervalFigures({ mean: none, halfWidth: none, realised: none, coverage: 0.9 }).measuredCoverage,
    ).toBeNaN();
  });
});

describe('calibration', () => {
  it('is by hand on four rows', () => {
    const figures = calibrationOf({
      probabilityUp: [0.8, 0.8, 0.3, 1],
      up: [true, false, false, true],
      trainUpShare: [0.5, 0.5, 0.5, 0.6],
    });
    expect(figures.brier).toBeCloseTo((0.04 + 0.64 + 0.09 + 0) / 4, 12);
    expect(figures.baselines).toEqual([
      { name: 'coin', brier: 0.25 },
      { name: 'training share', brier: (0.75 + 0.16) / 4 },
    ]);
    // Bins 0.8 (2 rows, half up), 0.3 (1 row, none up), 1 (1 row, up).
    expect(figures.ece).toBeCloseTo((2 * 0.3 + 0.3 + 0) / 4, 12);
    expect(figures.bins.map(({ n }) => n)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 2, 1]);
  });

  it('finds little where probabilities are true, and much where they are too sure', () => {
    const random = seededRandom('calibration');
    const probability = Array.from({ length: 20_000 }, () => random());
    const up = probability.map((each) => random() < each);
    const trainUpShare = probability.map(() => 0.5);
    expect(calibrationOf({ probabilityUp: probability, up, trainUpShare }).ece).toBeLessThan(0.015);
    const sure = probability.map((each) => (each > 0.5 ? 0.99 : 0.01));
    expect(calibrationOf({ probabilityUp: sure, up, trainUpShare }).ece).toBeGreaterThan(0.2);
  });
});
