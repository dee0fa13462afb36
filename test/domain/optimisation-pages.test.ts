import { describe, expect, it } from 'vitest';
import type { SweepRow } from '../../domain/backtest/sweep.js';
import { renderComparison } from '../../domain/report/optimisation/comparison.js';
import { renderSearch } from '../../domain/report/optimisation/search.js';
import { renderSweep, type SweepPage } from '../../domain/report/optimisation/sweep.js';
import { parameterTable } from '../../domain/report/tear-sheet/heat-map.js';
import { heatMapOf } from '../../domain/report/tear-sheet/parameters.js';
import { SPEC } from './made-backtests.js';

const DAY = 86_400_000;
const SOURCE = { kind: 'simulated', detail: 'seed <1>' } as const;
const FROM = Date.UTC(2023, 0, 1);
const window = { from: FROM, to: FROM + 400 * DAY, asOf: FROM + 400 * DAY, source: SOURCE };

describe('the map of parameters', () => {
  it('has the two that vary most as axes, in their order, the others as in the best', () => {
    const [fast, slow, side, value]: number[][] = [[], [], [], []];
    for (const a of [5, 10])
      for (const b of [50, 60, 70])
        for (const c of [-1, 1]) {
          fast!.push(a);
          slow!.push(b);
          side!.push(c);
          value!.push(a === 10 && b === 60 && c === 1 ? 19 : a + b / 100 + c / 1000);
        }
    const map = heatMapOf({
      params: { fast: fast!, slow: slow!, direction: side!, constant: value!.map(() => 4) },
      ...{ values: value!, figure: 'Sharpe' },
    });
    expect(map).toMatchObject({
      rows: { name: 'fast', values: [5, 10] },
      columns: { name: 'slow', values: [50, 60, 70] },
      chosen: { row: 1, column: 1 },
      notes: ['The others as in the best: direction 1.'],
    });
    expect(map?.values[1]?.[1]).toBe(19);
    expect(map?.values[0]?.[0]).toBeCloseTo(5.501, 9);
    expect(parameterTable(map!)).toContain('▸ 19.00');
  });

  it('marks the combination that it is about, with the others as in that one', () => {
    const params = { a: [1, 1, 2, 2, 1, 2], b: [3, 4, 3, 4, 3, 4], c: [0, 0, 0, 0, 9, 9] };
    const values = [1, 2, 3, 4, 5, 6];
    const map = heatMapOf({ params, values, figure: 'Sharpe', chosen: { a: 1, b: 4, c: 0 } });
    expect(map).toMatchObject({
      ...{ chosen: { row: 0, column: 1 }, chosenName: 'this run' },
      notes: ['The others as in this run: c 0.'],
    });
    expect(map?.values).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const apart = heatMapOf({ params, values, figure: 'Sharpe', chosen: { a: 7, b: 4, c: 5 } });
    expect(apart).toMatchObject({
      chosen: null,
      notes: ['a 7, b 4 of this run is not among them.', 'The others as in the best: c 9.'],
    });
  });

  it('parts the axes of trials that lie apart, and shows means', () => {
    const a = Array.from({ length: 40 }, (_, i) => i);
    const b = a.map((each) => (each * 17) % 40);
    const values = a.map((each) => (each < 20 ? 1 : 3));
    const map = heatMapOf({ params: { a, b, c: a }, values, figure: 'Sharpe', chosen: { a: 5, b: 39 } });
    expect(map?.rows.values).toEqual([0, 10, 20, 30]);
    expect(map?.chosen).toEqual({ row: 0, column: 3 });
    const cells = map!.values.flatMap((row) => row.filter((each) => !Number.isNaN(each)));
    expect(new Set(cells)).toEqual(new Set([1, 3]));
    expect(map?.notes).toContain('Over all values of c.');
  });

  it('leaves what was not tried empty, and what is undefined out of the choice', () => {
    const map = heatMapOf({
      params: { a: [1, 1, 2], b: [3, 4, 3] },
      ...{ values: [NaN, 0.5, -1], figure: 'Sharpe' },
    });
    expect(map?.values).toEqual([
      [NaN, 0.5],
      [-1, NaN],
    ]);
    expect(map?.chosen).toEqual({ row: 0, column: 1 });
  });

  it('shows at most 40 values of an axis, both ends and the best among them', () => {
    const a = Array.from({ length: 500 * 3 }, (_, i) => Math.floor(i / 3));
    const b = Array.from(a, (_, i) => i % 3);
    const values = a.map((each, i) => (each === 123 && b[i] === 2 ? 5 : 0));
    const map = heatMapOf({ params: { a, b }, values, figure: 'Sharpe' });
    expect(map?.rows.values.length).toBeLessThanOrEqual(40);
    expect(map?.rows.values).toEqual(expect.arrayContaining([0, 123, 499]));
    expect(map?.values[map.chosen!.row]?.[2]).toBe(5);
    expect(map?.notes).toEqual(['40 of 500 values of a are shown.']);
  });

  it.each([
    ['one parameter', { a: [1, 2] }, [1, 2]],
    ['nothing defined', { a: [1, 2], b: [1, 2] }, [NaN, NaN]],
    ['no rows', { a: [], b: [] }, []],
  ])('is none of %s', (_, params, values) => {
    expect(heatMapOf({ params, values, figure: 'Sharpe' })).toBeNull();
  });
});

const row = (params: Record<string, number>, sharpe: number): SweepRow => ({
  params,
  metrics: { sharpe, totalReturn: 0.1, maxDrawdown: 0.2, entries: 3, fees: 7 } as SweepRow['metrics'],
});
const swept = (sharpe: number[]): SweepPage => ({
  ...{ strategy: '<b>sma</b>', stream: 'binance/BTC-USDT/1h', ...window, spec: SPEC, bars: 9600 },
  ...{ barsSha256: 'bars', digest: 'dig', id: 'sw_1', skipped: 2, sharpe },
  params: { fast: sharpe.map((_, i) => i % 4), slow: sharpe.map((_, i) => Math.floor(i / 4)) },
  best: [row({ fast: 1, slow: 2 }, Math.max(...sharpe))],
});

describe('the page of a sweep', () => {
  it('says the metric, whether the best is more than luck, and shows the map', () => {
    const html = renderSweep(swept(Array.from({ length: 24 }, (_, i) => Math.sin(i))));
    for (const text of [
      'Sharpe ratio of daily returns, a year, after costs',
      'Not distinguishable from luck: the best of 24 shows a Sharpe ratio of 0.99',
      'fast ↓ slow →',
      '▸ is the best',
      'simulated',
      'fast 1, slow 2',
    ])
      expect(html).toContain(text);
    expect(html).not.toContain('<b>sma');
    expect(html).not.toMatch(/<script|https?:\/\//);
  });

  it('says so where it is more, and where nothing traded', () => {
    const good = Array.from({ length: 24 }, (_, i) => (i === 3 ? 9 : i % 2));
    expect(renderSweep(swept(good))).toContain('More than that: the best of 24');
    const none = { ...swept([NaN, NaN]), best: [row({ fast: 1 }, NaN)] };
    expect(renderSweep(none)).toContain('No combination has a Sharpe ratio');
  });
});

describe('the page of a search', () => {
  const page = {
    ...{ ...window, id: 'srch_1', stream: 'binance/BTC-USDT/1h', strategy: 'sma-cross', spec: SPEC },
    ...{ space: {}, method: 'grid', objective: 'sharpe', trials: 6, seed: 1, patience: null, bars: 9600 },
    ...{ validation: { kind: 'none' }, barsSha256: 'bars', splits: 0, tried: 6, stoppedEarly: false },
    ...{ best: { params: { fast: 7 }, score: 1.25, metrics: null }, forward: [], digest: 'dig' },
  } as unknown as Parameters<typeof renderSearch>[0];
  const outOfSample = {
    ...{ kind: 'walk-forward', sharpe: 0.3, interval: [-0.6, 1.2], totalReturn: 0.1, maxDrawdown: 0.2 },
    ...{ days: 90, inSampleSharpe: 1.4, paths: 1 },
  } as const;

  it.each([
    ['unknown', null, 'Not known: the search was judged on the days that it was made on'],
    ['luck', outOfSample, 'Not distinguishable from luck: on days that the choice had not seen'],
    [
      'something',
      { ...outOfSample, interval: [0.1, 1.2] },
      'Something: on days that the choice had not seen',
    ],
  ])('says that the choice is worth %s', (_, found, sentence) => {
    const html = renderSearch({ ...page, outOfSample: found as never });
    expect(html).toContain(sentence);
    expect(html.includes('bootstrap interval')).toBe(found !== null);
  });

  it('lists the windows of a walk-forward', () => {
    const part = { params: { fast: 9 }, trials: 6, trainScore: 1.5, from: FROM, to: FROM + DAY, entries: 2 };
    const forward = [{ ...part, returns: { key: 'k', sha256: 's' } }];
    expect(renderSearch({ ...page, outOfSample: outOfSample as never, forward })).toContain('fast 9');
  });
});

it('the page of a comparison has the tests, the ranking and the curves', () => {
  const ranked = { params: {}, totalReturn: 0.1, sharpe: 1, maxDrawdown: 0.2, deflatedSharpe: NaN };
  const html = renderComparison({
    ...{ ...window, id: 'cmp_1', stream: 'binance/BTC-USDT/1h', days: 3 },
    ranking: ['donchian', 'buy-and-hold'].map((strategy, i) => ({
      backtest: `bt_${i}`,
      strategy,
      ...ranked,
    })),
    ...{ realityCheck: 0.2, superior: 0.123, overfitting: null, sentence: 'donchian leads.' },
    growth: [Float64Array.of(1, 1.1, 1.2), Float64Array.of(1, 0.9, 1)],
    time: Float64Array.of(FROM, FROM + DAY, FROM + 2 * DAY),
  });
  for (const text of ['donchian leads.', '0.123', 'bt_1', 'reality check', '<svg'])
    expect(html).toContain(text);
});
