import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitColumn, PARTS } from '../../../domain/dataset/samples.js';
import { seriesBaselines, seasonBars } from '../../../domain/evaluation/series-baselines.js';
import { planFolds, type FoldsArgs } from '../../../domain/evaluation/walk-forward.js';
import type { FeatureMatrix } from '../../../domain/features.js';
import { seededNormal } from '../../../domain/random.js';

const HOUR = 3_600_000;
const START = Date.UTC(2023, 0, 1);

const args = (more: Partial<FoldsArgs> = {}): FoldsArgs => ({
  scheme: 'expanding',
  folds: 4,
  testBars: 50,
  validationBars: 40,
  purgeBars: 6,
  embargoBars: 12,
  from: START,
  to: START + 800 * HOUR,
  timeframeMs: HOUR,
  warmUpBars: 60,
  ...more,
});

/** One feature, closes that move. */
function madeMatrix(bars: number, from: number): FeatureMatrix {
  const normal = seededNormal('folds');
  let log = 4;
  return {
    names: ['one'],
    time: Float64Array.from({ length: bars }, (_, i) => from + (i + 1) * HOUR),
    close: Float64Array.from({ length: bars }, () => Math.exp((log += normal() / 100))),
    volatility: new Float64Array(bars).fill(0.01),
    columns: [new Float32Array(bars).fill(1)],
  };
}

describe('walk-forward folds', () => {
  it.each(['expanding', 'rolling'] as const)(
    '%s test parts follow one another and end with the window',
    (scheme) => {
      const folds = planFolds(args({ scheme }));
      for (const [i, fold] of folds.entries()) {
        const next = folds[i + 1];
        if (next) expect(next.firstForecast).toBe(fold.lastForecast + HOUR);
      }
      const last = folds.at(-1)!;
      expect(last.to).toBe(START + 800 * HOUR);
      expect(last.lastForecast + 6 * HOUR).toBe(last.to);
      const starts = new Set(folds.map(({ from }) => from));
      expect(starts.size).toBe(scheme === 'expanding' ? 1 : 4);
      const lengths = new Set(folds.map(({ from, validationFrom }) => validationFrom - from));
      expect(lengths.size).toBe(scheme === 'expanding' ? 4 : 1);
    },
  );

  it('cut data sets whose parts share no outcome, and whose test rows are those of the fold', () => {
    const whole = fc.record({
      folds: fc.integer({ min: 1, max: 5 }),
      testBars: fc.integer({ min: 5, max: 60 }),
      validationBars: fc.integer({ min: 5, max: 60 }),
      purgeBars: fc.integer({ min: 1, max: 24 }),
      embargoBars: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(whole, (plan) => {
        const made = args(plan);
        for (const fold of planFolds(made)) {
          const matrix = madeMatrix((fold.to - fold.from) / HOUR, fold.from);
          const { validationFrom, testFrom } = fold;
          const spec = {
            ...{ lookBack: 1, horizonBars: plan.purgeBars, validationShare: 0.1, testShare: 0.1 },
            ...{ embargoBars: plan.embargoBars, boundaries: { validationFrom, testFrom } },
          };
          const split = { validationFrom, testFrom, testTo: matrix.time.at(-1)! };
          const parts = splitColumn({ matrix, spec, split, timeframeMs: HOUR }).split;
          const times = (part: number): number[] => [...matrix.time].filter((_, row) => parts[row] === part);
          const [train, validation, test] = [PARTS.train, PARTS.validation, PARTS.test].map(times);
          const reach = (plan.purgeBars + plan.embargoBars) * HOUR;
          expect(test![0]).toBe(fold.firstForecast);
          expect(test!.at(-1)).toBe(fold.lastForecast);
          expect(test).toHaveLength(plan.testBars);
          if (validation!.length > 0) {
            expect(validation!.at(-1)! + reach).toBeLessThanOrEqual(test![0]!);
            expect(train!.at(-1)! + reach).toBeLessThanOrEqual(validation![0]!);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, Partial<FoldsArgs>, RegExp]>([
    [
      'too short a window',
      { to: START + 300 * HOUR },
      /window of 300 bars leaves .*need at least \d+: take a longer/,
    ],
    ['no folds', { folds: 0 }, /folds is 0; it must be a whole number from 1/],
    ['half a bar', { testBars: 1.5 }, /testBars is 1.5/],
    ['no purge', { purgeBars: 0 }, /purgeBars is 0/],
    ['a negative embargo', { embargoBars: -1 }, /embargoBars is -1/],
    [
      'another scheme',
      { scheme: 'anchored' as never },
      /scheme "anchored" is unknown; known: expanding, rolling/,
    ],
    ['an empty window', { to: START }, /window is empty/],
  ])('refuses %s', (_, more, message) => {
    expect(() => planFolds(args(more))).toThrow(message);
  });
});

describe('baselines of a series', () => {
  const matrix = madeMatrix(400, START);
  const rows = Int32Array.from({ length: 100 }, (_, i) => 250 + i);
  const of = (on: typeof matrix, trainTo = START + 200 * HOUR) =>
    seriesBaselines({ matrix: on, rows, trainTo, horizonBars: 4, timeframeMs: HOUR });

  it('repeat what the last season did over the same hours', () => {
    const [seasonal] = of(matrix);
    const row = rows[7]!;
    const move = Math.log(matrix.close[row - 20]! / matrix.close[row - 24]!);
    expect(seasonal!.forecast[7]).toBeCloseTo(matrix.close[row]! * Math.exp(move), 9);
    expect([seasonBars(60_000), seasonBars(HOUR), seasonBars(24 * HOUR), seasonBars(168 * HOUR)]).toEqual([
      1440, 24, 7, 1,
    ]);
  });

  it('know nothing of what comes after their row, and are fitted on the training part alone', () => {
    const cut = rows[50]!;
    const other = { ...matrix, close: matrix.close.map((close, i) => (i > cut ? close * 1.3 : close)) };
    const [before, after] = [of(matrix), of(other)];
    for (const [i, { name, forecast }] of before.entries())
      expect([name, [...forecast.subarray(0, 51)]]).toEqual([name, [...after[i]!.forecast.subarray(0, 51)]]);
    // What lies between training and the rows moves levels, not the fit: the forecast of AR(1) is that of its last return.
    const between = {
      ...matrix,
      close: matrix.close.map((close, i) => (i > 205 && i < 240 ? close * 1.1 : close)),
    };
    expect([...of(between)[1]!.forecast]).toEqual([...of(matrix)[1]!.forecast]);
  });

  it('claim nothing where there is too little to fit', () => {
    const short = { time: matrix.time.slice(0, 3), close: matrix.close.slice(0, 3) };
    const made = seriesBaselines({
      ...{ matrix: short, rows: Int32Array.of(2), trainTo: 0, horizonBars: 1, timeframeMs: HOUR },
    });
    for (const { forecast } of made) expect(forecast[0]).toBe(short.close[2]);
  });
});
