import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STRATEGIES, resolveParams, resolveStrategy } from '../../domain/strategies/index.js';
import { modelSignal } from '../../domain/strategies/model-signal.js';
import { smaCross } from '../../domain/strategies/sma-cross.js';
import { HOUR, columnsOf, reorder, walk } from './made-bars.js';

const input = (rows: number, seed = 1) => {
  const bars = walk(rows, seed);
  const time = bars.time.map((open) => open + HOUR);
  const direction = bars.close.map((close) => (Math.floor(close * 1e6) % 3) - 1);
  const sentiment = Array.from(bars.close, (close, i) => ({
    knownAt: (bars.time[i] ?? 0) + (i % 7) * 1_000_000,
    value: Math.sin(close * 100),
  })).sort((a, b) => a.knownAt - b.knownAt);
  return { bars, timeframeMs: HOUR, forecasts: { time, direction }, sentiment };
};

describe.each(Object.entries(STRATEGIES))('the strategy %s', (name, strategy) => {
  const params = resolveParams(strategy, {});

  it('is registered under its name, and says what it does and takes', () => {
    expect(strategy.name).toBe(name);
    expect(strategy.summary).not.toBe('');
    for (const parameter of Object.values(strategy.params)) {
      expect(parameter.help).not.toBe('');
      expect(parameter.default).toBeGreaterThanOrEqual(parameter.min);
      expect(parameter.default).toBeLessThanOrEqual(parameter.max);
    }
  });

  it.each([0, 1, 2, 150])('gives a position from -1 to 1 or NaN for each of %i bars', (rows) => {
    const signal = strategy.signal({ ...input(rows), params });
    expect(signal).toHaveLength(rows);
    expect(signal.every((value) => Number.isNaN(value) || Math.abs(value) <= 1)).toBe(true);
  });

  it('does not see later bars', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 149 }), (seed, cut) => {
        const whole = input(150, seed);
        const bars = reorder(whole.bars, [...Array(cut).keys()]);
        const early = strategy.signal({ ...whole, bars, params });
        expect(early).toEqual(strategy.signal({ ...whole, params }).subarray(0, cut));
      }),
      { numRuns: 30 },
    );
  });
});

describe('sma-cross', () => {
  const signalOf = (closes: number[], params = { fast: 1, slow: 2 }) => {
    const bars = { ...columnsOf(closes.length), close: Float64Array.from(closes) };
    return Array.from(smaCross.signal({ bars, params, timeframeMs: HOUR }));
  };

  it('is flat in the warm-up and where the averages are equal', () => {
    expect(signalOf([1, 2, 2, 3, 1])).toEqual([0, 1, 0, 1, 0]);
  });

  it('takes roundings of equal prices for no crossing', () => {
    const lively = [...Array(100).keys()].map((i) => 5 + Math.sin(i));
    for (const price of [0.1, 7.1, 33.3, 512.7, 64_123.45]) {
      const closes = [...lively, ...Array<number>(1000).fill(price)];
      expect(signalOf(closes, { fast: 20, slow: 50 }).slice(150)).toEqual(Array(950).fill(0));
    }
  });
});

describe('model-signal', () => {
  const bars = columnsOf(5);
  const closeOf = (i: number) => (bars.time[i] ?? NaN) + HOUR;
  const forecasts = { time: Float64Array.of(closeOf(1), closeOf(3)), direction: Float64Array.of(-2, 1) };

  it('takes the sign of the forecast made at the close and keeps it between forecasts', () => {
    const signal = modelSignal.signal({ bars, params: { longOnly: 0 }, timeframeMs: HOUR, forecasts });
    expect(Array.from(signal)).toEqual([NaN, -1, NaN, 1, NaN]);
  });

  it('is flat instead of short where asked to be', () => {
    const signal = modelSignal.signal({ bars, params: { longOnly: 1 }, timeframeMs: HOUR, forecasts });
    expect(Array.from(signal)).toEqual([NaN, 0, NaN, 1, NaN]);
  });

  it('says what is missing without forecasts', () => {
    expect(() => modelSignal.signal({ bars, params: {}, timeframeMs: HOUR })).toThrow(/needs forecasts/);
  });
});

describe('names and parameters', () => {
  it.each([
    [
      'sma-cros',
      /Unknown strategy "sma-cros"; did you mean "sma-cross"\? known: buy-and-hold, sma-cross, ema-cross/,
    ],
    ['nothing', /Unknown strategy "nothing"; known: buy-and-hold/],
    ['toString', /Unknown strategy "toString"/],
  ])('refuse the strategy %s', (name, message) => {
    expect(() => resolveStrategy(name)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
    expect(() => resolveStrategy(name)).toThrow(message);
  });

  it.each<[Record<string, number>, RegExp]>([
    [
      { fats: 3 },
      /Unknown parameter "fats" of sma-cross; did you mean "fast"\? known: fast, slow, direction/,
    ],
    [{ fast: 2.5 }, /fast of sma-cross is 2.5; it must be a whole number from 1 to/],
    [{ fast: NaN }, /fast of sma-cross is NaN/],
    [{ slow: 0 }, /slow of sma-cross is 0/],
    [{ fast: 100 }, /fast \(100\) must be below slow \(100\)/],
    [{ fast: 30, slow: 20 }, /fast \(30\) must be below slow \(20\)/],
  ])('refuse %o of sma-cross', (given, message) => {
    expect(() => resolveParams(smaCross, given)).toThrow(
      expect.objectContaining({ name: 'InvalidInputError' }),
    );
    expect(() => resolveParams(smaCross, given)).toThrow(message);
  });

  it('fill in what is not given', () => {
    expect(resolveParams(smaCross, { fast: 10 })).toEqual({ fast: 10, slow: 100 });
    const hold = resolveStrategy('buy-and-hold');
    expect(resolveParams(hold, {})).toEqual({});
    expect(() => resolveParams(hold, { fast: 1 })).toThrow(/it takes none/);
  });
});
