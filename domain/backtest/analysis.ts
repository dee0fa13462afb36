import { dailyReturns, dailyTimes, omegaRatio, sharpeRatio, tailRatio } from '../metrics.js';
import { benchmarkMetrics, type BenchmarkMetrics } from '../metrics/benchmark.js';
import { deepestDrawdown, longestUnderwater } from '../metrics/drawdowns.js';
import { byPeriod, type PeriodReturn } from '../metrics/periods.js';
import { optimalBlockLength } from '../significance/block-length.js';
import { sharpeIntervals, type Interval } from '../significance/intervals.js';
import {
  permuteEntries,
  shuffleTrades,
  type EntryPermutation,
  type TradeOrder,
} from '../significance/permutation.js';
import { stationaryResamples } from '../significance/resampling.js';
import {
  deflatedSharpe,
  expectedMaximumSharpe,
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeMoments,
} from '../significance/sharpe.js';
import { verdictOf, type Verdict } from '../significance/verdict.js';
import type { Trade } from './spec.js';
import { tradeFigures, type TradeFigures } from './trade-figures.js';
import { varianceOfTrials } from './trials.js';

export interface AnalysisInput {
  /** Bar opens, epoch ms, ascending. */
  time: Float64Array;
  /** Marked at every close. */
  equity: Float64Array;
  trades: readonly Trade[];
  /** Of buying and holding over the same bars and costs. */
  benchmarkEquity?: Float64Array;
  /** Cash at the start, of both. */
  start: number;
  periodsPerYear: 365 | 252;
  /** Different things tried on this window, this one included. */
  trials?: number;
  /** Their Sharpe ratios a day, as far as they are comparable. */
  trialSharpes?: readonly number[];
  /** Held over each bar, −1 … 1, and what the price returned over it: for the permutation of entries. */
  position?: Float64Array;
  priceReturns?: Float64Array;
  resamples?: number;
  seed?: string;
}

/** What stands beside the metrics of a backtest; NaN where undefined. Sharpe ratios are annual, durations in days. */
export interface Analysis {
  /** Daily returns that the figures are of. */
  days: number;
  drawdown: { depth: number; start: number; trough: number; recovery: number | null; days: number } | null;
  longestDrawdownDays: number;
  omega: number;
  tailRatio: number;
  skewness: number;
  kurtosis: number;
  trades: TradeFigures;
  /** The same trades in another order. */
  tradeOrder: TradeOrder;
  /** The same holdings at other moments; null without positions. */
  entries: EntryPermutation | null;
  benchmark: BenchmarkMetrics | null;
  sharpe: number;
  /** 95 %, by the stationary bootstrap, corrected for bias and acceleration. */
  sharpeInterval: Interval;
  /** Probability of a Sharpe ratio above 0, and above what the luckiest of all trials shows. */
  probabilisticSharpe: number;
  deflatedSharpe: number;
  trials: number;
  expectedMaximumSharpe: number;
  /** Days needed to believe, with 95 %, in a Sharpe ratio above 0; infinite where it is not. */
  minimumTrackRecordDays: number;
  byYear: PeriodReturn[];
  byMonth: PeriodReturn[];
  verdict: Verdict;
}

/** What a result shows of it by itself; the whole stands beside its equity. */
export type AnalysisSummary = Pick<
  Analysis,
  | 'sharpeInterval'
  | 'probabilisticSharpe'
  | 'deflatedSharpe'
  | 'expectedMaximumSharpe'
  | 'minimumTrackRecordDays'
  | 'trials'
  | 'verdict'
>;

export const summaryOf = (analysis: Analysis): AnalysisSummary => ({
  sharpeInterval: analysis.sharpeInterval,
  probabilisticSharpe: analysis.probabilisticSharpe,
  deflatedSharpe: analysis.deflatedSharpe,
  expectedMaximumSharpe: analysis.expectedMaximumSharpe,
  minimumTrackRecordDays: analysis.minimumTrackRecordDays,
  trials: analysis.trials,
  verdict: analysis.verdict,
});

/** Judges a backtest from its equity and trades. A stake that is lost has no returns any more: those days count as 0. */
export function analyse(input: AnalysisInput): Analysis {
  const { time, equity, start, periodsPerYear, trades } = input;
  const everyDay = periodsPerYear === 365;
  const daily = (values: Float64Array): Float64Array =>
    dailyReturns({ time, equity: values, start, everyDay }).map((each) => (Number.isNaN(each) ? 0 : each));
  const returns = daily(equity);
  const days = dailyTimes(time, everyDay);
  const moments = sharpeMoments(returns);
  const profits = Float64Array.from(
    trades.filter(({ exitTime }) => exitTime !== null).map(({ profit }) => profit),
  );
  return {
    days: returns.length,
    ...fallsOf(days, returns),
    omega: omegaRatio(returns, periodsPerYear),
    tailRatio: tailRatio(returns),
    skewness: moments.skewness,
    kurtosis: moments.kurtosis,
    trades: tradeFigures({ trades, equity, time }),
    tradeOrder: shuffleTrades(profits, start, { seed: input.seed ?? '1' }),
    entries: entriesOf(input),
    benchmark: input.benchmarkEquity
      ? benchmarkMetrics(returns, daily(input.benchmarkEquity), periodsPerYear)
      : null,
    sharpe: sharpeRatio(returns, periodsPerYear),
    ...doubtsOf(input, returns),
    byYear: byPeriod(days, returns, 'year'),
    byMonth: byPeriod(days, returns, 'month'),
  };
}

function entriesOf({
  position,
  priceReturns,
  resamples = 1000,
  seed = '1',
}: AnalysisInput): EntryPermutation | null {
  return position && priceReturns ? permuteEntries(position, priceReturns, { resamples, seed }) : null;
}

function fallsOf(
  days: Float64Array,
  returns: Float64Array,
): Pick<Analysis, 'drawdown' | 'longestDrawdownDays'> {
  let level = 1;
  const levels = returns.map((each) => (level *= 1 + each));
  const deepest = deepestDrawdown(levels, 1);
  // A peak at the start value is dated by the first day.
  const dayAt = (place: number): number => days[Math.max(0, place)] ?? NaN;
  return {
    drawdown: deepest && {
      depth: deepest.depth,
      start: dayAt(deepest.start),
      trough: dayAt(deepest.trough),
      recovery: deepest.recovery === null ? null : dayAt(deepest.recovery),
      days: deepest.duration,
    },
    longestDrawdownDays: longestUnderwater(levels, 1),
  };
}

type Doubts = Pick<
  Analysis,
  | 'sharpeInterval'
  | 'probabilisticSharpe'
  | 'deflatedSharpe'
  | 'trials'
  | 'expectedMaximumSharpe'
  | 'minimumTrackRecordDays'
  | 'verdict'
>;

function doubtsOf(input: AnalysisInput, returns: Float64Array): Doubts {
  const { periodsPerYear, trialSharpes = [], resamples = 1000, seed = '1' } = input;
  const moments = sharpeMoments(returns);
  const n = returns.length;
  const trials = Math.max(1, input.trials ?? 1, trialSharpes.length);
  const tried = { trials, variance: varianceOfTrials({ trials, sharpes: [...trialSharpes] }, n) };
  const block = Math.max(1, optimalBlockLength(returns).stationary || 1);
  const { bca } = sharpeIntervals(returns, stationaryResamples({ n, block, resamples, seed }));
  const deflated = deflatedSharpe(moments, tried);
  const needed = minimumTrackRecord(moments);
  const annual = Math.sqrt(periodsPerYear);
  return {
    sharpeInterval: [bca[0] * annual, bca[1] * annual],
    probabilisticSharpe: probabilisticSharpe(moments),
    deflatedSharpe: deflated,
    trials,
    expectedMaximumSharpe: expectedMaximumSharpe(tried) * annual,
    minimumTrackRecordDays: needed,
    verdict: verdictOf({
      sharpe: moments.sharpe,
      n,
      trials,
      deflatedSharpe: deflated,
      interval: bca,
      minimumTrackRecord: needed,
    }),
  };
}
