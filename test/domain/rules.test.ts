import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAbove, signalOfRule, type Rule, type Side } from '../../domain/backtest/rules.js';
import { columnsOf, reorder, walk } from './made-bars.js';

const barsOf = (close: number[]) => ({ ...columnsOf(close.length), close: Float64Array.from(close) });
const close = (lag = 0) => ({ name: 'close', args: [], lag });
const above = (right: number, exit: Side['exit'] = 'otherwise'): Side => ({
  enter: { left: close(), right },
  exit,
});
const below = (left: number, exit: Side['exit'] = 'otherwise'): Side => ({
  enter: { left, right: close() },
  exit,
});

describe('a comparison', () => {
  it.each([
    [2, 1, true],
    [1, 1, false],
    [1 + 1e-13, 1, false],
    [1 + 1e-11, 1, true],
    [-1 + 1e-13, -1, false],
    [-1, -1, false],
    [-1 + 1e-11, -1, true],
    [-2, -1, false],
    [0, 0, false],
    [1e-300, 0, true],
    [0, -1e-300, true],
    [NaN, 0, false],
    [0, NaN, false],
  ])('of %d with %d is %s', (left, right, expected) => expect(isAbove(left, right)).toBe(expected));
});

describe('the signal of a rule', () => {
  it.each<[string, Rule, number[], number[]]>([
    ['of no side is flat', { long: null, short: null }, [1, 9], [0, 0]],
    ['is held while the side holds', { long: above(5), short: null }, [4, 6, 5, 7, 8], [0, 1, 0, 1, 1]],
    [
      'is held until an exit of its own',
      { long: above(5, { left: 3, right: close() }), short: null },
      [6, 4, 3, 2, 4, 6],
      [1, 1, 1, 0, 0, 1],
    ],
    ['turns at one close', { long: above(5), short: below(5) }, [6, 4, 5, 4], [1, -1, 0, -1]],
    ['stays out where both sides hold', { long: above(5), short: above(7) }, [6, 8, 6], [1, 1, 1]],
    ['enters neither where both sides hold at once', { long: above(5), short: above(5) }, [6, 8], [0, 0]],
    [
      'goes in again where exit and entry hold together',
      { long: above(5, { left: close(), right: 7 }), short: null },
      [6, 8, 6],
      [1, 1, 1],
    ],
    [
      'keeps what is held where the exit is undefined',
      {
        long: above(5, { left: { name: 'SMA', args: [3] }, right: close() }),
        short: null,
      },
      [6, 4, 6, 4],
      [1, 1, 1, 0],
    ],
    [
      'reads bars back, and is undefined before the first',
      { long: { enter: { left: close(), right: close(1) }, exit: 'otherwise' }, short: null },
      [1, 2, 2, 3],
      [0, 1, 0, 1],
    ],
  ])('%s', (_, rule, closes, expected) =>
    expect(Array.from(signalOfRule(rule, barsOf(closes)))).toEqual(expected),
  );

  it('is the same with columns that were computed before, and computes each once', () => {
    const sma = (period: number) => ({ name: 'SMA', args: [period] });
    const rule: Rule = { long: { enter: { left: sma(3), right: sma(9) }, exit: 'otherwise' }, short: null };
    const bars = walk(60);
    const columns = new Map<string, Float64Array>();
    const first = signalOfRule(rule, bars, columns);
    expect(columns.size).toBe(2);
    const [before] = columns.values();
    expect(signalOfRule(rule, bars, columns)).toEqual(first);
    expect([...columns.values()][0]).toBe(before);
  });

  it('of a prefix is a prefix of the signal', () => {
    const rule: Rule = {
      long: above(100, { left: 99, right: close(2) }),
      short: below(98, { left: close(), right: { name: 'SMA', args: [5] } }),
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 79 }), (seed, cut) => {
        const bars = walk(80, seed);
        const early = signalOfRule(rule, reorder(bars, [...Array(cut).keys()]));
        expect(early).toEqual(signalOfRule(rule, bars).subarray(0, cut));
      }),
    );
  });

  it.each([-1, 0.5, NaN])('refuses the lag %d', (lag) => {
    const rule: Rule = { long: { enter: { left: close(lag), right: 1 }, exit: 'otherwise' }, short: null };
    expect(() => signalOfRule(rule, barsOf([1, 2]))).toThrow(/Column close has lag .* would look ahead/);
  });

  it('refuses a column that it does not know', () => {
    const rule: Rule = {
      long: { enter: { left: { name: 'SNA', args: [3] }, right: 1 }, exit: 'otherwise' },
      short: null,
    };
    expect(() => signalOfRule(rule, barsOf([1, 2]))).toThrow(
      expect.objectContaining({ name: 'InvalidInputError' }),
    );
  });
});
