import { mean } from '../statistics.js';
import { optimalBlockLength } from './block-length.js';
import { sharpeIntervals } from './intervals.js';
import { autocorrelations, jarqueBera, meanTest, neweyWest, signFlip } from './means.js';
import { overfittingProbability } from './overfitting.js';
import { stationaryResamples } from './resampling.js';
import {
  deflatedSharpe,
  expectedMaximumSharpe,
  iidStandardError,
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeMoments,
  type Trials,
} from './sharpe.js';
import { resampledSums, stepwiseSuperior, superiorTest } from './superior.js';
import { verdictOf, type Evidence, type Verdict } from './verdict.js';

export interface SignificanceInput {
  /** Simple returns a period, above a benchmark where one is meant. */
  returns: Float64Array;
  /** What else was tried; one trial where absent. */
  trials?: Trials;
  /** Mean block of the bootstrap, in periods; the optimal one (at least 1) where absent. */
  block?: number;
  resamples: number;
  seed: string;
  /** Sharpe ratios a period against which the probability is wanted, beside 0. */
  versus?: readonly number[];
}

/** Several strategies over the same periods, row by row, one column a strategy. */
export interface StrategiesInput {
  returns: Float64Array;
  names: readonly string[];
  block?: number;
  resamples: number;
  seed: string;
  /** Parts for the probability of overfitting. */
  parts: number;
}

/** The figures of one series of returns, and what the verdict takes from them. */
export function significanceTable(input: SignificanceInput): {
  figures: Record<string, unknown>;
  evidence: Evidence;
} {
  const { returns, trials = { trials: 1, variance: 0 }, resamples, seed, versus = [] } = input;
  const moments = sharpeMoments(returns);
  const optimal = optimalBlockLength(returns);
  const block = input.block ?? usableBlock(optimal.stationary);
  const drawn = stationaryResamples({ n: returns.length, block, resamples, seed });
  const { sharpe: _, resamples: used, shareBelowZero, ...intervals } = sharpeIntervals(returns, drawn);
  const needed = minimumTrackRecord(moments);
  const dsr = deflatedSharpe(moments, trials);
  const { sharpe, n } = moments;
  const figures = {
    inputs: { sr: sharpe, skew_population: moments.skewness, kurtosis_pearson: moments.kurtosis, n },
    psr_vs_0: probabilisticSharpe(moments),
    ...Object.fromEntries(versus.map((each) => [`psr_vs_${each}`, probabilisticSharpe(moments, each)])),
    dsr: [{ trials: trials.trials, var_sr: trials.variance, sr0: expectedMaximumSharpe(trials), dsr }],
    min_track_record_length_95_vs_0: needed,
    optimal_block_length: optimal,
    optimal_block_length_abs: optimalBlockLength(returns.map(Math.abs)),
    stationary_bootstrap_sharpe_ci95: { block, reps: used, ...intervals, share_below_0: shareBelowZero },
    ...meanFigures(returns),
    lo2002_se_iid_sharpe: iidStandardError(moments),
  };
  const evidence = {
    sharpe,
    n,
    trials: trials.trials,
    deflatedSharpe: dsr,
    interval: intervals.bca,
    minimumTrackRecord: needed,
  };
  return { figures, evidence };
}

function meanFigures(returns: Float64Array): Record<string, unknown> {
  const [t, shape, robust] = [meanTest(returns), jarqueBera(returns), neweyWest(returns, 5)];
  return {
    sign_flip: { mean: mean(returns), p_one_sided: signFlip(returns) },
    t_test_mean_gt_0: { t: t.statistic, p_two_sided: t.pValue },
    jarque_bera: { stat: shape.statistic, p: shape.pValue },
    autocorr_1_5_pearson: autocorrelations(returns, 5),
    newey_west_t_mean_lag5: { t: robust.t, se: robust.standardError },
  };
}

/**
 * The figures of the best of several strategies (by Sharpe ratio), with all of them as its trials, and the tests that look
 * at all of them together. @throws InvalidInputError where there are too few periods for the parts.
 */
export function strategiesTable(input: StrategiesInput): {
  figures: Record<string, unknown>;
  evidence: Evidence;
  verdict: Verdict;
} {
  const { names, returns, resamples, seed } = input;
  const strategies = names.length;
  const rows = returns.length / strategies;
  const columns = names.map((_, k) =>
    Float64Array.from({ length: rows }, (__, row) => returns[row * strategies + k] ?? NaN),
  );
  const ratios = columns.map((column) => sharpeMoments(column).sharpe);
  const known = Float64Array.from(ratios.filter(Number.isFinite));
  const best = ratios.reduce(
    (top, ratio, k) => (ratio > (ratios[top] ?? NaN) ? k : top),
    indexOfFirst(ratios),
  );
  const trials = { trials: strategies, variance: varianceOf(known) };
  const chosen = columns[best] ?? new Float64Array();
  const alone = significanceTable({ ...given(input), returns: chosen, trials, resamples, seed });
  const block = input.block ?? usableBlock(optimalBlockLength(chosen).stationary);
  const performance = { excess: returns, strategies };
  const drawn = stationaryResamples({ n: chosen.length, block, resamples, seed: `${seed} all` });
  const draws = [...resampledSums(performance, drawn)];
  const options = (studentise: boolean) => ({ draws, block, studentise });
  const [studentised, plain] = [
    superiorTest(performance, options(true)),
    superiorTest(performance, options(false)),
  ];
  const pbo = overfittingProbability(returns, strategies, input.parts);
  const nameOf = (k: number): string => names[k] ?? '';
  const evidence = { ...alone.evidence, pbo: pbo.pbo, spa: studentised.pValues.consistent };
  const figures = {
    strategies,
    best: nameOf(best),
    ...alone.figures,
    spa_hansen_studentised: {
      t_stat: studentised.statistic,
      best: nameOf(studentised.best),
      omega: Array.from(studentised.omega),
      pvalues: studentised.pValues,
      n_valid: studentised.relevant,
    },
    spa: { pvalues: plain.pValues, best: nameOf(plain.best) },
    white_reality_check: { pvalue: plain.pValues.upper, max_sqrtT_mean: plain.statistic },
    stepm_superior_models_5pct: stepwiseSuperior(performance, options(false)).map(nameOf),
    stepm_studentised_superior_models_5pct: stepwiseSuperior(performance, options(true)).map(nameOf),
    pbo_cscv: {
      [`S${input.parts}`]: { pbo: pbo.pbo, n_splits: pbo.splits, logit_mean: pbo.meanLogit },
    },
  };
  return { figures, evidence, verdict: verdictOf(evidence) };
}

const given = ({ block }: StrategiesInput): { block?: number } => (block === undefined ? {} : { block });

const indexOfFirst = (ratios: number[]): number => Math.max(0, ratios.findIndex(Number.isFinite));

/** A block below 1 stands for independent draws. */
const usableBlock = (block: number): number => (Number.isFinite(block) ? Math.max(1, block) : 1);

/** Of the sample; 0 below two. */
export function varianceOf(values: Float64Array): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return values.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (values.length - 1);
}
