import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combined, ensembleWeights, LEAST_STACKED, nonNegativeLeastSquares } from '../../domain/ensembles.js';
import { fanFromResiduals, fanOf, fanShifts, type KnownPath } from '../../domain/prediction/fan.js';
import { knownRows, moveAfter, uncertaintyOf } from '../../domain/prediction/residuals.js';
import { bySkill, relativeError } from '../../domain/prediction/selection.js';
import { seededNormal } from '../../domain/random.js';

const figures = (name: string, mae: number) => ({
  ...{ name, mae, n: 100, directionalAccuracy: 0.5 },
  wilson95: [0.4, 0.6] as [number, number],
});
const evidence = (model: string, mae: number, persistence = 10) => ({
  ...{ model, mae, createdAt: 1 },
  baselines: [figures('persistence', persistence)],
});

describe('selection by past skill', () => {
  it('ranks by the error against persistence, not by the error itself', () => {
    const candidates = [
      { skill: evidence('calm@1', 9, 9.5) },
      { skill: evidence('wild@1', 90, 100) },
      { skill: evidence('unknown@1', NaN) },
    ];
    const names = bySkill(candidates).map(({ skill }) => skill.model);
    expect(names).toEqual(['wild@1', 'calm@1', 'unknown@1']);
  });

  it('takes the folds of a walk-forward where there are some', () => {
    const folds = [
      { mae: 8, persistenceMae: 10 },
      { mae: 12, persistenceMae: 10 },
    ];
    expect(relativeError({ ...evidence('a@1', 5), folds })).toBe(1);
    expect(relativeError(evidence('a@1', 5))).toBe(0.5);
  });

  it('does not depend on the order in which candidates come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a@1', 'b@1', 'c@1'], { minLength: 3 }), (order) => {
        const ranked = bySkill(order.map((model) => ({ skill: evidence(model, 5) })));
        expect(ranked.map(({ skill }) => skill.model)).toEqual(['a@1', 'b@1', 'c@1']);
      }),
    );
  });
});

describe('ensembles', () => {
  const member = (name: string, error: number, forecasts: number[] = [], actuals: number[] = []) => ({
    name,
    relativeError: error,
    heldOut: new Map(forecasts.map((forecast, i) => [i, { forecast, actual: actuals[i] ?? NaN }])),
  });

  it('weigh all the same, or by the inverse of the error', () => {
    const two = [member('a', 1), member('b', 0.5)];
    expect(ensembleWeights('mean', two)).toEqual([0.5, 0.5]);
    expect(ensembleWeights('inverse-error', two)).toEqual([1 / 3, 2 / 3]);
    expect(() => ensembleWeights('inverse-error', [member('a', NaN), member('b', 1)])).toThrow(/a has NaN/);
  });

  it('stack on the rows that all members forecast', () => {
    const normal = seededNormal('stack');
    const truth = Array.from({ length: 400 }, normal);
    const noise = truth.map((value) => value + normal());
    const weights = ensembleWeights('stacking', [
      member(
        'good',
        1,
        truth.map((value) => value / 2),
        truth,
      ),
      member('noise', 1, noise, truth),
    ]);
    expect(weights[0]).toBeCloseTo(2, 6);
    expect(weights[1]).toBeCloseTo(0, 6);
    expect(() => ensembleWeights('stacking', [member('a', 1, [1], [1]), member('b', 1)])).toThrow(
      new RegExp(`needs ${LEAST_STACKED} held-out rows that all members forecast; a, b share 0`),
    );
  });

  it('never weigh below 0, and nothing better lies beside the weights', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 10_000 }), (size, seed) => {
        const normal = seededNormal(`${seed}`);
        const columns = Array.from({ length: size }, () => Array.from({ length: 60 }, normal));
        const wanted = Array.from({ length: 60 }, normal);
        const weights = nonNegativeLeastSquares(columns, wanted);
        const loss = (at: number[]): number =>
          wanted.reduce((sum, value, row) => {
            const said = combined(
              at,
              columns.map((column) => column[row] ?? NaN),
            );
            return sum + (value - said) ** 2;
          }, 0);
        weights.forEach((weight, i) => {
          expect(weight).toBeGreaterThanOrEqual(0);
          for (const step of [0.01, -0.01]) {
            const beside = weights.with(i, Math.max(0, weight + step));
            expect(loss(beside)).toBeGreaterThanOrEqual(loss(weights) - 1e-9);
          }
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('the fan', () => {
  const levels = [0.1, 0.5, 0.9];
  const normal = seededNormal('fan');
  const known: KnownPath[] = Array.from({ length: 400 }, () => ({
    path: [[0, -0.5, 0, 0.5]],
    moves: [normal()],
  }));

  it('is widened to what came', () => {
    const shifts = fanShifts({ horizons: [1], levels, known });
    const [point] = fanOf({ horizons: [1], levels, path: [[0, -0.5, 0, 0.5]], shifts });
    // 80 % of a normal lie within 1.28.
    expect(point?.quantiles[0]?.value).toBeCloseTo(-1.28, 0);
    expect(point?.quantiles[2]?.value).toBeCloseTo(1.28, 0);
    expect(point?.quantiles[1]?.value).toBe(0);
  });

  it('stays as the model gave it where too few outcomes are known', () => {
    const few = known.slice(0, 30);
    expect(fanShifts({ horizons: [4], levels, known: few })).toEqual([[0, 0, 0]]);
  });

  it('never crosses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (shift) => {
          const [point] = fanOf({ horizons: [1], levels, path: [[0, -1, 0, 1]], shifts: [shift] });
          const values = point!.quantiles.map(({ value }) => value);
          expect(values).toEqual(values.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('of residuals tells no level that they do not reach', () => {
    const some = Array.from({ length: 12 }, (_, i) => i - 5.5);
    const [point] = fanFromResiduals({ horizonBars: 3, scaled: 1, residuals: some });
    expect(point?.quantiles.map(({ level }) => level)).toEqual([0.1, 0.25, 0.5, 0.75, 0.9]);
    expect(point?.quantiles[2]?.value).toBe(1);
    expect(fanFromResiduals({ horizonBars: 3, scaled: 1, residuals: [] })[0]?.quantiles).toEqual([]);
  });
});

describe('residuals', () => {
  const HOUR = 3_600_000;
  const time = Float64Array.from([1, 2, 3, 5, 6], (hour) => hour * HOUR);
  const matrix = {
    ...{ names: [], columns: [], time },
    close: Float64Array.of(100, 101, 102, 103, 104),
    volatility: Float64Array.of(0.01, 0, 0.01, 0.01, 0.01),
  };
  const move = (row: number): number => moveAfter({ matrix, row, horizonBars: 1, timeframeMs: HOUR });

  it('are of moves over whole horizons, in units of the volatility at the row', () => {
    expect(move(0)).toBeCloseTo(Math.log(1.01) / 0.01, 10);
    expect([move(1), move(2), move(4)]).toEqual([NaN, NaN, NaN]);
    expect(move(3)).toBeCloseTo(Math.log(104 / 103) / 0.01, 10);
  });

  it('are those of the rows whose outcome is known', () => {
    expect(knownRows(matrix, { horizonBars: 2, from: 2 * HOUR })).toEqual([1, 2]);
  });

  it('bound nothing where there are too few', () => {
    const { scale, residuals } = uncertaintyOf({
      ...{ calibration: [], residuals: [0.1, NaN, -0.2], horizonBars: 1, coverage: 0.9 },
    });
    expect(scale).toBe(Infinity);
    expect(residuals).toEqual([-0.2, 0.1]);
  });
});
