import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureMatrix } from '../../domain/features.js';
import { baselineForecast, makePrediction, type PredictionArgs } from '../../domain/prediction.js';

const HOUR = 3_600_000;
const BASE: PredictionArgs = {
  stream: 'binance/BTC-USDT/1h',
  model: 'ridge@1',
  reason: 'champion of ridge',
  asOf: 1000 * HOUR,
  horizonBars: 4,
  timeframeMs: HOUR,
  lastClose: 100,
  volatility: 0.01,
  scaled: 0.5,
  conformal: { scale: 1.6, coverage: 0.9 },
  residualQuantiles: [-2, -1, -0.4, 0, 0.5, 1, 2],
  read: { from: 0, to: 1, asOf: 1 },
  inputs: { bars: 'abc' },
  createdAt: 5,
  source: { kind: 'simulated', detail: '1' },
};

describe('makePrediction', () => {
  it('puts volatility units into prices', () => {
    const prediction = makePrediction(BASE);
    expect(prediction).toMatchObject({
      targetTime: 1004 * HOUR,
      lastClose: 100,
      settledAt: null,
      realised: null,
    });
    expect(prediction.mean).toBeCloseTo(100 * Math.exp(0.5 * 0.02), 12);
    expect(prediction.interval.lower).toBeCloseTo(100 * Math.exp(-1.1 * 0.02), 12);
    expect(prediction.interval.upper).toBeCloseTo(100 * Math.exp(2.1 * 0.02), 12);
    expect(prediction.interval.coverage).toBe(0.9);
    expect(prediction.probabilityUp).toBe(5 / 7);
  });

  it.each([
    ['is kept off 1', 50, BASE.residualQuantiles, 7 / 8],
    ['is kept off 0', -50, BASE.residualQuantiles, 1 / 8],
    ['is one half where no residual is known', 50, [], 0.5],
  ])('P(up) %s', (_, scaled, residualQuantiles, expected) => {
    expect(makePrediction({ ...BASE, scaled, residualQuantiles }).probabilityUp).toBe(expected);
  });

  it.each([Infinity, NaN, null as unknown as number])(
    'has an open interval where the scale is %s',
    (scale) => {
      const { interval } = makePrediction({ ...BASE, conformal: { scale, coverage: 0.9 } });
      expect(interval).toMatchObject({ lower: 0, upper: Infinity });
    },
  );

  it('has an id that depends on what decides it, and on nothing else', () => {
    const { id } = makePrediction(BASE);
    expect(id).toMatch(/^prd_[0-9a-f]{24}$/);
    expect(makePrediction({ ...BASE, createdAt: 6, reason: 'other' }).id).toBe(id);
    const others: Partial<PredictionArgs>[] = [
      { asOf: 0 },
      { model: 'ridge@2' },
      { horizonBars: 5 },
      { inputs: { bars: 'abd' } },
      { source: { kind: 'live', detail: '' } },
    ];
    const ids = others.map((more) => makePrediction({ ...BASE, ...more }).id);
    expect(new Set([id, ...ids]).size).toBe(others.length + 1);
  });

  it.each<Partial<PredictionArgs>>([
    { scaled: NaN },
    { volatility: NaN },
    { lastClose: 0 },
    { lastClose: Infinity },
  ])('refuses %o', (more) => {
    expect(() => makePrediction({ ...BASE, ...more })).toThrow(
      expect.objectContaining({ name: 'DataQualityError' }),
    );
    expect(() => makePrediction({ ...BASE, ...more })).toThrow(/No forecast of binance/);
  });

  it('keeps the mean inside the interval and P(up) on the side of the forecast', () => {
    const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        finite(-3, 3),
        finite(0, 5),
        finite(1e-6, 0.2),
        finite(1e-4, 1e6),
        (scaled, scale, volatility, lastClose) => {
          const made = makePrediction({
            ...BASE,
            scaled,
            volatility,
            lastClose,
            conformal: { scale, coverage: 0.9 },
          });
          expect(made.interval.lower).toBeLessThanOrEqual(made.mean);
          expect(made.interval.upper).toBeGreaterThanOrEqual(made.mean);
          const more = makePrediction({ ...BASE, scaled: scaled + 0.1, volatility, lastClose });
          expect(more.probabilityUp).toBeGreaterThanOrEqual(made.probabilityUp);
        },
      ),
    );
  });
});

describe('baselineForecast', () => {
  const closes = [100, 101, 103, 102, 104, 103];
  const matrix = matrixOf(closes);
  const unit = 0.02 * Math.SQRT2;
  const forecast = (name: string, row = 5) => baselineForecast(name, { matrix, row, horizonBars: 2 });

  it.each([
    ['persistence', 0],
    ['momentum', Math.log(103 / 102) / unit],
    ['reversal', -Math.log(103 / 102) / unit],
    ['drift', ((Math.log(103 / 100) / 5) * 2) / unit],
    // Moves over two bars: up, up, up, up.
    ['majority', 0.1],
  ])('of %s', (name, expected) => expect(forecast(name)).toBeCloseTo(expected, 12));

  it('is no number where there are too few rows', () => {
    for (const name of ['momentum', 'reversal', 'drift', 'majority']) expect(forecast(name, 1)).toBeNaN();
    expect(forecast('persistence', 0)).toBe(0);
  });

  it('goes with the fall where most moves were down', () => {
    const falling = matrixOf([100, 99, 98, 99, 97]);
    expect(baselineForecast('majority', { matrix: falling, row: 4, horizonBars: 1 })).toBe(-0.1);
  });

  it('does not look at later rows', () => {
    for (const name of ['momentum', 'reversal', 'drift', 'majority']) {
      const early = baselineForecast(name, { matrix: matrixOf(closes.slice(0, 4)), row: 3, horizonBars: 2 });
      expect(forecast(name, 3)).toBe(early);
    }
  });

  it('names the known baselines where it knows none of the name', () => {
    expect(() => forecast('seasonal')).toThrow(/Unknown baseline "seasonal"; known: persistence, drift/);
  });
});

function matrixOf(closes: number[]): FeatureMatrix {
  return {
    names: [],
    time: Float64Array.from(closes, (_, i) => i * HOUR),
    close: Float64Array.from(closes),
    volatility: new Float64Array(closes.length).fill(0.02),
    columns: [],
  };
}
