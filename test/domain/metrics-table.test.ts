import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchmarkMetrics, slope } from '../../domain/metrics/benchmark.js';
import { deepestDrawdown, longestUnderwater } from '../../domain/metrics/drawdowns.js';
import { columnOf, parseReturns } from '../../domain/metrics/returns-file.js';
import { metricsTable } from '../../domain/metrics/table.js';
import { isClose, readFixture } from '../fixtures.js';

const fixture = readFixture('metrics.json');
const edges = readFixture('metrics_edge.json') ?? {};

describe.skipIf(!fixture)('the table of metrics (skipped where ../shared/fixtures is missing)', () => {
  it.each([252, 365])('has every key of empyrical at %i periods a year, equal to 1e-9', (periods) => {
    const { metrics } = metricsTable({
      returns: Float64Array.from(fixture.returns as number[]),
      benchmark: Float64Array.from(fixture.benchmark as number[]),
      periods,
    });
    const expected = { ...fixture.empyrical[`annualization_${periods}`], ...fixture.empyrical.free };
    expected.max_drawdown = Math.abs(expected.max_drawdown as number);
    for (const [key, value] of Object.entries(expected))
      expect(isClose(metrics[key], value), `${key}: ${metrics[key]} for ${value}`).toBe(true);
  });

  it.each(Object.keys(edges).filter((name) => !name.startsWith('_')))('on the edge case "%s"', (name) => {
    const { returns, empyrical } = edges[name];
    const { metrics } = metricsTable({ returns: Float64Array.from(returns as number[]), periods: 252 });
    if (empyrical.max_drawdown !== null) empyrical.max_drawdown = Math.abs(empyrical.max_drawdown as number);
    for (const [key, value] of Object.entries(empyrical))
      expect(isClose(metrics[key], value), `${key}: ${metrics[key]} for ${value}`).toBe(true);
  });
});

/** Squares of smaller ones vanish, and with them the deviation. */
const RETURN = fc
  .double({ min: -0.2, max: 0.2, noNaN: true })
  .map((each) => (Math.abs(each) < 1e-9 ? 0 : each));
const returnsOf = (min = 2): fc.Arbitrary<Float64Array> =>
  fc.array(RETURN, { minLength: min, maxLength: 60 }).map((values) => Float64Array.from(values));

describe('metrics of any returns', () => {
  it('do not depend on the order, but for drawdowns and stability', () => {
    fc.assert(
      fc.property(returnsOf(), (returns) => {
        const here = metricsTable({ returns, periods: 365 }).metrics;
        const there = metricsTable({ returns: returns.toReversed(), periods: 365 }).metrics;
        for (const key of ['annual_return', 'sharpe_ratio', 'value_at_risk', 'tail_ratio', 'hit_rate'])
          expect(isClose(there[key], Number.isNaN(here[key]) ? null : here[key], 1e-6), key).toBe(true);
      }),
    );
  });

  it('keep Sharpe, Sortino and tail ratio when all returns are scaled', () => {
    fc.assert(
      fc.property(returnsOf(5), (returns) => {
        const here = metricsTable({ returns, periods: 365 }).metrics;
        const there = metricsTable({ returns: returns.map((each) => each / 4), periods: 365 }).metrics;
        for (const key of ['sharpe_ratio', 'sortino_ratio', 'tail_ratio', 'omega_ratio'])
          expect(isClose(there[key], Number.isNaN(here[key]) ? null : here[key]), key).toBe(true);
      }),
    );
  });

  it('have beta 1, alpha 0 and captures 1 beside themselves', () => {
    const returns = Float64Array.of(0.01, -0.02, 0.03, 0.005, -0.01);
    const beside = benchmarkMetrics(returns, returns, 365);
    expect(beside).toMatchObject({ capture: 1, upCapture: 1, downCapture: 1, trackingError: 0 });
    expect(beside.beta).toBeCloseTo(1, 12);
    expect(beside.alpha).toBeCloseTo(0, 12);
  });

  it('have no beta beside a benchmark that never moves', () => {
    expect(slope(Float64Array.of(0.1, 0.1, 0.1), Float64Array.of(1, 2, 3))).toBeNaN();
    expect(() => benchmarkMetrics(Float64Array.of(1), new Float64Array(2), 1)).toThrow(/1 returns beside 2/);
  });

  it('are told by calendar year and month', () => {
    const time = Float64Array.of(Date.UTC(2023, 11, 30), Date.UTC(2023, 11, 31), Date.UTC(2024, 0, 1));
    const table = metricsTable({ returns: Float64Array.of(0.1, -0.5, 0.2), time, periods: 365 });
    expect(table.byYear?.map(({ period, returns }) => [period, returns])).toEqual([
      ['2023', 2],
      ['2024', 1],
    ]);
    expect(table.byYear?.[0]?.return).toBeCloseTo(-0.45, 12);
    expect(table.byYear?.[0]?.maxDrawdown).toBeCloseTo(0.5, 12);
    expect(table.byMonth).toHaveLength(2);
  });
});

describe('drawdowns', () => {
  it.each([
    ['that is recovered', [110, 99, 105, 110, 108], { start: 0, trough: 1, recovery: 3, duration: 3 }],
    ['that never ends', [110, 99, 105], { start: 0, trough: 1, recovery: null, duration: 2 }],
    ['from the start value', [90, 100], { start: -1, trough: 0, recovery: 1, duration: 2 }],
    ['the deeper of two', [110, 104, 111, 90, 120], { start: 2, trough: 3, recovery: 4, duration: 2 }],
  ])('find one %s', (_, levels, expected) => {
    expect(deepestDrawdown(levels, 100)).toMatchObject(expected);
  });

  it('find none on a rise, and the longest one need not be the deepest', () => {
    expect(deepestDrawdown([101, 102], 100)).toBeNull();
    expect(longestUnderwater([101, 102], 100)).toBe(0);
    expect(longestUnderwater([110, 50, 120, 119, 118, 119, 120, 121], 100)).toBe(4);
    expect(longestUnderwater([110, 109, 109], 100)).toBe(2);
  });
});

describe('files of returns', () => {
  it('are read by their header, with or without times', () => {
    const text = '\uFEFFdate;return;benchmark\r\n2024-01-01;0.01;0.02\r\n2024-01-02;-1e-3;0\r\n\r\n';
    const table = parseReturns(text, 'r.csv');
    expect(Array.from(columnOf(table, 'return', 'r.csv'))).toEqual([0.01, -0.001]);
    expect(Array.from(table.time ?? [])).toEqual([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2)]);
    expect(parseReturns('return\n', 'r.csv').columns.get('return')).toHaveLength(0);
  });

  it('may count their rows, and tell times in seconds', () => {
    expect(parseReturns(',return\n0,0.1\n1,0.2\n', 'r.csv').time).toBeUndefined();
    expect(Array.from(parseReturns('time,return\n1704067200,0.1\n', 'r.csv').time ?? [])).toEqual([
      Date.UTC(2024, 0, 1),
    ]);
  });

  it.each([
    ['time,return\n7,0.1\n', /"7" is no time/],
    ['', /r.csv is empty/],
    ['0.1\n0.2\n', /has no header/],
    ['return\n0.1\nx\n', /row 2, column "return": "x" is no number/],
    ['return,benchmark\n0.1\n', /row 1: 1 cells below 2 columns/],
    ['return\nNaN\n', /"NaN" is no number/],
    ['date,return\nsoon,1\n', /"soon" is no time/],
    ['date,return\n2024-01-02,1\n2024-01-01,1\n', /row 2: its time is not after/],
    ['returns\n0.1\n', /no column "return"; it has "returns"/],
  ])('are refused: %j', (text, message) => {
    expect(() => columnOf(parseReturns(text, 'r.csv'), 'return', 'r.csv')).toThrow(message);
  });
});
