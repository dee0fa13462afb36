import { describe, expect, it } from 'vitest';
import { daysOf, drawdowns, monthlyReturns, rollingSharpe } from '../../domain/report/tear-sheet/days.js';
import { histogram } from '../../domain/report/tear-sheet/histogram.js';
import { renderTearSheet } from '../../domain/report/tear-sheet.js';
import { madeTearSheet } from '../web/made-tear-sheet.js';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(`${text}Z`);

describe('the days of an equity curve', () => {
  const time = ['2024-01-30T22:00', '2024-01-31T23:00', '2024-02-02T00:00', '2024-02-02T23:00'].map(at);
  const days = daysOf(time, [110, 121, 120, 133.1], 100);

  it('end with their last bar; the first is against the start', () => {
    expect(days.time).toEqual([at('2024-01-30T00:00'), at('2024-01-31T00:00'), at('2024-02-02T00:00')]);
    expect(days.returns.map((each) => Number(each.toFixed(6)))).toEqual([0.1, 0.1, 0.1]);
  });

  it('make months and a year’s total by compounding', () => {
    const [year] = monthlyReturns(days);
    expect(year?.months[0]).toBeCloseTo(0.21, 12);
    expect(year?.months[1]).toBeCloseTo(0.1, 12);
    expect(year?.months.slice(2).every((each) => each === null)).toBe(true);
    expect(year?.total).toBeCloseTo(0.331, 12);
  });

  it('fall from the highest so far, which is the start at first', () => {
    expect(drawdowns([90, 120, 60], 100)).toEqual([90 / 100 - 1, 0, -0.5]);
  });

  it('roll a Sharpe once there are enough of them', () => {
    const rolled = rollingSharpe([0.01, 0.03, 0.01, 0.03], 2, 365);
    expect(rolled[0]).toBeNaN();
    expect(rolled[3]).toBeCloseTo((0.02 / Math.sqrt(0.0002)) * Math.sqrt(365), 9);
    expect(rollingSharpe([0, 0, 0], 2, 365)[2]).toBeNaN();
  });
});

describe('the tear sheet as text', () => {
  const parts = madeTearSheet();
  const html = renderTearSheet(parts);

  it('loads and runs nothing, and escapes names', () => {
    expect(html).not.toMatch(/<script|<link[^>]+href="(?!data:)|\bsrc=|url\(|@import/);
    expect(html).toContain('&#60;sma&#62; &#38; cross');
  });

  it('never prints NaN, undefined or null', () => {
    expect(html.replace(/<style>.*<\/style>/s, '')).not.toMatch(/NaN|undefined|\bnull\b|Infinity/);
  });

  it('holds what a result must say', () => {
    for (const words of [
      'simulated',
      '10 bps fee + 2 bps slippage',
      'digest-of-bars',
      'Trials on this window',
      '154',
    ])
      expect(html).toContain(words);
  });

  it('stands also without a single trade, and on one bar', () => {
    const idle = renderTearSheet({ ...parts, trades: [], evidence: [], verdict: null, tried: null });
    expect(idle).toContain('It never traded');
    const one = { time: [0], equity: [100_000], benchmarkEquity: [100_000], close: [5] };
    expect(renderTearSheet({ ...parts, ...one, trades: [] })).toContain('Too few different values');
  });

  it('stays small on a million bars', () => {
    const n = 1_000_000;
    const walk = Float64Array.from({ length: n }, (_, i) => 1000 + Math.sin(i / 1000));
    const many = { time: walk.map((_, i) => i * HOUR), equity: walk, benchmarkEquity: walk, close: walk };
    expect(renderTearSheet({ ...parts, ...many }).length).toBeLessThan(600_000);
  });
});

it('a histogram counts every value once', () => {
  const drawn = histogram([-1, 0, 1, ...Array.from({ length: 200 }, (_, i) => (i - 100) / 1000)], 'returns');
  expect(drawn).toContain('203 of them');
});
