import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dailyReturns,
  downsideRisk,
  maxDrawdown,
  omegaRatio,
  returnMetrics,
  sharpeRatio,
  tailRatio,
} from '../../domain/metrics.js';
import { recordedDirectory } from '../recorded.js';

const recorded = recordedDirectory();
const fixtures = recorded === null ? '' : resolve(recorded, '../fixtures');
if (!existsSync(fixtures) && process.env['CI'] === 'true')
  throw new Error(`No fixtures at ${fixtures}; CI needs them`);
const DAY = 86_400_000;
const read = (name: string) => JSON.parse(readFileSync(`${fixtures}/${name}`, 'utf8'));

function expectClose(actual: number, expected: number | string | null): void {
  if (expected === null) return expect(actual).toBeNaN();
  if (typeof expected === 'string') return expect(actual).toBe(Number(expected));
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1e-3));
}

describe.skipIf(!existsSync(fixtures))(
  'metrics equal empyrical (skipped where ../shared/fixtures is missing)',
  () => {
    it.each([252, 365])('on 750 daily returns at %i periods a year', (periods) => {
      const { returns, empyrical } = read('metrics.json');
      const series = Float64Array.from(returns as number[]);
      const expected = { ...empyrical[`annualization_${periods}`], ...empyrical.free };
      const metrics = returnMetrics(series, periods);
      const rows: [number, number][] = [
        [metrics.annualReturn, expected.annual_return],
        [metrics.annualVolatility, expected.annual_volatility],
        [metrics.sharpe, expected.sharpe_ratio_rf0],
        [sharpeRatio(series, periods, 1e-4), expected['sharpe_ratio_rf_1e-4_per_period']],
        [metrics.sortino, expected.sortino_ratio],
        [downsideRisk(series, periods), expected.downside_risk],
        [metrics.calmar, expected.calmar_ratio],
        [omegaRatio(series, periods), expected.omega_ratio],
        [omegaRatio(series, periods, 0.05), expected.omega_ratio_req_5pct_annual],
        [metrics.maxDrawdown, Math.abs(expected.max_drawdown)],
        [metrics.valueAtRisk, expected.value_at_risk_5],
        [metrics.conditionalValueAtRisk, expected.conditional_value_at_risk_5],
        [tailRatio(series), expected.tail_ratio],
      ];
      for (const [actual, value] of rows) expectClose(actual, value);
    });

    const edges = existsSync(fixtures) ? Object.keys(read('metrics_edge.json')) : [];
    it.each(edges.filter((name) => !name.startsWith('_')))('on the edge case "%s"', (name) => {
      const { returns, empyrical: expected } = read('metrics_edge.json')[name];
      const series = Float64Array.from(returns as number[]);
      // The edge cases were annualised by empyrical's own default.
      const metrics = returnMetrics(series, 252);
      expectClose(metrics.sharpe, expected.sharpe_ratio);
      expectClose(metrics.sortino, expected.sortino_ratio);
      expectClose(metrics.calmar, expected.calmar_ratio);
      expectClose(omegaRatio(series, 252), expected.omega_ratio);
      expectClose(
        metrics.maxDrawdown,
        expected.max_drawdown === null ? null : Math.abs(expected.max_drawdown),
      );
      expectClose(metrics.valueAtRisk, expected.value_at_risk);
      expectClose(metrics.conditionalValueAtRisk, expected.conditional_value_at_risk);
      expectClose(tailRatio(series), expected.tail_ratio);
      expectClose(metrics.annualReturn, expected.annual_return);
      expectClose(metrics.annualVolatility, expected.annual_volatility);
    });
  },
);

describe('dailyReturns', () => {
  const hourly = (n: number) => Float64Array.from({ length: n }, (_, i) => i * 3_600_000);

  it('takes the last equity of each UTC day, the first against the start value', () => {
    const equity = Float64Array.from({ length: 50 }, (_, i) => 100 + i);
    const returns = dailyReturns({ time: hourly(50), equity, start: 80, everyDay: true });
    expect(Array.from(returns)).toEqual([123 / 80 - 1, 147 / 123 - 1, 149 / 147 - 1]);
  });

  it('counts days without bars where every day counts', () => {
    const time = Float64Array.of(0, 3 * DAY);
    const equity = Float64Array.of(100, 110);
    const of = (everyDay: boolean) => Array.from(dailyReturns({ time, equity, start: 100, everyDay }));
    expect(of(false)).toEqual([0, 110 / 100 - 1]);
    expect(of(true)).toEqual([0, 0, 0, 110 / 100 - 1]);
  });

  it('has no return on a lost stake', () => {
    const time = Float64Array.of(0, DAY, 2 * DAY);
    const returns = dailyReturns({ time, equity: Float64Array.of(100, -5, -6), start: 100, everyDay: true });
    expect(Array.from(returns)).toEqual([0, -1.05, NaN]);
  });

  it('is empty without equity', () => {
    expect(dailyReturns({ time: hourly(0), equity: hourly(0), start: 1, everyDay: true })).toHaveLength(0);
  });

  it('compounds to the last equity', () => {
    const equities = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(equities, fc.boolean(), (values, everyDay) => {
        const equity = Float64Array.from(values);
        const returns = dailyReturns({ time: hourly(values.length), equity, start: 7, everyDay });
        const end = returns.reduce((value, each) => value * (1 + each), 7);
        expect(end / (values.at(-1) ?? NaN)).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe('maxDrawdown', () => {
  it.each([
    ['counts the start value', [90, 95], 100, 0.1],
    ['is zero on a rise', [101, 102], 100, 0],
    ['finds the deepest fall', [100, 200, 150, 250, 100], 100, 0.6],
    ['goes beyond 1 into debt', [100, -50], 100, 1.5],
  ])('%s', (_, equity, start, expected) => {
    expect(maxDrawdown(equity, start)).toBeCloseTo(expected, 12);
  });

  it('is not defined without values or with a value that is no number', () => {
    expect(maxDrawdown([], 1)).toBeNaN();
    expect(maxDrawdown([1, NaN, 1], 1)).toBeNaN();
  });
});
