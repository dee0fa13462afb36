import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binomialTest } from '../../../domain/drift/calibration.js';
import { designEffect, ranks } from '../../../domain/drift/dependence.js';
import { benjaminiHochberg, kolmogorovSmirnov, kolmogorovTail } from '../../../domain/drift/ks.js';
import { stabilityOfValues } from '../../../domain/drift/psi.js';
import { residualDrift, welch } from '../../../domain/drift/residuals.js';
import { seededNormal } from '../../../domain/random.js';

/*
 * scipy 1.17 and numpy 2.4: ks_2samp, special.kolmogorov, ttest_ind(equal_var=False), binomtest, false_discovery_control,
 * and the index of stability by numpy.quantile; samples by default_rng(7).
 */
const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as {
  a: number[];
  b: number[];
  c: number[];
  d: number[];
  ks_ab: { statistic: number; exact: number };
  ks_cd: { statistic: number; stephens: number; kstwo: number; exact: number };
  kolmogorov: Record<string, number>;
  welch: { statistic: number; pValue: number; df: number };
  scale: { statistic: number; pValue: number };
  binomial: [number, number, number, number][];
  bh: { p: number[]; q: number[] };
  psi_ab: number;
  psi_cd: number;
};
const { a, b, c, d } = golden;
const near = (value: number, expected: number, relative = 1e-9): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));

describe('tests of drift equal scipy', () => {
  it('Kolmogorov and Smirnov, exact', () => {
    const { statistic, pValue, method } = kolmogorovSmirnov({ first: a, second: b });
    expect(method).toBe('exact');
    near(statistic, golden.ks_ab.statistic);
    near(pValue, golden.ks_ab.exact);
  });

  it('Kolmogorov and Smirnov, by the limit, within two thousandths of the exact one', () => {
    const { statistic, pValue, method } = kolmogorovSmirnov({ first: c, second: d });
    expect(method).toBe('asymptotic');
    near(statistic, golden.ks_cd.statistic);
    near(pValue, golden.ks_cd.stephens);
    expect(Math.abs(pValue - golden.ks_cd.exact)).toBeLessThan(0.002);
  });

  it("Kolmogorov's limit", () => {
    for (const [x, p] of Object.entries(golden.kolmogorov)) near(kolmogorovTail(Number(x)), p, 1e-12);
  });

  it('Welch, and the same on distances from the median', () => {
    const found = welch({ first: a, second: b, effect: 1 });
    near(found.statistic, golden.welch.statistic);
    near(found.pValue, golden.welch.pValue);
    near(found.freedom, golden.welch.df);
    const size = (values: number[]): number[] => {
      const sorted = values.toSorted((x, y) => x - y);
      const centre = (sorted[values.length / 2 - 1]! + sorted[values.length / 2]!) / 2;
      return values.map((value) => Math.abs(value - centre));
    };
    near(welch({ first: size(a), second: size(b), effect: 1 }).pValue, golden.scale.pValue);
  });

  it.each(golden.binomial)('binomial: %d of %d at %d', (k, n, share, p) =>
    near(binomialTest(k, n, share), p, 1e-9),
  );

  it('Benjamini and Hochberg', () => {
    benjaminiHochberg(golden.bh.p).forEach((q, i) =>
      expect(Math.abs(q - golden.bh.q[i]!)).toBeLessThan(1e-6),
    );
  });

  it('the index of stability in tenths of the reference', () => {
    near(stabilityOfValues(a, b), golden.psi_ab);
    near(stabilityOfValues(c, d), golden.psi_cd);
  });
});

describe('the design effect', () => {
  const walk = (rho: number, n: number): Float64Array => {
    const normal = seededNormal(`design ${rho}`);
    let last = 0;
    return Float64Array.from({ length: n }, () => (last = rho * last + normal()));
  };

  it.each([0, 0.5, 0.9])('of a first-order autoregression with %d is near (1 + ρ) / (1 − ρ)', (rho) => {
    const expected = (1 + rho) / (1 - rho);
    expect(Math.abs(designEffect(walk(rho, 20_000)) / expected - 1)).toBeLessThan(0.15);
  });

  it('is 1 where nothing varies, and never below', () => {
    expect(designEffect([3, 3, 3])).toBe(1);
    expect(designEffect([])).toBe(1);
    expect(designEffect(Float64Array.from({ length: 100 }, (_, i) => (i % 2) * 2 - 1))).toBe(1);
  });

  it('ranks share the places of equal values', () =>
    expect([...ranks([3, 1, 3, 2])]).toEqual([3.5, 1, 3.5, 2]));
});

describe('bad input', () => {
  it('an empty sample is named', () =>
    expect(() => kolmogorovSmirnov({ first: [], second: [1] })).toThrow(
      'Samples of 0 and 1 values cannot be compared',
    ));

  it('constants and impossible counts give no p value but no failure', () => {
    expect(residualDrift({ reference: [1, 1, 1], recent: [1, 1] }).meanP).toBeNaN();
    expect(binomialTest(5, 3, 0.9)).toBeNaN();
    expect(binomialTest(0, 0, 0.9)).toBeNaN();
    expect(stabilityOfValues([1, 1, 1, 1], [0, 0, 2, 1])).toBeGreaterThan(0.25);
    expect(stabilityOfValues([], [1])).toBeNaN();
  });
});
