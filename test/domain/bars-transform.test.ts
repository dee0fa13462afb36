import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustBars } from '../../domain/bars/adjust.js';
import { alignBars, findDeviations } from '../../domain/bars/align.js';
import { columnsBy, COLUMNS } from '../../domain/bars/columns.js';
import { resampleBars } from '../../domain/bars/resample.js';
import { floorToBar, type Timeframe } from '../../domain/streams.js';
import { recordedDirectory } from '../recorded.js';
import { HOUR, reorder, START, walk } from './made-bars.js';

const DAY = 24 * HOUR;

describe('resampling', () => {
  it('opens with the first, closes with the last, keeps the extremes and adds the volumes', () => {
    const bars = walk(8);
    const first = floorToBar(START, '4h') + 4 * HOUR;
    bars.time.forEach((_, i) => (bars.time[i] = first + i * HOUR));
    const { columns, incomplete } = resampleBars(bars, { from: '1h', to: '4h' });
    expect(incomplete).toEqual([]);
    expect(Array.from(columns.time)).toEqual([first, first + 4 * HOUR]);
    expect(columns.open[1]).toBe(bars.open[4]);
    expect(columns.close[0]).toBe(bars.close[3]);
    expect(columns.high[0]).toBe(Math.max(...bars.high.slice(0, 4)));
    expect(columns.low[1]).toBe(Math.min(...bars.low.slice(4)));
    expect(columns.volume[0]).toBe(bars.volume.slice(0, 4).reduce((a, b) => a + b, 0));
  });

  it('adds decimal volumes exactly', () => {
    const bars = walk(10);
    bars.time.forEach((_, i) => (bars.time[i] = i * 6 * 60_000 * 10));
    bars.volume.fill(0.1);
    const to = resampleBars({ ...bars, time: bars.time.map((_, i) => i * HOUR) }, { from: '1h', to: '2h' });
    expect(Array.from(to.columns.volume)).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
    const day = { ...bars, time: bars.time.map((_, i) => i * HOUR) };
    const { columns } = resampleBars(day, { from: '1h', to: '12h', incomplete: 'mark' });
    expect(columns.volume[0]).toBe(1);
  });

  it('leaves out incomplete bars, or keeps and names them', () => {
    const bars = reorder(
      walk(48),
      [...Array(48).keys()].filter((i) => i !== 30),
    );
    bars.time.forEach((time, i) => (bars.time[i] = time - START));
    const dropped = resampleBars(bars, { from: '1h', to: '1d' });
    expect(Array.from(dropped.columns.time)).toEqual([0]);
    expect(dropped.incomplete).toEqual([{ time: DAY, bars: 23, of: 24 }]);
    const marked = resampleBars(bars, { from: '1h', to: '1d', incomplete: 'mark' });
    expect(Array.from(marked.columns.time)).toEqual([0, DAY]);
    expect(marked.incomplete).toEqual(dropped.incomplete);
  });

  it('begins weeks on Monday', () => {
    const monday = Date.UTC(2024, 0, 1);
    const bars = walk(14);
    bars.time.forEach((_, i) => (bars.time[i] = monday + i * DAY));
    const { columns } = resampleBars(bars, { from: '1d', to: '1w' });
    expect(Array.from(columns.time)).toEqual([monday, monday + 7 * DAY]);
  });

  it.each<[Timeframe, Timeframe]>([
    ['3m', '5m'],
    ['1h', '15m'],
    ['1w', '1d'],
  ])('refuses %s to %s', (from, to) => {
    expect(() => resampleBars(walk(3), { from, to })).toThrow(/not a whole multiple/);
  });

  it('refuses bars in another order', () => {
    expect(() => resampleBars(reorder(walk(2), [1, 0]), { from: '1h', to: '2h' })).toThrow(/ascending/);
  });

  it('in two steps is the same as in one', () => {
    const places = fc.uniqueArray(fc.integer({ min: 0, max: 95 }), { minLength: 1 });
    fc.assert(
      fc.property(places, (some) => {
        const whole = walk(96);
        whole.volume.forEach((volume, i) => (whole.volume[i] = Math.round(volume * 1000) / 1000));
        const bars = reorder(
          whole,
          some.toSorted((a, b) => a - b),
        );
        const once = resampleBars(bars, { from: '1h', to: '12h' });
        const half = resampleBars(bars, { from: '1h', to: '4h' });
        const twice = resampleBars(half.columns, { from: '4h', to: '12h' });
        expect(twice.columns).toEqual(once.columns);
      }),
    );
  });
});

describe('adjusting', () => {
  it('brings prices before a split to the scale after it, and volumes the other way', () => {
    const bars = walk(4);
    const { columns, factors } = adjustBars(bars, [{ kind: 'split', time: START + 2 * HOUR, ratio: 4 }]);
    expect(Array.from(factors)).toEqual([0.25, 0.25, 1, 1]);
    expect(columns.close[1]).toBe(bars.close[1]! / 4);
    expect(columns.volume[1]).toBe(bars.volume[1]! * 4);
    expect(columns.close[2]).toBe(bars.close[2]);
    expect(columns.time).toEqual(bars.time);
  });

  it('takes a dividend out of the returns around it', () => {
    const bars = walk(4);
    const amount = bars.close[1]! / 10;
    const { factors } = adjustBars(bars, [{ kind: 'dividend', time: START + 2 * HOUR, amount }]);
    expect(factors[0]).toBeCloseTo(0.9, 12);
    expect(factors[2]).toBe(1);
  });

  it('leaves bars alone where the action is before them all', () => {
    const bars = walk(3);
    expect(adjustBars(bars, [{ kind: 'split', time: START - HOUR, ratio: 2 }]).columns).toEqual(bars);
  });

  it.each([
    [{ kind: 'split', time: START + HOUR, ratio: 0 } as const, /ratio 0; it must be above 0/],
    [{ kind: 'dividend', time: START + HOUR, amount: 1e9 } as const, /below the close before it/],
  ])('refuses %o', (action, message) => {
    expect(() => adjustBars(walk(3), [action])).toThrow(message);
  });
});

describe('two streams', () => {
  it('meet where both have a bar, or where either has one', () => {
    const some = fc.uniqueArray(fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(some, some, (a, b) => {
        const of = (places: number[]) => ({ time: Float64Array.from(places.toSorted((x, y) => x - y)) });
        const [left, right] = [of(a), of(b)];
        const inner = alignBars(left, right);
        expect(Array.from(inner.time)).toEqual(Array.from(left.time).filter((time) => b.includes(time)));
        expect(Array.from(inner.left, (place) => left.time[place])).toEqual(Array.from(inner.time));
        const outer = alignBars(left, right, 'outer');
        expect(outer.time).toHaveLength(new Set([...a, ...b]).size);
        expect(Array.from(outer.right).filter((place) => place < 0)).toHaveLength(
          outer.time.length - right.time.length,
        );
      }),
    );
  });

  it('deviate where one of them leaves the usual difference', () => {
    const left = walk(200);
    const right = columnsBy((name) => left[name].map((value) => (name === 'close' ? value * 1.001 : value)));
    right.close[77] = right.close[77]! * 1.05;
    const report = findDeviations(left, right);
    expect(report.compared).toBe(200);
    expect(report.medianBps).toBeCloseTo(-9.99, 1);
    expect(report.deviations.map(({ time }) => time)).toEqual([left.time[77]]);
    expect(findDeviations(left, reorder(left, [])).medianBps).toBeNull();
  });
});

const directory = recordedDirectory();
it.skipIf(!directory)('recorded minutes resample to hours (skipped without FINSIGHT_RECORDED_DIR)', () => {
  const file = join(directory ?? '', 'ohlcv/freqtrade/UNITTEST_BTC-1m.json');
  const rows = JSON.parse(readFileSync(file, 'utf8')) as number[][];
  const bars = columnsBy((name) => Float64Array.from(rows, (row) => row[COLUMNS.indexOf(name)] ?? NaN));
  const { columns, incomplete } = resampleBars(bars, { from: '1m', to: '1h', incomplete: 'mark' });
  // Bar by bar, the slow way.
  const hours = new Map<number, number[][]>();
  for (const row of rows) {
    const hour = Math.floor(row[0]! / HOUR);
    hours.set(hour, [...(hours.get(hour) ?? []), row]);
  }
  expect(columns.time).toHaveLength(hours.size);
  [...hours.values()].forEach((group, i) => {
    expect(columns.open[i]).toBe(group[0]![1]);
    expect(columns.high[i]).toBe(Math.max(...group.map((row) => row[2]!)));
    expect(columns.low[i]).toBe(Math.min(...group.map((row) => row[3]!)));
    expect(columns.close[i]).toBe(group.at(-1)![4]);
    expect(columns.volume[i]).toBeCloseTo(
      group.reduce((sum, row) => sum + row[5]!, 0),
      6,
    );
  });
  expect(incomplete).toHaveLength([...hours.values()].filter((group) => group.length < 60).length);
});
