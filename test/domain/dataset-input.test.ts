import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutWindows, sampleRows, splitTimes } from '../../domain/dataset.js';
import { requiredRows } from '../../domain/dataset/samples.js';
import { InvalidInputError } from '../../domain/errors.js';
import { FEATURES, buildFeatures, describeWarmUp } from '../../domain/features.js';
import { FIRST, HOUR, SPEC, matrixOf, specs, tableOf } from './made-matrices.js';

describe('too little or wrong input', () => {
  it('as many rows as the message asks for are enough, whatever the spec', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const rows = requiredRows(matrixOf({ rows: 50 }), spec);
        const { counts } = tableOf([matrixOf({ rows })], spec);
        expect(Math.min(counts.train, counts.validation, counts.test)).toBeGreaterThan(0);
      }),
    );
  });

  it('names the stream, its rows and how many are needed', () => {
    const short = (): unknown => tableOf([matrixOf({ rows: 300 }), matrixOf({ rows: 300, late: 292 })]);
    expect(short).toThrow(InvalidInputError);
    expect(short).toThrow(/Stream s1 .*: 8 rows give .* at least \d+ rows are needed/);
  });

  it('constant prices give no target instead of an infinite one, and the error says so', () => {
    const flat = new Float64Array(400).fill(3);
    const time = Float64Array.from(flat, (_, i) => FIRST + i * HOUR);
    const bars = { time, open: flat, high: flat, low: flat, close: flat, volume: new Float64Array(400) };
    const matrix = buildFeatures({ bars, timeframe: '1h', sentiment: [], asOf: Infinity });
    const split = splitTimes({ times: [matrix.time], spec: SPEC, timeframeMs: HOUR });
    expect(sampleRows({ matrix, spec: SPEC, split, timeframeMs: HOUR }).train).toHaveLength(0);
    expect(() => tableOf([matrix])).toThrow(/stands still/);
    const rows = [describeWarmUp() + SPEC.lookBack - 1];
    expect(cutWindows({ matrix, rows, lookBack: SPEC.lookBack })).toHaveLength(
      SPEC.lookBack * FEATURES.length,
    );
  });

  it.each([
    ['no stream', []],
    ['a stream without bars', [matrixOf({ rows: 0 })]],
    ['one bar', [matrixOf({ rows: 1 })]],
    ['other features', [matrixOf({ rows: 200 }), { ...matrixOf({ rows: 200 }), names: ['a', 'c'] }]],
  ])('%s is refused', (_, matrices) => {
    expect(() => tableOf(matrices)).toThrow(InvalidInputError);
  });

  it.each([
    { lookBack: 0 },
    { horizonBars: 1.5 },
    { embargoBars: -1 },
    { validationShare: 0 },
    { testShare: 0.9 },
    { testShare: NaN },
  ])('a spec with %j is refused', (change) => {
    expect(() => tableOf([matrixOf({ rows: 200 })], { ...SPEC, ...change })).toThrow(InvalidInputError);
  });
});

describe('windows', () => {
  it('are row-major [rows, lookBack, features] and end with their row', () => {
    const matrix = matrixOf({ rows: 20 });
    const windows = cutWindows({ matrix, rows: [9, 12], lookBack: 2 });
    const [a, b] = matrix.columns;
    expect([...windows]).toEqual([8, 9, 11, 12].flatMap((row) => [a?.[row], b?.[row]]));
  });

  it.each([
    ['before row 0', 2, /rows 3 to 19/],
    ['after the end', 20, /rows 3 to 19/],
    ['into the warm-up', 7, /holds no a at row 4/],
  ])('reaching %s are refused', (_, row, message) => {
    const cut = (): unknown => cutWindows({ matrix: matrixOf({ rows: 20 }), rows: [row], lookBack: 4 });
    expect(cut).toThrow(InvalidInputError);
    expect(cut).toThrow(message);
  });
});
