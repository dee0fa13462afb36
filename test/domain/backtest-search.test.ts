import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossValidate } from '../../domain/backtest/search/choosing.js';
import { drawCombinations, endOfSearch } from '../../domain/backtest/search/draws.js';
import { parseSpace, valuesOf } from '../../domain/backtest/search/space.js';
import { choices, combinatorial, walkForward, type Stretch } from '../../domain/backtest/search/splits.js';
import { seededNormal } from '../../domain/random.js';

const fault = ({ fast = 0, slow = 0 }) =>
  fast < slow ? null : `fast (${fast}) must be below slow (${slow})`;

describe('a search space', () => {
  it('reads ranges whose steps meet the end but for a rounding', () => {
    expect(valuesOf(parseSpace({ z: '0.1:0.3:0.1' })['z']!)).toEqual([0.1, 0.2, 0.3]);
    expect(valuesOf(parseSpace({ z: { min: 1, max: 2.4, step: 0.5 } })['z']!)).toEqual([1, 1.5, 2]);
    expect(valuesOf(parseSpace({ z: { min: 1, max: 2 } })['z']!)).toBeNull();
  });

  it.each([
    [{}, /no parameter/],
    [{ fast: [] }, /fast is \[\]; it must be numbers/],
    [{ fast: [10, 10] }, /fast has 10 twice/],
    [{ fast: ['10'] }, /fast is \["10"\]/],
    [{ fast: '10' }, /fast is "10"/],
    [{ fast: '10:5' }, /runs from 10 to 5/],
    [{ fast: '1:5:0' }, /step of 0/],
    [{ fast: { min: 1, max: 5, steps: 2 } }, /unknown member "steps"; known: min, max, step, log/],
    [{ fast: { min: 0, max: 5, log: true } }, /log scale must begin above 0/],
    [{ fast: null }, /fast is null/],
  ])('%j is refused', (given, message) => {
    expect(() => parseSpace(given)).toThrow(message);
  });
});

describe('drawing at random', () => {
  const space = parseSpace({
    fast: '5:50',
    slow: { min: 10, max: 200, step: 10 },
    z: { min: 0.1, max: 10, log: true },
  });

  it('gives different combinations inside the space, the same ones by the same seed', () => {
    const many = drawCombinations({ space, count: 500, seed: 'a', fault });
    expect(new Set(many.map((each) => JSON.stringify(each))).size).toBe(500);
    for (const { fast = NaN, slow = NaN, z = NaN } of many) {
      expect(fast < slow && fast >= 5 && slow <= 200 && slow % 10 === 0 && z >= 0.1 && z <= 10).toBe(true);
    }
    expect(drawCombinations({ space, count: 20, seed: 'a', fault })).toEqual(many.slice(0, 20));
    expect(drawCombinations({ space, count: 20, seed: 'b', fault })).not.toEqual(many.slice(0, 20));
    // On a log scale half of the numbers lie below the geometric mean of the bounds.
    const low = many.filter(({ z = NaN }) => z < 1).length;
    expect(low).toBeGreaterThan(200);
    expect(low).toBeLessThan(300);
  });

  it('ends where the space has no more', () => {
    const few = drawCombinations({ space: parseSpace({ a: [1, 2], b: [3, 4] }), count: 100, seed: 's' });
    expect(few).toHaveLength(4);
  });

  it('stops a search that finds nothing better', () => {
    const patience = { trials: 3, gain: 0.1 };
    expect(endOfSearch([1, 2, 2.05, 2.01, 1.9, 9], patience)).toBe(5);
    expect(endOfSearch([NaN, NaN, 1, 2], patience)).toBeNull();
    expect(endOfSearch([1, 2, 3], patience)).toBeNull();
    expect(endOfSearch([NaN, NaN, NaN, 5], patience)).toBe(3);
  });
});

const daysOf = (stretches: Stretch[]): number[] =>
  stretches.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));

describe('walking forward', () => {
  it('tests each period once, after a training and its purge', () => {
    const splits = walkForward({ periods: 100, train: 40, test: 25, purge: 5, embargo: 0, anchored: false });
    expect(splits).toEqual([
      { train: [{ from: 0, to: 40 }], test: [{ from: 45, to: 70 }] },
      { train: [{ from: 25, to: 65 }], test: [{ from: 70, to: 95 }] },
      { train: [{ from: 50, to: 90 }], test: [{ from: 95, to: 100 }] },
    ]);
    const anchored = walkForward({ periods: 100, train: 40, test: 25, purge: 5, embargo: 0, anchored: true });
    expect(anchored.map(({ train }) => train[0]?.from)).toEqual([0, 0, 0]);
    expect(daysOf(anchored.flatMap(({ test }) => test))).toEqual(
      Array.from({ length: 55 }, (_, i) => 45 + i),
    );
  });

  it('says where nothing fits', () => {
    const args = { periods: 10, train: 8, test: 2, purge: 2, embargo: 0, anchored: true };
    expect(() => walkForward(args)).toThrow(/10 periods hold no training of 8, a purge of 2 and a test/);
    expect(() => walkForward({ ...args, test: 0 })).toThrow(
      /test is 0; it must be a whole number of at least 1/,
    );
  });
});

describe('combinatorial purged cross-validation', () => {
  it('makes whole paths, and never trains near what it tests', () => {
    const shapes = fc.record({
      periods: fc.integer({ min: 20, max: 200 }),
      groups: fc.integer({ min: 3, max: 7 }),
      tested: fc.integer({ min: 1, max: 2 }),
      purge: fc.integer({ min: 0, max: 4 }),
      embargo: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(shapes, (args) => {
        const splits = combinatorial(args);
        expect(splits).toHaveLength(choices(args.groups, args.tested).length);
        const covered = new Map<number, number[]>();
        for (const split of splits) {
          const trained = daysOf(split.train);
          for (const { from, to } of split.test)
            for (const day of trained)
              expect(
                day < from - args.purge || day >= to + args.embargo,
                `day ${day} of [${from}, ${to})`,
              ).toBe(true);
          for (const [i, stretch] of split.test.entries()) {
            const path = split.paths[i] ?? -1;
            covered.set(path, [...(covered.get(path) ?? []), ...daysOf([stretch])]);
          }
        }
        expect(covered.size).toBe((splits.length * args.tested) / args.groups);
        for (const days of covered.values())
          expect(days.toSorted((a, b) => a - b)).toEqual(Array.from({ length: args.periods }, (_, i) => i));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps all that may be kept', () => {
    const [split] = combinatorial({ periods: 30, groups: 3, tested: 1, purge: 2, embargo: 3 }).slice(1);
    expect(split?.train).toEqual([
      { from: 0, to: 8 },
      { from: 23, to: 30 },
    ]);
  });

  it('refuses what leaves nothing to train on', () => {
    const args = { periods: 30, groups: 3, tested: 3, purge: 0, embargo: 0 };
    expect(() => combinatorial(args)).toThrow(/3 of 3 groups tested leaves none/);
    expect(() => combinatorial({ ...args, tested: 1, periods: 2 })).toThrow(/2 periods make no 3 groups/);
  });

  it('finds the one trial that earns, and nothing where none does', () => {
    const normal = seededNormal('cv');
    const [trials, days] = [20, 600];
    const values = Float64Array.from({ length: trials * days }, () => 0.01 * normal());
    const splits = combinatorial({ periods: days, groups: 6, tested: 2, purge: 1, embargo: 5 });
    const luck = crossValidate({ trials, days, values }, splits);
    expect(luck.paths).toHaveLength(5);
    expect(Math.abs(luck.quantiles[1])).toBeLessThan(0.08);
    expect(Math.max(...luck.splits.map(({ trainSharpe }) => trainSharpe))).toBeGreaterThan(0.08);
    const skill = values.map((value, i) => (Math.floor(i / days) === 7 ? value + 0.003 : value));
    const found = crossValidate({ trials, days, values: skill }, splits);
    expect(found.splits.every(({ chosen }) => chosen === 7)).toBe(true);
    expect(found.quantiles[1]).toBeGreaterThan(0.2);
  });
});
