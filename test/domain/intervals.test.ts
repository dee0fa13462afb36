import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  countBars,
  intersect,
  interval,
  ofStretches,
  ofTimes,
  stretches,
  subtract,
  union,
  type Intervals,
} from '../../domain/intervals.js';

const SIZE = 40;
const members = fc.uniqueArray(fc.nat(SIZE - 1));
const setOf = (places: number[]): Intervals => ofTimes(places, 1);
const placesOf = (set: Intervals): number[] =>
  Array.from({ length: SIZE }, (_, at) => at).filter((at) => contains(set, at));

describe('sets of intervals', () => {
  it.each([
    ['union', union, (a: boolean, b: boolean) => a || b],
    ['intersect', intersect, (a: boolean, b: boolean) => a && b],
    ['subtract', subtract, (a: boolean, b: boolean) => a && !b],
  ] as const)('%s is the same as on single places, and keeps the form', (_, combine, rule) => {
    fc.assert(
      fc.property(members, members, (a, b) => {
        const made = combine(setOf(a), setOf(b));
        const expected = Array.from({ length: SIZE }, (_each, at) => at).filter((at) =>
          rule(a.includes(at), b.includes(at)),
        );
        expect(placesOf(made)).toEqual(expected);
        expect(countBars(made, 1)).toBe(expected.length);
        // Equal sets are equal arrays: bounds ascend, none touch.
        expect(made).toEqual(setOf(expected));
        for (let i = 1; i < made.length; i++) expect(made[i]).toBeGreaterThan(made[i - 1] ?? NaN);
      }),
    );
  });

  it('are made of bars in any order, however often each comes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(SIZE - 1)), (times) => {
        const set = ofTimes(
          times.map((time) => time * 10),
          10,
        );
        expect(countBars(set, 10)).toBe(new Set(times).size);
        for (const time of times) expect(contains(set, time * 10 + 9)).toBe(true);
      }),
    );
  });

  it('are made of stretches in any order, and fall apart into them again', () => {
    const stretch = fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([from, to]) => ({ from, to }));
    fc.assert(
      fc.property(fc.array(stretch), (given) => {
        const set = ofStretches(given);
        expect(ofStretches(stretches(set))).toEqual(set);
        for (let at = 0; at < SIZE; at++)
          expect(contains(set, at)).toBe(given.some(({ from, to }) => from <= at && at < to));
      }),
    );
  });

  it('may reach to infinity', () => {
    expect(subtract(interval(-Infinity, Infinity), [1, 2])).toEqual([-Infinity, 1, 2, Infinity]);
    expect(intersect([1, 5], interval(3, Infinity))).toEqual([3, 5]);
    expect(interval(5, 5)).toEqual([]);
  });
});
