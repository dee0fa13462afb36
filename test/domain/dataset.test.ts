import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutWindows, sampleRows, splitTimes } from '../../domain/dataset.js';
import type { SplitTimes } from '../../domain/dataset.js';
import { FIRST, HOUR, SPEC, column, matrixOf, specs, tableOf } from './made-matrices.js';

const gaps = fc.uniqueArray(fc.integer({ min: 30, max: 250 }), { maxLength: 12 });

describe('the split', () => {
  it('has the same boundaries for all streams, on the grid of closes, over the whole span', () => {
    const times = [matrixOf({ rows: 101 }).time, matrixOf({ rows: 81, late: 20 }).time];
    expect(splitTimes({ times, spec: SPEC, timeframeMs: HOUR })).toEqual({
      validationFrom: FIRST + 60 * HOUR,
      testFrom: FIRST + 80 * HOUR,
      testTo: FIRST + 100 * HOUR,
    });
  });

  it('no sample of one part has a target interval or a first row in the next part, and the embargo is kept', () => {
    fc.assert(
      fc.property(specs, gaps, (spec, missing) => {
        const matrix = matrixOf({ rows: 300, missing });
        const { split, ...table } = tableOf([matrix], spec);
        const [time, part, target] = ['time', 'split', 'target'].map((name) =>
          column({ ...table, split }, name),
        );
        const last: Record<number, number> = { 0: split.validationFrom, 1: split.testFrom, 2: split.testTo };
        const embargo = spec.embargoBars * HOUR;
        const first: Record<number, number> = {
          0: FIRST,
          1: split.validationFrom + embargo,
          2: split.testFrom + embargo,
        };
        for (let i = 0; i < table.rows; i++) {
          const which = part?.[i] ?? NaN;
          if (which === -1) continue;
          expect((time?.[i] ?? NaN) + spec.horizonBars * HOUR).toBeLessThanOrEqual(last[which] ?? NaN);
          expect(time?.[i]).toBeGreaterThanOrEqual(first[which] ?? NaN);
          expect(target?.[i]).not.toBeNaN();
          expect((time?.[i + spec.horizonBars] ?? NaN) - (time?.[i] ?? NaN)).toBe(spec.horizonBars * HOUR);
        }
      }),
    );
  });

  it('without gaps every row between warm-up and purge is a sample', () => {
    const { counts, split, rows } = tableOf([matrixOf({ rows: 101 })]);
    expect(rows).toBe(101);
    expect((split.validationFrom - FIRST) / HOUR).toBe(60);
    // 60 rows less warm-up 5, lookBack − 1, and the one row whose target crosses the boundary; then embargo 3 as well.
    expect(counts).toEqual({ train: 60 - 5 - 3 - 1, validation: 20 - 3 - 1, test: 21 - 3 - 2 });
  });

  it('floating point shares do not move a boundary: 0.7 of 100 bars is bar 70', () => {
    const spec = { ...SPEC, validationShare: 0.1, testShare: 0.2 };
    const { validationFrom, testFrom } = splitTimes({
      times: [matrixOf({ rows: 101 }).time],
      spec,
      timeframeMs: HOUR,
    });
    expect([(validationFrom - FIRST) / HOUR, (testFrom - FIRST) / HOUR]).toEqual([70, 80]);
  });
});

describe('the dataset table', () => {
  it('has the documented columns, streams one after the other', () => {
    const [long, short] = [matrixOf({ rows: 200 }), matrixOf({ rows: 200, late: 40 })];
    const table = tableOf([long, short]);
    expect(table.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'time int64',
      'stream int32',
      'split int32',
      'target float64',
      'volatility float64',
      'a float32',
      'b float32',
    ]);
    expect(table.columns.every(({ values }) => values.length === table.rows)).toBe(true);
    expect(column(table, 'time')[200]).toBe(FIRST + 40 * HOUR);
    expect([column(table, 'stream')[199], column(table, 'stream')[200]]).toEqual([0, 1]);
    expect(column(table, 'b')[210]).toBe(short.columns[1]?.[10]);
  });

  it('the target is the log return over the horizon in units of volatility·√horizon, NaN across a gap and at the end', () => {
    const matrix = matrixOf({ rows: 101, missing: [50] });
    const target = column(tableOf([matrix]), 'target');
    const { close, volatility } = matrix;
    const expected = Math.log((close[22] ?? 0) / (close[20] ?? 0)) / ((volatility[20] ?? 0) * Math.SQRT2);
    expect(target[20]).toBeCloseTo(expected, 12);
    expect([target[47], target[48], target[49], target[50]].map(Number.isNaN)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([target[97], target[98], target[99]].map(Number.isNaN)).toEqual([false, true, true]);
  });

  it('marks the rows that sampleRows gives', () => {
    fc.assert(
      fc.property(specs, gaps, (spec, missing) => {
        const matrix = matrixOf({ rows: 300, missing });
        const table = tableOf([matrix], spec);
        const parts = sampleRows({ matrix, spec, split: table.split, timeframeMs: HOUR });
        const marked = column(table, 'split');
        [parts.train, parts.validation, parts.test].forEach((rows, part) => {
          expect(rows.every((row) => marked[row] === part)).toBe(true);
        });
        const { train, validation, test } = parts;
        expect({ train: train.length, validation: validation.length, test: test.length }).toEqual(
          table.counts,
        );
        expect(() => cutWindows({ matrix, rows: train, lookBack: spec.lookBack })).not.toThrow();
      }),
      { numRuns: 30 },
    );
  });

  it('a window with a hole in its features is no sample', () => {
    const matrix = matrixOf({ rows: 101 });
    matrix.columns[1]?.fill(NaN, 30, 31);
    const marked = column(tableOf([matrix]), 'split');
    expect([29, 30, 33, 34].map((row) => marked[row])).toEqual([0, -1, -1, 0]);
  });

  it('a frozen split leaves out what came after its end', () => {
    const matrix = matrixOf({ rows: 200 });
    const split: SplitTimes = splitTimes({
      times: [matrix.time.slice(0, 101)],
      spec: SPEC,
      timeframeMs: HOUR,
    });
    const { test } = sampleRows({ matrix, spec: SPEC, split, timeframeMs: HOUR });
    expect([test[0], test.at(-1)]).toEqual([83, 98]);
  });
});
