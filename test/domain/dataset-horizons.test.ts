import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRows } from '../../domain/dataset.js';
import { horizonsOf, requiredRows } from '../../domain/dataset/samples.js';
import { InvalidInputError } from '../../domain/errors.js';
import { FIRST, HOUR, SPEC, column, matrixOf, specs, tableOf } from './made-matrices.js';

const MANY = { ...SPEC, horizons: [1, 2, 6] };

describe('a dataset of several horizons', () => {
  it('has a target column for each, that of horizonBars by its old name', () => {
    const names = tableOf([matrixOf({ rows: 200 })], MANY).columns.map(({ name }) => name);
    expect(names).toEqual([
      'time',
      'stream',
      'split',
      'target',
      'volatility',
      'target_1',
      'target_6',
      'a',
      'b',
    ]);
    expect(horizonsOf(SPEC)).toEqual([2]);
    expect(horizonsOf(MANY)).toEqual([1, 2, 6]);
  });

  it('each target is in units of volatility·√horizon, NaN where a bar is missing or the end is near', () => {
    const matrix = matrixOf({ rows: 200, missing: [50] });
    const table = tableOf([matrix], MANY);
    const { close, volatility } = matrix;
    for (const [name, horizon] of [
      ['target', 2],
      ['target_1', 1],
      ['target_6', 6],
    ] as const) {
      const target = column(table, name);
      const move = Math.log((close[20 + horizon] ?? 0) / (close[20] ?? 0));
      expect(target[20]).toBeCloseTo(move / ((volatility[20] ?? 0) * Math.sqrt(horizon)), 12);
      expect(Number.isNaN(target[49])).toBe(true);
      expect(Number.isNaN(target[198 - horizon])).toBe(false);
      expect(Number.isNaN(target[199 - horizon])).toBe(true);
    }
  });

  it('a sample has an outcome at every horizon, and none reaches into the next part', () => {
    fc.assert(
      fc.property(specs, fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }), (spec, more) => {
        const horizons = [...new Set([spec.horizonBars, ...more])].sort((a, b) => a - b);
        const furthest = horizons.at(-1) ?? 0;
        const table = tableOf([matrixOf({ rows: 400, missing: [170] })], { ...spec, horizons });
        const split = column(table, 'split');
        const ends = [table.split.validationFrom, table.split.testFrom, table.split.testTo];
        const targets = horizons.map((horizon) =>
          column(table, horizon === spec.horizonBars ? 'target' : `target_${horizon}`),
        );
        for (let row = 0; row < table.rows; row++) {
          const part = split[row] ?? -1;
          if (part === -1) continue;
          const time = column(table, 'time')[row] ?? NaN;
          expect(time + furthest * HOUR).toBeLessThanOrEqual(ends[part] ?? NaN);
          expect(targets.every((target) => Number.isFinite(target[row]))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('with horizonBars alone it is the table of before, bit for bit', () => {
    const matrices = [matrixOf({ rows: 300, missing: [90] })];
    expect(tableOf(matrices, { ...SPEC, horizons: [2] })).toEqual(tableOf(matrices));
  });

  it('the furthest horizon is purged and counted in what is needed', () => {
    const matrix = matrixOf({ rows: 101 });
    const { counts } = tableOf([matrix], MANY);
    // As with horizon 2, less four rows more at each part's end.
    expect(counts).toEqual({ train: 60 - 5 - 3 - 5, validation: 20 - 3 - 5, test: 21 - 3 - 6 });
    expect(requiredRows(matrix, MANY)).toBeGreaterThan(requiredRows(matrix, SPEC));
    const { split } = tableOf([matrix], MANY);
    const rows = sampleRows({ matrix, spec: MANY, split, timeframeMs: HOUR });
    expect((matrix.time[rows.test.at(-1) ?? -1] ?? 0) + 6 * HOUR).toBe(FIRST + 100 * HOUR);
  });

  it.each([
    ['that descend', [6, 2]],
    ['said twice', [2, 2]],
    ['without horizonBars', [1, 6]],
    ['none at all', []],
    ['in fractions', [1.5, 2]],
    ['before the first bar', [0, 2]],
    ['beyond 96 bars', [2, 97]],
  ])('horizons %s are refused', (_, horizons) => {
    const make = (): unknown => tableOf([matrixOf({ rows: 300 })], { ...SPEC, horizons });
    expect(make).toThrow(InvalidInputError);
    expect(make).toThrow(`horizons [${horizons.join(', ')}]`);
  });
});
