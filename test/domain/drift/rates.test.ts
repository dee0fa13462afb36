import { describe, expect, it } from 'vitest';
import { calibrationDrift } from '../../../domain/drift/calibration.js';
import { inputDrift, isCalendar } from '../../../domain/drift/inputs.js';
import { residualDrift } from '../../../domain/drift/residuals.js';
import { DRIFT_THRESHOLDS } from '../../../domain/drift/thresholds.js';
import { judgeDrift, type DriftVerdict } from '../../../domain/drift/verdict.js';
import { buildFeatures, FEATURES } from '../../../domain/features.js';
import { seededNormal, seededRandom } from '../../../domain/random.js';
import { regimeBars, type Regime } from '../made-regimes.js';

const CALM: Omit<Regime, 'bars'> = { deviation: 0.006, reversion: 0 };
const WARM_UP = 100;
const REFERENCE = 4800;
const RECENT = 480;
const PARTS = [...FEATURES.keys()].filter((i) => !isCalendar(FEATURES[i]!));

/** The inputs of a training part and of a recent window after it, in which another regime may rule. */
function inputsOf(seed: string, later: Omit<Regime, 'bars'>) {
  const bars = regimeBars(seed, [
    { ...CALM, bars: REFERENCE + WARM_UP },
    { ...later, bars: RECENT + WARM_UP },
  ]);
  const { time, columns, volatility } = buildFeatures({
    bars,
    timeframe: '1h',
    sentiment: [],
    asOf: Infinity,
  });
  const cut = (from: number, to: number) => [
    ...PARTS.map((i) => columns[i]!.slice(from, to)),
    volatility.slice(from, to),
  ];
  return {
    measured: inputDrift({
      names: [...PARTS.map((i) => FEATURES[i]!), 'volatility'],
      reference: cut(WARM_UP, WARM_UP + REFERENCE),
      recent: cut(time.length - RECENT, time.length),
    }),
  };
}

/** The 0.9 quantile of their sizes, of 10⁶ draws. */
const HALF_WIDTH = 1.7514;

/** Errors whose size comes in storms, as those of a volatile market do, of an honest model with intervals of 90 %. */
function forecastsOf(seed: string, n: number, shift = { mean: 0, scale: 1 }) {
  const [normal, random] = [seededNormal(`errors ${seed}`), seededRandom(`sides ${seed}`)];
  let mood = 0;
  const errors = Float64Array.from({ length: n }, () => {
    mood = 0.9 * mood + 0.12 * normal();
    return shift.scale * Math.exp(mood) * normal() + shift.mean;
  });
  const inside = errors.map((error) => (Math.abs(error) <= HALF_WIDTH ? 1 : 0));
  const brier = errors.map(() => (random() < 0.52 ? 0.48 : 0.52) ** 2);
  return { errors, inside, brier };
}

function errorsOf(seed: string, shift?: { mean: number; scale: number }) {
  const [past, now] = [forecastsOf(`${seed} past`, 800), forecastsOf(`${seed} now`, 250, shift)];
  const calibration = calibrationDrift({
    inside: now.inside,
    promised: 0.9,
    brier: now.brier,
    referenceInside: past.inside,
    referenceBrier: past.brier,
  });
  return {
    residuals: { measured: residualDrift({ reference: past.errors, recent: now.errors }) },
    calibration: { measured: calibration },
  };
}

const verdictOf = (seed: string, later = CALM) =>
  judgeDrift({ inputs: inputsOf(seed, later), ...errorsOf(seed) });

const shareOf = (verdicts: { verdict: DriftVerdict }[]): number =>
  verdicts.filter(({ verdict }) => verdict === 'drift').length / verdicts.length;
const seeds = (n: number): string[] => Array.from({ length: n }, (_, i) => `${i}`);

describe('how often drift is found', () => {
  it('where nothing has changed: not more often than the level says, over 200 seeds', () => {
    const verdicts = seeds(200).map((seed) => verdictOf(seed));
    // 13 of 200 is the 99.5 % point of a binomial with the level of 3 %.
    expect(shareOf(verdicts) * 200).toBeLessThanOrEqual(13);
    expect(DRIFT_THRESHOLDS.level).toBe(0.03);
  }, 300_000);

  it('in a volatility three times as high, nearly always, and by the inputs that speak of it', () => {
    const found = seeds(30).map((seed) => verdictOf(seed, { deviation: 0.018, reversion: 0 }));
    expect(shareOf(found)).toBeGreaterThan(0.8);
    const [inputs] = found[0]!.findings;
    expect(inputs).toMatchObject({ family: 'inputs', verdict: 'drift' });
    expect(inputs!.reasons.join()).toMatch(/atr_14|volatility/);
  }, 300_000);

  it('where the market takes back 60 % of each move, in most windows', () => {
    const found = seeds(30).map((seed) => verdictOf(seed, { deviation: 0.006, reversion: 0.6 }));
    expect(shareOf(found)).toBeGreaterThan(0.6);
  }, 300_000);

  it('in errors that moved by half a deviation, or grew by half', () => {
    const inputs = { missing: 'not looked at' };
    for (const shift of [
      { mean: 0.5, scale: 1 },
      { mean: 0, scale: 1.5 },
    ]) {
      const found = seeds(50).map((seed) => judgeDrift({ inputs, ...errorsOf(seed, shift) }));
      const moved = found.filter(({ findings }) => findings[1]!.verdict === 'drift');
      expect(moved.length).toBeGreaterThan(35);
    }
  }, 300_000);
});
