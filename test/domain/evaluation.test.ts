import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conformalScale,
  evaluateForecast,
  measuredCoverage,
  type EvaluationArgs,
} from '../../domain/evaluation.js';
import { seededNormal } from '../../domain/random.js';
import { wilson } from '../../domain/statistics.js';

const HOUR = 3_600_000;
const FREE = { feeBps: 0, slippageBps: 0 };

/** Rows an hour apart; the forecast is right where `hits` says so, with the size of the actual move. */
function argsOf(moves: number[], hits: boolean[], more: Partial<EvaluationArgs> = {}): EvaluationArgs {
  const lastClose = Float64Array.from(moves, (_, i) => 100 + (i % 5));
  const signed = (i: number): number => (moves[i] ?? 0) * (hits[i] ? 1 : -1);
  return {
    model: 'ridge@1',
    stream: 'binance/BTC-USDT/1h',
    horizonBars: 1,
    time: Float64Array.from(moves, (_, i) => i * HOUR),
    lastClose,
    forecast: lastClose.map((close, i) => close + signed(i)),
    actual: lastClose.map((close, i) => close + (moves[i] ?? 0)),
    previousMove: lastClose.map((_, i) => moves[i - 1] ?? 1),
    volatility: lastClose.map(() => 0.01),
    trainUpShare: 0.6,
    trainDrift: -0.001,
    costs: FREE,
    timeframeMs: HOUR,
    ...more,
  };
}

const figuresOf = (args: EvaluationArgs, name: string) => {
  const found = evaluateForecast(args).baselines.find((each) => each.name === name);
  if (!found) throw new Error(`No baseline ${name}`);
  return found;
};

describe('evaluateForecast', () => {
  const moves = [1, -1, 2, 2, -3, 1];
  const hits = [true, true, false, true, true, true];
  const args = argsOf(moves, hits);

  it('counts right directions and means errors', () => {
    const skill = evaluateForecast(args);
    expect(skill).toMatchObject({
      n: 6,
      directionalAccuracy: 5 / 6,
      wilson95: wilson(5, 6),
      from: 0,
      to: 6 * HOUR,
    });
    expect(skill.mae).toBeCloseTo(4 / 6, 12);
  });

  it.each([
    ['persistence', NaN, 10 / 6],
    ['drift', 2 / 6, NaN],
    ['majority', 4 / 6, NaN],
    ['momentum', 2 / 6, (0 + 2 + 3 + 0 + 5 + 4) / 6],
    ['reversal', 4 / 6, (2 + 0 + 1 + 4 + 1 + 2) / 6],
  ])('puts %s beside it with accuracy %f', (name, accuracy, mae) => {
    const figures = figuresOf(args, name);
    expect(figures.directionalAccuracy).toEqual(accuracy);
    if (!Number.isNaN(mae)) expect(figures.mae).toBeCloseTo(mae, 9);
    expect(figures.n).toBe(6);
  });

  it('keeps only forecasts whose outcomes do not overlap', () => {
    const many = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const skill = evaluateForecast(argsOf(many, Array(100).fill(true), { horizonBars: 4 }));
    expect(skill).toMatchObject({ n: 25, from: 0, to: 100 * HOUR });
    const holes = argsOf(many, Array(100).fill(true), { horizonBars: 4 });
    holes.time = holes.time.map((time, i) => (i < 3 ? time : time + 2 * HOUR));
    expect(evaluateForecast(holes).n).toBe(26);
  });

  it('leaves closes that did not move out of the directions, not out of the error', () => {
    const skill = evaluateForecast(argsOf([1, 0, -1], [true, true, true]));
    expect(skill).toMatchObject({ n: 2, directionalAccuracy: 1 });
    const flat = argsOf([1, 0, -1], [true, true, true]);
    flat.forecast = flat.lastClose.slice();
    expect(evaluateForecast(flat)).toMatchObject({ n: 2, directionalAccuracy: NaN, wilson95: [NaN, NaN] });
    expect(evaluateForecast(flat).mae).toBeCloseTo(2 / 3, 12);
    expect(evaluateForecast(flat).profitAfterCosts.total).toBe(0);
  });

  it('tests the direction and the error', () => {
    const normal = seededNormal('moves');
    const noise = Array.from({ length: 400 }, () => normal());
    const good = evaluateForecast(
      argsOf(
        noise,
        noise.map((_, i) => i % 4 !== 0),
      ),
    );
    expect(good.pesaranTimmermann.pValue).toBeLessThan(1e-6);
    const perfect = evaluateForecast(argsOf(noise, Array(400).fill(true)));
    expect(perfect.dieboldMariano.statistic).toBeLessThan(-5);
    expect(perfect.dieboldMariano.pValue).toBeLessThan(1e-6);
  });

  it('pays for each change of side', () => {
    const costs = { feeBps: 80, slippageBps: 20 };
    const up = evaluateForecast(
      argsOf([1, 1], [true, true], { lastClose: Float64Array.of(100, 101), costs }),
    );
    expect(up.profitAfterCosts).toMatchObject({ feeBps: 80, slippageBps: 20 });
    const traded = (signs: number[]) => {
      const lastClose = Float64Array.of(100, 100);
      const forecast = lastClose.map((close, i) => close + (signs[i] ?? 0));
      return evaluateForecast(
        argsOf([1, 1], [], { lastClose, forecast, actual: Float64Array.of(101, 101), costs }),
      ).profitAfterCosts;
    };
    expect(traded([1, 1]).total).toBeCloseTo(0.99 * 1.01 * 1.01 - 1, 12);
    expect(traded([1, -1]).total).toBeCloseTo(0.99 * 1.01 * 0.98 * 0.99 - 1, 12);
    expect(traded([1, 0]).total).toBeCloseTo(0.99 * 1.01 * 0.99 - 1, 12);
    expect(traded([1, 1]).buyAndHold).toBeCloseTo(1.01 * 0.99 - 1, 12);
  });

  it('never earns back a lost stake', () => {
    const lastClose = Float64Array.of(100, 100);
    const lost = argsOf([1, 1], [], {
      lastClose,
      forecast: Float64Array.of(99, 99),
      actual: Float64Array.of(300, 300),
    });
    expect(evaluateForecast(lost).profitAfterCosts.total).toBe(-1);
  });

  it('has no figures without rows', () => {
    expect(evaluateForecast(argsOf([], []))).toMatchObject({ n: 0, mae: NaN, directionalAccuracy: NaN });
  });

  it('does not let the baselines see outcomes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 30 }), (ups) => {
        // Every move goes up: majority and drift are known beforehand, so their errors differ by the outcome alone.
        const one = figuresOf(argsOf(ups, []), 'majority').mae;
        const more = figuresOf(
          argsOf(
            ups.map((up) => up + 10),
            [],
            {},
          ),
          'majority',
        ).mae;
        expect(more - one).toBeCloseTo(10, 9);
      }),
    );
  });

  it.each<[string, Partial<EvaluationArgs>, string, RegExp]>([
    [
      'a forecast that is no number',
      { forecast: Float64Array.of(1, NaN) },
      'DataQualityError',
      /Forecast 1 of binance.* forecast NaN/,
    ],
    [
      'columns of unequal length',
      { actual: Float64Array.of(1) },
      'InvalidInputError',
      /actual has 1 values for 2/,
    ],
    ['a horizon of no bars', { horizonBars: 0 }, 'InvalidInputError', /horizonBars is 0/],
  ])('refuses %s', (_, more, name, message) => {
    const broken = argsOf([1, 1], [true, true], more);
    expect(() => evaluateForecast(broken)).toThrow(expect.objectContaining({ name }));
    expect(() => evaluateForecast(broken)).toThrow(message);
  });
});

describe('conformalScale', () => {
  const oneTo = (n: number) => Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1) * (i + 1));

  it.each([
    [9, 0.9, 9],
    [10, 0.9, 10],
    [19, 0.9, 18],
    [99, 0.55, 55],
    [99, 0.9, 90],
    [8, 0.9, Infinity],
    [0, 0.9, Infinity],
  ])('of %i residuals at %f is the one at rank ⌈(n+1)c⌉: %f', (n, coverage, scale) => {
    expect(conformalScale({ residuals: oneTo(n), coverage })).toEqual({ scale, n });
  });

  it('leaves out residuals that are no number, and refuses a coverage that is no share', () => {
    expect(conformalScale({ residuals: Float64Array.of(1, NaN, 2, Infinity), coverage: 0.5 })).toEqual({
      scale: 2,
      n: 2,
    });
    for (const coverage of [0, 1, 90, NaN])
      expect(() => conformalScale({ residuals: oneTo(9), coverage })).toThrow(
        /coverage is .*between 0 and 1/,
      );
  });

  it('covers new rows as often as it says, on average', () => {
    const normal = seededNormal('residuals');
    const draw = (n: number) => Float64Array.from({ length: n }, () => normal());
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const { scale } = conformalScale({ residuals: draw(50), coverage: 0.8 });
      covered += measuredCoverage({ residuals: draw(50), scale }) / 300;
    }
    // Exact: ⌈51·0.8⌉/51 = 0.804.
    expect(covered).toBeGreaterThan(0.79);
    expect(covered).toBeLessThan(0.82);
    expect(measuredCoverage({ residuals: draw(0), scale: 1 })).toBeNaN();
  });
});
