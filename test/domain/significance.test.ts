import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../domain/errors.js';
import { seededNormal } from '../../domain/random.js';
import { optimalBlockLength } from '../../domain/significance/block-length.js';
import { sharpeIntervals } from '../../domain/significance/intervals.js';
import {
  autocorrelations,
  jarqueBera,
  meanTest,
  neweyWest,
  signFlip,
} from '../../domain/significance/means.js';
import { normalQuantile } from '../../domain/significance/normal.js';
import { overfittingProbability } from '../../domain/significance/overfitting.js';
import {
  circularResamples,
  placesOf,
  runsOf,
  stationaryResamples,
} from '../../domain/significance/resampling.js';
import {
  deflatedSharpe,
  expectedMaximumSharpe,
  iidStandardError,
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeMoments,
} from '../../domain/significance/sharpe.js';
import { resampledSums, stepwiseSuperior, superiorTest } from '../../domain/significance/superior.js';
import { deviation, mean, normalCdf } from '../../domain/statistics.js';
import { isClose, readFixture } from '../fixtures.js';

const fixture = readFixture('significance.json');
const series = readFixture('metrics.json');

function expectClose(actual: number, expected: unknown, relative = 1e-9): void {
  expect(isClose(actual, expected, relative), `${actual} for ${expected}`).toBe(true);
}

describe.skipIf(!fixture)('significance (skipped where ../shared/fixtures is missing)', () => {
  const returns = Float64Array.from((series?.returns ?? []) as number[]);
  const moments = sharpeMoments(returns);
  const table = (fixture?.spa_strategy_returns_TxK ?? [[]]) as number[][];
  const performance = { excess: Float64Array.from(table.flat()), strategies: table[0]?.length ?? 0 };
  const resamples = (n: number) => stationaryResamples({ n, block: 10, resamples: 2000, seed: '1' });
  const options = (studentise: boolean) => ({
    draws: resampledSums(performance, resamples(table.length)),
    block: 10,
    studentise,
  });

  it('has the fixture’s moments, PSR, DSR, track record and standard error', () => {
    expectClose(moments.sharpe, fixture.inputs.sr);
    expectClose(moments.skewness, fixture.inputs.skew_population);
    expectClose(moments.kurtosis, fixture.inputs.kurtosis_pearson);
    expectClose(probabilisticSharpe(moments), fixture.psr_vs_0);
    expectClose(probabilisticSharpe(moments, 0.02), fixture['psr_vs_0.02']);
    expectClose(minimumTrackRecord(moments), fixture.min_track_record_length_95_vs_0);
    expectClose(iidStandardError(moments), fixture.lo2002_se_iid_sharpe);
    for (const { trials, var_sr: variance, sr0, dsr } of fixture.dsr) {
      expectClose(expectedMaximumSharpe({ trials, variance }), sr0);
      expectClose(deflatedSharpe(moments, { trials, variance }), dsr);
    }
  });

  it('has its quantiles and probabilities of the normal distribution', () => {
    for (const [share, x] of Object.entries(fixture.norm_ppf_cdf.ppf))
      expect(Math.abs(normalQuantile(Number(share)) - Number(x))).toBeLessThan(1e-8);
    for (const [x, share] of Object.entries(fixture.norm_ppf_cdf.cdf))
      expect(Math.abs(normalCdf(Number(x)) - Number(share))).toBeLessThan(1e-9);
  });

  it('has its tests of the mean, of normality and of autocorrelation', () => {
    expectClose(meanTest(returns).statistic, fixture.t_test_mean_gt_0.t);
    expectClose(meanTest(returns).pValue, fixture.t_test_mean_gt_0.p_two_sided);
    expectClose(jarqueBera(returns).statistic, fixture.jarque_bera.stat);
    expect(jarqueBera(returns).pValue / fixture.jarque_bera.p).toBeCloseTo(1, 9);
    expectClose(neweyWest(returns, 5).t, fixture.newey_west_t_mean_lag5.t);
    expectClose(neweyWest(returns, 5).standardError, fixture.newey_west_t_mean_lag5.se);
    autocorrelations(returns, 5).forEach((each, i) => expectClose(each, fixture.autocorr_1_5_pearson[i]));
    expectClose(signFlip(returns.slice(0, 12)), fixture.sign_flip_exact_first12.p_one_sided);
  });

  it('has its block lengths', () => {
    for (const [values, expected] of [
      [returns, fixture.optimal_block_length],
      [returns.map(Math.abs), fixture.optimal_block_length_abs],
    ] as const) {
      expectClose(optimalBlockLength(values).stationary, expected.stationary, 1e-6);
      expectClose(optimalBlockLength(values).circular, expected.circular, 1e-6);
    }
  });

  it('has its bootstrap intervals to 0.01', () => {
    const intervals = sharpeIntervals(returns, resamples(returns.length));
    const expected = fixture.stationary_bootstrap_sharpe_ci95_block10_reps2000;
    for (const kind of ['basic', 'percentile', 'bca', 'studentized'] as const)
      intervals[kind].forEach((end, i) =>
        expect(Math.abs(end - expected[kind][i]), `${kind} ${end}`).toBeLessThan(0.01),
      );
  });

  it('resamples given indices exactly', () => {
    const short = returns.slice(0, 40);
    for (const indices of fixture.bootstrap_indices_n40_block10 as number[][]) {
      expect(Array.from(placesOf(runsOf(indices)))).toEqual(indices);
      const drawn = Float64Array.from(indices, (at) => short[at] ?? NaN);
      const { percentile, basic, sharpe } = sharpeIntervals(short, [runsOf(indices)]);
      expectClose(percentile[0], mean(drawn) / deviation(drawn));
      expectClose(basic[1], 2 * sharpe - mean(drawn) / deviation(drawn));
    }
  });

  it('has its studentised test for superior predictive ability', () => {
    const result = superiorTest(performance, options(true));
    const expected = fixture.spa_hansen_studentised_own;
    expectClose(result.statistic, expected.t_stat);
    (expected.omega as number[]).forEach((omega, k) => expectClose(result.omega[k] ?? NaN, omega));
    for (const kind of ['lower', 'consistent', 'upper'] as const)
      expect(Math.abs(result.pValues[kind] - expected.pvalues[kind])).toBeLessThan(0.02);
    expect(result.relevant).toBe(expected.n_valid);
    expect(result.best).toBe(fixture.spa.best_model);
  });

  it('has its reality check and stepwise test', () => {
    const result = superiorTest(performance, options(false));
    for (const kind of ['lower', 'consistent', 'upper'] as const)
      expect(Math.abs(result.pValues[kind] - fixture.spa.pvalues[kind])).toBeLessThan(0.02);
    expectClose(result.statistic, fixture.white_reality_check.max_sqrtT_mean);
    expect(stepwiseSuperior(performance, options(false))).toEqual(fixture.stepm_superior_models_5pct);
  });

  it.each([8, 10])('has its probability of overfitting with %i blocks', (blocks) => {
    const result = overfittingProbability(performance.excess, performance.strategies, blocks);
    const expected = fixture.pbo_cscv[`S${blocks}`];
    expectClose(result.pbo, expected.pbo);
    expect(result.splits).toBe(expected.n_splits);
    expectClose(result.meanLogit, expected.logit_mean);
    (expected.logits_first5 as number[]).forEach((logit, i) => expectClose(result.logits[i] ?? NaN, logit));
  });
});

const normals = (n: number, seed: string): Float64Array => {
  const draw = seededNormal(seed);
  return Float64Array.from({ length: n }, () => draw() / 100);
};

describe('Sharpe ratios under doubt', () => {
  const moments = sharpeMoments(normals(500, 'doubt').map((each) => each + 0.001));

  it('do not depend on the scale or the order of the returns', () => {
    const returns = normals(200, 'scale');
    const here = sharpeMoments(returns);
    for (const other of [returns.map((each) => each * 7), returns.toReversed()]) {
      const there = sharpeMoments(other);
      expectClose(there.sharpe, here.sharpe);
      expectClose(probabilisticSharpe(there), probabilisticSharpe(here));
      expectClose(minimumTrackRecord(there), minimumTrackRecord(here));
    }
  });

  it('are believed less the more was tried, and as much as before after one trial', () => {
    const of = (trials: number): number => deflatedSharpe(moments, { trials, variance: 0.0005 });
    expect(of(1)).toBe(probabilisticSharpe(moments));
    for (const trials of [2, 10, 1000, 1_000_000]) expect(of(trials * 2)).toBeLessThan(of(trials));
    expect(deflatedSharpe(moments, { trials: 100, variance: 0 })).toBe(of(1));
  });

  it('are believed with the confidence asked for at the end of the minimum track record', () => {
    const n = minimumTrackRecord(moments, 0, 0.9);
    expect(probabilisticSharpe({ ...moments, n })).toBeCloseTo(0.9, 9);
    expect(minimumTrackRecord({ ...moments, sharpe: -0.1 })).toBe(Infinity);
  });

  it('are not defined where nothing varies', () => {
    const still = sharpeMoments(new Float64Array(30));
    expect(probabilisticSharpe(still)).toBeNaN();
    expect(minimumTrackRecord(still)).toBeNaN();
    expect(optimalBlockLength(new Float64Array(30)).stationary).toBeNaN();
    expect(neweyWest(new Float64Array(30).fill(0.1), 3).t).toBeNaN();
  });
});

describe('the normal quantile', () => {
  it('undoes the distribution function, in the far tail too', () => {
    for (const share of [1e-300, 1e-20, 1e-9, 0.01, 0.3, 0.5])
      expect(normalCdf(normalQuantile(share)) / share).toBeCloseTo(1, 9);
    expect([0, 1, -0.1, NaN].map(normalQuantile)).toEqual([-Infinity, Infinity, NaN, NaN]);
  });
});

describe('resamples', () => {
  const options = { n: 50, block: 7, resamples: 400, seed: 'r' };

  it.each([
    ['stationary', stationaryResamples],
    ['circular', circularResamples],
  ])('%s: are as long as the series, inside it, seeded, and use all places alike', (_, draw) => {
    const counts = new Float64Array(50);
    for (const runs of draw(options)) {
      const places = placesOf(runs);
      expect(places).toHaveLength(50);
      for (const place of places) counts[place] = (counts[place] ?? NaN) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(250);
    expect([...draw(options)]).toEqual([...draw(options)]);
    expect([...draw({ ...options, seed: 's' })]).not.toEqual([...draw(options)]);
  });

  it('stationary: have blocks of the mean length asked for', () => {
    let [breaks, places] = [0, 0];
    for (const runs of stationaryResamples({ n: 10_000, block: 7, resamples: 20, seed: 'b' })) {
      breaks += runs.length / 2;
      places += 10_000;
    }
    expect(places / breaks).toBeCloseTo(7, 0);
  });

  it('go to runs and back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }), (places) => {
        expect(Array.from(placesOf(runsOf(places)))).toEqual(places);
      }),
    );
  });
});

describe('the interval of a Sharpe ratio', () => {
  it('holds the truth about as often as it says', () => {
    let held = 0;
    for (let i = 0; i < 100; i++) {
      const returns = normals(250, `truth ${i}`).map((each) => each + 0.001);
      const resamples = stationaryResamples({ n: 250, block: 1, resamples: 300, seed: `${i}` });
      const [low, high] = sharpeIntervals(returns, resamples, 0.9).studentized;
      if (low <= 0.1 && 0.1 <= high) held++;
    }
    expect(held).toBeGreaterThanOrEqual(82);
    expect(held).toBeLessThanOrEqual(97);
  });
});

describe('tests of many strategies', () => {
  const table = (strategies: number, edge: number): Float64Array => {
    const draw = seededNormal(`many ${strategies}`);
    return Float64Array.from(
      { length: 400 * strategies },
      (_, i) => draw() + (i % strategies === 3 ? edge : 0),
    );
  };
  const judge = (excess: Float64Array, strategies: number, studentise = true) => {
    const resamples = stationaryResamples({ n: 400, block: 3, resamples: 500, seed: 'm' });
    const performance = { excess, strategies };
    const options = { draws: [...resampledSums(performance, resamples)], block: 3, studentise };
    return { ...superiorTest(performance, options), superior: stepwiseSuperior(performance, options) };
  };

  it('find no edge among walks without one, and the one that is planted', () => {
    const luck = judge(table(50, 0), 50);
    expect(luck.pValues.consistent).toBeGreaterThan(0.1);
    const real = table(50, 0.4);
    expect(judge(real, 50).pValues.consistent).toBeLessThan(0.01);
    expect(judge(real, 50, false).pValues.upper).toBeLessThan(0.01);
    expect(judge(real, 50).superior).toEqual([3]);
    expect(overfittingProbability(real, 50, 8).pbo).toBeLessThan(0.05);
  });

  it('studentised: do not care in which units a strategy is', () => {
    const excess = table(5, 0.1);
    const scaled = excess.map((each, i) => (i % 5 === 2 ? each * 100 : each));
    const here = judge(excess, 5);
    const there = judge(scaled, 5);
    expectClose(there.statistic, here.statistic);
    expect(there.pValues).toEqual(here.pValues);
  });

  it('leave strategies that are the benchmark out of it', () => {
    const excess = table(5, 0).map((each, i) => (i % 5 === 1 ? 0 : each));
    const result = judge(excess, 5);
    expect(result.omega[1]).toBeNaN();
    expect(Number.isFinite(result.statistic)).toBe(true);
    const nothing = judge(new Float64Array(400 * 5), 5);
    expect(nothing).toMatchObject({ statistic: 0, pValues: { lower: 1, consistent: 1, upper: 1 } });
  });

  it('refuse what is no return, by name', () => {
    const returns = table(5, 0);
    returns[7] = NaN;
    const message = /Return NaN of strategy 3 in period 2 is no number/;
    expect(() => overfittingProbability(returns, 5, 8)).toThrow(message);
    expect(() => judge(returns, 5)).toThrow(message);
  });

  it.each([
    [1, 8, /at least 2 strategies/],
    [5, 7, /7 blocks are no even number/],
    [5, 20, /30 periods are too few for 20 blocks/],
  ])('refuse %i strategies in %i blocks', (strategies, blocks, message) => {
    const act = () => overfittingProbability(new Float64Array(30 * strategies), strategies, blocks);
    expect(act).toThrow(InvalidInputError);
    expect(act).toThrow(message);
  });
});

describe('sign flips', () => {
  it('are exact for few values and drawn for many', () => {
    expect(signFlip(Float64Array.of(1, 2, 3))).toBe(1 / 8);
    expect(signFlip(Float64Array.of(-1, -2, -3))).toBe(1);
    expect(signFlip(new Float64Array(4))).toBe(1);
    expect(signFlip(new Float64Array(0))).toBeNaN();
    const many = normals(100, 'flip');
    const near = normalCdf((-mean(many) / deviation(many)) * 10);
    expect(Math.abs(signFlip(many) - near)).toBeLessThan(0.03);
  });
});
