import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal, seededRandom } from '../../domain/random.js';
import {
  deviation,
  dieboldMariano,
  incompleteBeta,
  mean,
  normalCdf,
  pesaranTimmermann,
  quantile,
  studentTail,
  wilson,
} from '../../domain/statistics.js';
import { recordedDirectory } from '../recorded.js';

const recorded = recordedDirectory();
const fixtures = recorded === null ? '' : resolve(recorded, '../fixtures');
if (!existsSync(fixtures) && process.env['CI'] === 'true')
  throw new Error(`No fixtures at ${fixtures}; CI needs them`);

describe.skipIf(!existsSync(fixtures))(
  'statistics equal scipy (skipped where ../shared/fixtures is missing)',
  () => {
    const read = (name: string) => JSON.parse(readFileSync(`${fixtures}/${name}`, 'utf8'));

    it('in the normal distribution', () => {
      for (const [x, p] of Object.entries(
        read('significance.json').norm_ppf_cdf.cdf as Record<string, number>,
      ))
        expect(Math.abs(normalCdf(Number(x)) / p - 1)).toBeLessThan(1e-9);
    });

    it("in Student's test, which Diebold and Mariano's is of one step ahead", () => {
      const { t, p_two_sided: p } = read('significance.json').t_test_mean_gt_0;
      const returns = Float64Array.from(read('metrics.json').returns as number[]);
      const { statistic, pValue } = dieboldMariano(returns, new Float64Array(returns.length), 1);
      expect(Math.abs(statistic / t - 1)).toBeLessThan(1e-9);
      expect(Math.abs(pValue / p - 1)).toBeLessThan(1e-9);
    });
  },
);

describe('wilson', () => {
  it.each([
    // Newcombe (1998), table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is the published interval', (successes, n, low, high) => {
    const [lower, upper] = wilson(successes, n);
    expect(lower).toBeCloseTo(low, 4);
    expect(upper).toBeCloseTo(high, 4);
  });

  it('is not defined without trials', () => {
    expect(wilson(0, 0)).toEqual([NaN, NaN]);
    expect(wilson(NaN, NaN)).toEqual([NaN, NaN]);
  });

  it('holds the share and lies in [0, 1]', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, part) => {
          const successes = Math.round(part * n);
          const [lower, upper] = wilson(successes, n);
          expect(lower).toBeGreaterThanOrEqual(0);
          expect(upper).toBeLessThanOrEqual(1);
          expect(lower).toBeLessThanOrEqual(successes / n);
          expect(upper).toBeGreaterThanOrEqual(successes / n);
        },
      ),
    );
  });
});

describe('the distributions', () => {
  it.each([
    // Two-sided 5 % and 1 % points of the printed tables.
    [12.706204736174694, 1, 0.05],
    [2.2281388519649385, 10, 0.05],
    [3.169272672616872, 10, 0.01],
    [1.9623390808264078, 1000, 0.05],
    [1.959964, 10_000_000, 0.05],
  ])("Student's t of %f with %i degrees of freedom has tail %f", (t, freedom, tail) => {
    expect(studentTail(t, freedom)).toBeCloseTo(tail, 6);
  });

  it('the incomplete beta function has its closed form and symmetry', () => {
    const shape = fc.double({ min: 0.2, max: 300, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), shape, shape, (x, a, b) => {
        expect(incompleteBeta(x, 1, b)).toBeCloseTo(1 - (1 - x) ** b, 10);
        expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 10);
      }),
    );
  });

  it('the normal distribution is symmetric and ends at 0 and 1', () => {
    for (const x of [0, 0.3, 2.5 * Math.SQRT2, 4, 7]) expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(NaN)]).toEqual([0, 1, NaN]);
    expect(normalCdf(-10) / 7.619853024160527e-24).toBeCloseTo(1, 9);
  });
});

describe('pesaranTimmermann', () => {
  it('is the published formula on a table of four counts', () => {
    // 30 up-up, 20 up-down, 15 down-up, 35 down-down: P = 0.65, P* = 0.5.
    const forecast = [...Array(50).fill(true), ...Array(50).fill(false)];
    const actual = [
      ...Array(30).fill(true),
      ...Array(20).fill(false),
      ...Array(15).fill(true),
      ...Array(35).fill(false),
    ];
    const variance = 0.25 / 100 - (0.01 * 0.25) / 100 - (4 * 0.45 * 0.55 * 0.25) / 10_000;
    const { statistic, pValue } = pesaranTimmermann(forecast, actual);
    expect(statistic).toBeCloseTo(0.15 / Math.sqrt(variance), 12);
    expect(pValue).toBeCloseTo(1 - normalCdf(statistic), 12);
  });

  it.each([
    ['no rows', [], []],
    ['one row', [true], [true]],
    ['a forecast that is always up', [true, true, true], [true, false, true]],
    ['an actual that is always down', [true, false, true], [false, false, false]],
    ['unequal lengths', [true, false], [true, false, true]],
  ])('is not defined for %s', (_, forecast, actual) => {
    expect(pesaranTimmermann(forecast, actual)).toEqual({ statistic: NaN, pValue: NaN });
  });

  it('finds nothing in coins nine times of ten, and skill where there is some', () => {
    const random = seededRandom('coins');
    const coins = (n: number) => Array.from({ length: n }, () => random() < 0.55);
    let found = 0;
    for (let trial = 0; trial < 400; trial++)
      if (pesaranTimmermann(coins(200), coins(200)).pValue < 0.1) found++;
    expect(found).toBeGreaterThan(20);
    expect(found).toBeLessThan(62);
    const actual = coins(500);
    const skilled = actual.map((up) => (random() < 0.6 ? up : !up));
    expect(pesaranTimmermann(skilled, actual).pValue).toBeLessThan(0.01);
  });
});

describe('dieboldMariano', () => {
  const normal = seededNormal('losses');
  const losses = (n: number) => Float64Array.from({ length: n }, () => normal() ** 2);

  it('changes its sign with the order of the losses', () => {
    const [a, b] = [losses(100), losses(100)];
    const [first, second] = [dieboldMariano(a, b, 3), dieboldMariano(b, a, 3)];
    expect(first.statistic).toBeCloseTo(-second.statistic, 12);
    expect(first.pValue).toBeCloseTo(second.pValue, 12);
  });

  it('is negative and sure where the first loses less', () => {
    const a = losses(200);
    const { statistic, pValue } = dieboldMariano(
      a,
      a.map((loss) => loss + 1 + normal() / 10),
      1,
    );
    expect(statistic).toBeLessThan(0);
    expect(pValue).toBeLessThan(1e-6);
  });

  it.each([
    ['equal losses', [1, 2, 3], [1, 2, 3], 1],
    ['a constant difference', [1, 2, 3], [2, 3, 4], 1],
    ['no losses', [], [], 1],
    ['one loss', [1], [2], 1],
    ['unequal lengths', [1, 2, 3], [1, 2], 1],
    ['a horizon longer than the sample', [1, 5, 3], [2, 1, 7], 9],
    ['a loss that is no number', [1, NaN, 3], [2, 1, 7], 1],
  ])('is not defined for %s', (_, a, b, horizon) => {
    const result = dieboldMariano(Float64Array.from(a), Float64Array.from(b), horizon);
    expect(result).toEqual({ statistic: NaN, pValue: NaN });
  });
});

describe('moments and quantiles', () => {
  it('are not defined where there is too little, or a value that is no number', () => {
    expect([mean([]), deviation([1]), quantile([], 0.5), quantile([1, NaN], 0), mean([NaN, 1])]).toEqual(
      Array(5).fill(NaN),
    );
  });

  it('of equal values are exact', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 2, max: 50 }),
        (value, n) => {
          expect(deviation(Array(n).fill(value))).toBe(0);
          expect(quantile(Array(n).fill(value), 0.3)).toBeCloseTo(value, 9);
        },
      ),
    );
  });

  it.each([
    [0, 1],
    [0.25, 1.75],
    [0.5, 2.5],
    [1, 4],
  ])('interpolate at %f', (share, expected) => expect(quantile([4, 2, 1, 3], share)).toBe(expected));
});
