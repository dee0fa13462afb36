import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../domain/errors.js';
import * as averages from '../../domain/indicators/averages.js';
import { highest, lowest } from '../../domain/indicators/extremes.js';
import * as momentum from '../../domain/indicators/momentum.js';
import * as trend from '../../domain/indicators/trend.js';
import * as volatility from '../../domain/indicators/volatility.js';
import * as volume from '../../domain/indicators/volume.js';
import { recordedDirectory } from '../recorded.js';

interface Fixture {
  bars: Record<'open' | 'high' | 'low' | 'close' | 'volume', number[]>;
  indicators: Record<string, (number | null)[]>;
  first_valid: Record<string, number>;
}

type Bars = Fixture['bars'];

const recorded = recordedDirectory();
const path = recorded === null ? '' : resolve(recorded, '../fixtures/talib_500.json');
const present = existsSync(path);
if (!present && process.env['CI'] === 'true')
  throw new Error(`TA-Lib fixture not found at ${path}; CI needs it`);

/** Every key of the fixture, as family and numbers: `MACD_12_26_9` is MACD and [12, 26, 9]. */
const FAMILIES: Record<string, (bars: Bars, ...numbers: [number, number, number]) => Float64Array> = {
  SMA: (bars, period) => averages.sma(bars.close, period),
  EMA: (bars, period) => averages.ema(bars.close, period),
  WMA: (bars, period) => averages.wma(bars.close, period),
  DEMA: (bars, period) => averages.dema(bars.close, period),
  TEMA: (bars, period) => averages.tema(bars.close, period),
  KAMA: (bars, period) => averages.kama(bars.close, period),
  RSI: (bars, period) => momentum.rsi(bars.close, period),
  MACD: (bars, fast, slow, signal) => momentum.macd(bars.close, { fast, slow, signal }).macd,
  MACDSIGNAL: (bars, fast, slow, signal) => momentum.macd(bars.close, { fast, slow, signal }).signal,
  MACDHIST: (bars, fast, slow, signal) => momentum.macd(bars.close, { fast, slow, signal }).histogram,
  STOCH_SLOWK: (bars, k, slowK, d) => momentum.stochasticSlow(bars, { k, slowK, d }).k,
  STOCH_SLOWD: (bars, k, slowK, d) => momentum.stochasticSlow(bars, { k, slowK, d }).d,
  STOCHF_K: (bars, k, d) => momentum.stochasticFast(bars, { k, d }).k,
  STOCHF_D: (bars, k, d) => momentum.stochasticFast(bars, { k, d }).d,
  STOCHRSI_K: (bars, rsi, k, d) => momentum.stochasticRsi(bars.close, { rsi, k, d }).k,
  STOCHRSI_D: (bars, rsi, k, d) => momentum.stochasticRsi(bars.close, { rsi, k, d }).d,
  WILLR: (bars, period) => momentum.williamsR(bars, period),
  MOM: (bars, period) => momentum.momentum(bars.close, period),
  ROC: (bars, period) => momentum.roc(bars.close, period),
  TRIX: (bars, period) => momentum.trix(bars.close, period),
  PPO: (bars, fast, slow) => momentum.ppo(bars.close, { fast, slow }),
  CCI: (bars, period) => momentum.cci(bars, period),
  BB_UPPER: (bars, period, width) => volatility.bollinger(bars.close, period, width).upper,
  BB_MIDDLE: (bars, period, width) => volatility.bollinger(bars.close, period, width).middle,
  BB_LOWER: (bars, period, width) => volatility.bollinger(bars.close, period, width).lower,
  STDDEV: (bars, period) => volatility.standardDeviation(bars.close, period),
  TRANGE: (bars) => volatility.trueRange(bars),
  ATR: (bars, period) => volatility.atr(bars, period),
  NATR: (bars, period) => volatility.natr(bars, period),
  ADX: (bars, period) => trend.directionalMovement(bars, period).adx,
  DX: (bars, period) => trend.directionalMovement(bars, period).dx,
  PLUS_DI: (bars, period) => trend.directionalMovement(bars, period).plus,
  MINUS_DI: (bars, period) => trend.directionalMovement(bars, period).minus,
  AROON_UP: (bars, period) => trend.aroon(bars, period).up,
  AROON_DOWN: (bars, period) => trend.aroon(bars, period).down,
  SAR: (bars) => trend.parabolicSar(bars, { acceleration: 0.02, maximum: 0.2 }),
  OBV: (bars) => volume.obv(bars.close, bars.volume),
  AD: (bars) => volume.accumulationDistribution(bars),
  MFI: (bars, period) => volume.mfi(bars, period),
};

describe.skipIf(!present)(
  'indicators beside TA-Lib (skipped without ../shared/fixtures/talib_500.json)',
  () => {
    const fixture = (present ? JSON.parse(readFileSync(path, 'utf8')) : { indicators: {} }) as Fixture;

    it.each(Object.keys(fixture.indicators))('%s equals TA-Lib to 1e-9, warm-up included', (key) => {
      const family = key.replace(/(_[\d.]+)+$/, '');
      const numbers = key.slice(family.length).split('_').filter(Boolean).map(Number);
      const compute = FAMILIES[family];
      if (!compute) throw new Error(`The fixture's ${family} has no indicator`);
      const ours = compute(fixture.bars, ...(numbers as [number, number, number]));
      const theirs = fixture.indicators[key] ?? [];
      expect(ours.length).toBe(theirs.length);
      expect(averages.firstDefined(ours)).toBe(fixture.first_valid[key]);
      theirs.forEach((value, i) => {
        const mine = ours[i] ?? NaN;
        if (value === null) return expect(mine, `row ${i}`).toBeNaN();
        const difference = Math.abs(mine - value);
        expect(difference <= 1e-9 * Math.max(1, Math.abs(value)), `row ${i}: ${mine} for ${value}`).toBe(
          true,
        );
      });
    });
  },
);

const BARS: Bars = { open: [5], high: [5], low: [5], close: [5], volume: [0] };
const repeated = (count: number): Bars => ({
  open: Array<number>(count).fill(5),
  high: Array<number>(count).fill(5),
  low: Array<number>(count).fill(5),
  close: Array<number>(count).fill(5),
  volume: Array<number>(count).fill(0),
});

describe('indicators at the edges', () => {
  it.each(Object.entries(FAMILIES))('%s of no bar is empty and of one bar has one row', (_, compute) => {
    expect(compute({ open: [], high: [], low: [], close: [], volume: [] }, 3, 2, 2)).toHaveLength(0);
    expect(compute(BARS, 3, 2, 2)).toHaveLength(1);
  });

  it.each(Object.entries(FAMILIES))(
    '%s of constant prices and zero volume is finite after its warm-up',
    (_, compute) => {
      const column = compute(repeated(60), 3, 4, 2);
      const start = averages.firstDefined(column);
      expect(start).toBeLessThan(30);
      expect(column.subarray(start).every(Number.isFinite)).toBe(true);
    },
  );

  it.each([0, -1, 1.5, NaN])('a period of %s is refused', (period) => {
    expect(() => averages.sma([1, 2, 3], period)).toThrow(InvalidInputError);
    expect(() => highest([1, 2, 3], period)).toThrow(InvalidInputError);
  });

  it('a price that stands still moves neither the RSI nor its stochastic, however small the price', () => {
    const close = [1.1, 1.2, 1.15, 1.3, 1.25, ...Array<number>(60).fill(1.25)].map((price) => price * 1e-9);
    const strength = momentum.rsi(close, 2);
    expect(strength.at(-1)).toBeCloseTo(strength[4] ?? NaN, 9);
    expect(momentum.stochasticRsi(close, { rsi: 2, k: 3, d: 2 }).d.at(-1)).toBe(0);
    expect(momentum.cci({ high: close, low: close, close }, 7).at(-1)).toBe(0);
  });

  it('a typical price that only rounds differently carries no money flow', () => {
    const bars = { high: [0.3, 0.1 + 0.2], low: [0.3, 0.3], close: [0.3, 0.3], volume: [1, 9] };
    const before = { high: [1, 2, ...bars.high], low: [1, 2, ...bars.low], close: [1, 2, ...bars.close] };
    expect(volume.mfi({ ...before, volume: [1, 1, ...bars.volume] }, 2).at(-1)).toBe(0);
  });

  it('rolling extremes equal a plain search', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        (values, period) => {
          const [high, low] = [highest(values, period), lowest(values, period)];
          for (let i = period - 1; i < values.length; i++) {
            const window = values.slice(i - period + 1, i + 1);
            expect(high[i]).toBe(Math.max(...window));
            expect(low[i]).toBe(Math.min(...window));
          }
        },
      ),
    );
  });
});
