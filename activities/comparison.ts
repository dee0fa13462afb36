import type { Ports } from '../adapters/ports.js';
import type { Comparison, RankedResult } from '../domain/backtest/comparison.js';
import type { BacktestResult } from '../domain/backtest/spec.js';
import { digestOf } from '../domain/digest.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { dailyReturns, dailyTimes, growthOf } from '../domain/metrics.js';
import { renderComparison } from '../domain/report/optimisation/comparison.js';
import { optimalBlockLength } from '../domain/significance/block-length.js';
import { overfittingProbability } from '../domain/significance/overfitting.js';
import { stationaryResamples } from '../domain/significance/resampling.js';
import { resampledSums, superiorTest } from '../domain/significance/superior.js';
import { track } from './tracking.js';

export type ComparisonReport = Comparison;

const RESAMPLES = 2000;
/** Parts that the days are cut into: 70 ways to choose half of them. */
const PARTS = 8;
const P_VALUE = 0.05;

export const comparisonSteps = (ports: Ports) => ({
  /** Judges results of the same window together: the best of several is held against having been chosen. */
  async compareResults({ ids }: { ids: string[] }): Promise<ComparisonReport> {
    const results = await ports.documents.getMany<BacktestResult>('backtests', ids);
    const gone = ids.filter((id) => !results.some((each) => each.id === id));
    if (gone.length > 0)
      throw new NotFoundError(`Of backtests these are gone: ${gone.join(', ')}; run them again`);
    const [first] = results;
    if (!first || results.length < 2)
      throw new InvalidInputError('A comparison needs at least 2 different results');
    const read: DailySeries[] = [];
    for (const result of results) read.push(await seriesOf(ports, result));
    const series = read.map(({ returns }) => returns);
    const days = series[0]?.length ?? 0;
    if (series.some(({ length }) => length !== days))
      throw new InvalidInputError('The results are of different days; compare those of one window');
    // Row by row: all of a day together.
    const returns = new Float64Array(series.length * days);
    for (const [k, each] of series.entries())
      for (const [day, value] of each.entries()) returns[day * series.length + k] = value;
    const seed = digestOf(ids.toSorted());
    const tests = testBest(returns, series, seed);
    const overfitting = days >= 4 * PARTS ? overfittingProbability(returns, series.length, PARTS).pbo : null;
    const ranking = results.map(rankOf).sort((a, b) => (b.sharpe || -Infinity) - (a.sharpe || -Infinity));
    const sentence = sentenceOf({
      best: ranking[0]?.strategy ?? '',
      count: results.length,
      ...tests,
      overfitting,
    });
    const report = { stream: first.stream, ranking, ...tests, overfitting, days, sentence };
    const id = `cmp_${seed.slice(0, 24)}`;
    const { spec, source } = first;
    const { from, to } = spec;
    const order = ranking.map(({ backtest }) => results.findIndex(({ id: each }) => each === backtest));
    const html = renderComparison({
      ...{ id, ...report, source, from, to },
      asOf: Math.max(...results.map((each) => each.spec.asOf)),
      growth: order.map((at) => growthOf(series[at] ?? new Float64Array(0))),
      time: read[0]?.time ?? [],
    });
    await ports.objects.put(`backtests/${id}.html`, new TextEncoder().encode(html));
    const stored = { id, ...report, source, from, to, createdAt: ports.now() };
    await ports.documents.insert('comparisons', [stored]);
    await track(ports, {
      ...{ id, experiment: 'comparisons', name: `${results.length} results on ${first.stream}` },
      params: { stream: first.stream, results: ids.toSorted(), from, to },
      tags: { best: ranking[0]?.backtest, sentence, source: source.kind },
      metrics: { ...tests, overfitting: overfitting ?? NaN, days, count: results.length },
    });
    return { id, ...report };
  },
});

/** Returns of days, and which days these are. */
interface DailySeries {
  time: Float64Array;
  returns: Float64Array;
}

async function seriesOf(ports: Ports, { detail, spec }: BacktestResult): Promise<DailySeries> {
  const bytes = await ports.objects.get(detail.key, detail.sha256);
  const file = JSON.parse(new TextDecoder().decode(bytes)) as Record<'time' | 'equity', number[]>;
  const time = Float64Array.from(file.time);
  const everyDay = spec.periodsPerYear === 365;
  const equity = Float64Array.from(file.equity);
  const returns = dailyReturns({ time, equity, start: spec.cash, everyDay });
  // A stake that is lost earns nothing more.
  const kept = returns.map((each) => (Number.isNaN(each) ? 0 : each));
  return { time: dailyTimes(time, everyDay), returns: kept };
}

function testBest(
  returns: Float64Array,
  series: Float64Array[],
  seed: string,
): Pick<ComparisonReport, 'realityCheck' | 'superior'> {
  const block = Math.max(1, ...series.map((each) => optimalBlockLength(each).stationary || 1));
  const performance = { excess: returns, strategies: series.length };
  const n = series[0]?.length ?? 0;
  const draws = [
    ...resampledSums(performance, stationaryResamples({ n, block, resamples: RESAMPLES, seed })),
  ];
  const [plain, studentised] = [false, true].map((studentise) =>
    superiorTest(performance, { draws, block, studentise }),
  );
  return { realityCheck: plain?.pValues.upper ?? NaN, superior: studentised?.pValues.consistent ?? NaN };
}

const rankOf = (result: BacktestResult): RankedResult => ({
  backtest: result.id,
  strategy: result.strategy,
  params: result.spec.params,
  totalReturn: result.metrics.totalReturn,
  sharpe: result.metrics.sharpe,
  maxDrawdown: result.metrics.maxDrawdown,
  deflatedSharpe: result.analysis?.deflatedSharpe ?? NaN,
});

function sentenceOf(of: {
  best: string;
  count: number;
  superior: number;
  overfitting: number | null;
}): string {
  const { best, count, superior, overfitting } = of;
  const doubts = [
    ...(superior <= P_VALUE
      ? []
      : [
          `the best of ${count} would look like this in ${(100 * superior).toFixed(0)} % of worlds without any skill`,
        ]),
    ...(overfitting !== null && overfitting > 0.5
      ? [
          `what is best on half of the days is in the worse half on the others (${(100 * overfitting).toFixed(0)} %)`,
        ]
      : []),
  ];
  if (doubts.length > 0) return `${best} leads, but is not distinguishable from luck: ${doubts.join('; ')}.`;
  return `${best} leads, and better than the best of ${count} without skill would (p ${superior.toFixed(3)}).`;
}
