import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeTime, expectedBars, findGaps, toColumns, validateBars, type Bar } from '../../domain/bars.js';
import type { Timeframe } from '../../domain/streams.js';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const window = { timeframe: '1h' as Timeframe, from: START, to: START + 100 * HOUR };

const bar = (index: number, more: Partial<Bar> = {}): Bar => ({
  time: START + index * HOUR,
  open: 10,
  high: 12,
  low: 9,
  close: 11,
  volume: 5,
  knownAt: START + (index + 1) * HOUR,
  ...more,
});

describe('validateBars', () => {
  it.each([
    ['a price that is no number', { close: NaN }, 'close NaN'],
    ['an infinite price', { high: Infinity }, 'high Infinity'],
    ['a price of zero', { open: 0 }, 'open 0'],
    ['a negative price', { low: -1 }, 'low -1'],
    ['a high below the close', { high: 10.5 }, 'high 10.5 is below'],
    ['a low above the open', { low: 10.5 }, 'low 10.5 is above'],
    ['a negative volume', { volume: -1 }, 'volume -1'],
    ['a time off the grid', { time: START + 1 }, 'not the open of a 1h bar'],
    ['a time that is no number', { time: NaN }, 'time NaN'],
    ['a time before the range', { time: START - HOUR }, 'outside'],
    ['a time at the end of the range', { time: START + 100 * HOUR, knownAt: START + 101 * HOUR }, 'outside'],
    ['values known before the close', { knownAt: START }, 'before its close'],
  ])('refuses %s and says so', (_, more, reason) => {
    const faulty = bar(0, more);
    const { good, bad } = validateBars([faulty, bar(1)], window);
    expect(good).toEqual([bar(1)]);
    expect(bad).toHaveLength(1);
    expect(bad[0]?.bar).toBe(faulty);
    expect(bad[0]?.reason).toContain(reason);
  });

  it('makes one of equal duplicates, known as early as the earliest', () => {
    const { good, bad } = validateBars([bar(1, { knownAt: START + 9 * HOUR }), bar(1)], window);
    expect(good).toEqual([bar(1)]);
    expect(bad).toEqual([]);
  });

  it('believes none of the bars that contradict each other', () => {
    const { good, bad } = validateBars([bar(1), bar(1, { close: 10 }), bar(2)], window);
    expect(good).toEqual([bar(2)]);
    expect(bad.map((each) => each.bar.close)).toEqual([11, 10]);
  });

  it('loses no row and gives the good ones in order, whatever the order they came in', () => {
    const index = fc.integer({ min: -5, max: 110 });
    fc.assert(
      fc.property(fc.uniqueArray(index), (indexes) => {
        const { good, bad } = validateBars(
          indexes.map((each) => bar(each)),
          window,
        );
        expect(good.map((each) => each.time)).toEqual(
          indexes
            .filter((each) => each >= 0 && each < 100)
            .sort((a, b) => a - b)
            .map((each) => START + each * HOUR),
        );
        expect(good.length + bad.length).toBe(indexes.length);
        expect(validateBars(good, window)).toEqual({ good, bad: [] });
      }),
    );
  });
});

describe('gaps', () => {
  it('hold exactly the absent bars', () => {
    const present = fc.uniqueArray(fc.integer({ min: 0, max: 49 }));
    fc.assert(
      fc.property(present, fc.constantFrom<Timeframe>('1m', '1h', '1d', '1w'), (indexes, timeframe) => {
        const step = closeTime(0, timeframe);
        const first = Date.UTC(2024, 0, 1);
        const times = [...indexes].sort((a, b) => a - b).map((each) => first + each * step);
        const range = { from: first, to: first + 50 * step };
        const gaps = findGaps(times, range, timeframe);
        expect(expectedBars(range, timeframe)).toBe(50);
        expect(gaps.reduce((sum, gap) => sum + gap.bars, 0)).toBe(50 - indexes.length);
        const absent = gaps.flatMap((gap) =>
          Array.from({ length: gap.bars }, (_, i) => (gap.from - first) / step + i),
        );
        expect(absent).toEqual(
          Array.from({ length: 50 }, (_, i) => i).filter((each) => !indexes.includes(each)),
        );
      }),
    );
  });

  it.each([
    ['an empty range', { from: START, to: START }, 0],
    ['less than a bar without an open', { from: START + 1, to: START + HOUR }, 0],
    ['a range that ends within a bar', { from: START, to: START + HOUR + 1 }, 2],
  ])('expects the opens of %s', (_, range, expected) => {
    expect(expectedBars(range, '1h')).toBe(expected);
    expect(findGaps([], range, '1h').reduce((sum, gap) => sum + gap.bars, 0)).toBe(expected);
  });
});

it('turns bars into columns of the same length', () => {
  const columns = toColumns([bar(0), bar(1)]);
  expect(Array.from(columns.time)).toEqual([START, START + HOUR]);
  expect(Array.from(columns.volume)).toEqual([5, 5]);
});
