import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { levelWeights, quantileScore } from '../../../domain/evaluation/scores.js';
import {
  fitAutoregressive,
  fitSmoothing,
  smoothedLevels,
  sumAhead,
} from '../../../domain/evaluation/series-models.js';
import { dieboldMariano } from '../../../domain/statistics.js';

interface Golden {
  series: { returns: number[]; logs: number[]; level: number[] };
  ar1: { constant: number; slope: number; ahead5: number };
  ses: Record<'logs' | 'level', { alpha: number; level: number; squaredError: number; forecast: number }>;
  autoEts: Record<'logs' | 'level', { alpha: number; forecast: number }>;
  dieboldMariano: Record<string, { statistic: number; pValue: number }>;
  levels: number[];
  normal: { realised: number; crps: number; quantiles: number[] }[];
}

/** Made with statsmodels, statsforecast and scipy by ml-pipelines/tests/test_evaluation_golden.py, which checks it too. */
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../contracts/evaluation-golden.json'), 'utf8'),
) as Golden;
const { returns, level } = golden.series;

describe('figures that other packages compute', () => {
  it('AR(1) is that of statsmodels', () => {
    const fit = fitAutoregressive(Float64Array.from(returns));
    expect(fit.constant).toBeCloseTo(golden.ar1.constant, 12);
    expect(fit.slope).toBeCloseTo(golden.ar1.slope, 12);
    expect(sumAhead(fit, returns.at(-1) ?? NaN, 5)).toBeCloseTo(golden.ar1.ahead5, 12);
  });

  it.each(['logs', 'level'] as const)(
    'ETS(A,N,N) of %s is that of statsmodels and of statsforecast',
    (name) => {
      const values = Float64Array.from(golden.series[name]);
      const fit = fitSmoothing(values);
      const theirs = golden.ses[name];
      // Never a worse fit than theirs; an optimiser may stop a little before the best one.
      expect(fit.squaredError).toBeLessThanOrEqual(theirs.squaredError * (1 + 1e-7));
      expect(Math.abs(fit.alpha - theirs.alpha)).toBeLessThan(1e-3);
      expect(Math.abs(fit.alpha - golden.autoEts[name].alpha)).toBeLessThan(1e-3);
      const forecast = smoothedLevels(fit, values).at(-1) ?? NaN;
      expect(forecast).toBeCloseTo(theirs.forecast, 4);
      expect(forecast).toBeCloseTo(golden.autoEts[name].forecast, 4);
    },
  );

  it.each(Object.entries(golden.dieboldMariano))(
    'Diebold–Mariano at %s steps is the published formula',
    (horizon, { statistic, pValue }) => {
      const lossA = Float64Array.from(returns, (value) => (3 * value) ** 2);
      const lossB = Float64Array.from(level, (value) => (value - 4) ** 2);
      const found = dieboldMariano(lossA, lossB, Number(horizon));
      expect(found.statistic).toBeCloseTo(statistic, 9);
      expect(found.pValue / pValue).toBeCloseTo(1, 6);
    },
  );

  it.each(golden.normal)(
    'CRPS from many quantiles is the closed form of a normal one at $realised',
    (each) => {
      const weights = levelWeights(golden.levels);
      const { crps } = quantileScore({ ...each, levels: golden.levels, weights });
      expect(Math.abs(crps / each.crps - 1)).toBeLessThan(0.005);
    },
  );

  it('few quantiles see most of it', () => {
    const [standard] = golden.normal;
    const levels = golden.levels.filter((_, i) => i % 20 === 10);
    const quantiles = standard!.quantiles.filter((_, i) => i % 20 === 10);
    const { crps } = quantileScore({ levels, weights: levelWeights(levels), quantiles, realised: 0.3 });
    expect(Math.abs(crps / standard!.crps - 1)).toBeLessThan(0.05);
  });
});
