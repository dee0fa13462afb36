import type { Ports } from '../../adapters/ports.js';
import { beat } from '../beat.js';
import { crossValidate, type ReturnsMatrix } from '../../domain/backtest/search/choosing.js';
import type { CombinatorialSplit } from '../../domain/backtest/search/splits.js';
import {
  bestOf,
  scoreOf,
  type ForwardPart,
  type OutOfSample,
  type ScoredTrial,
  type SearchOutcome,
  type SearchPlan,
} from '../../domain/backtest/search/search.js';
import type { BarColumns } from '../../domain/bars.js';
import { sliceColumns } from '../../domain/bars/columns.js';
import { digestOf } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import { growthOf, maxDrawdown, sharpeRatio } from '../../domain/metrics.js';
import { renderSearch } from '../../domain/report/optimisation/search.js';
import { optimalBlockLength } from '../../domain/significance/block-length.js';
import { sharpeIntervals } from '../../domain/significance/intervals.js';
import { stationaryResamples } from '../../domain/significance/resampling.js';
import { mean } from '../../domain/statistics.js';
import { resolveStrategy } from '../../domain/strategies/index.js';
import { prefixed, track, type TrackedResult } from '../tracking.js';
import { plannedBars } from '../backtest/planned.js';
import { joinTrials } from './trials.js';
import { listOf, runDaily, splitsOf, sweep, wholeParams } from './planning.js';

const DAY = 86_400_000;
/** Trials times days that are held as a matrix: 160 MB of numbers. */
const MOST_CELLS = 20_000_000;

export interface SearchReport extends Omit<SearchPlan, 'space'> {
  best: SearchOutcome['best'];
  tried: number;
  stoppedEarly: boolean;
  outOfSample: OutOfSample | null;
  /** Where each choice of a walk-forward was tested. */
  forward: ForwardPart[];
  digest: string;
}

export const validationSteps = (ports: Ports) => ({
  /** Searches one training window anew and trades what it chose in the window after it. */
  async walkPart({ plan, index }: { plan: SearchPlan; index: number }): Promise<ForwardPart> {
    const split = splitsOf(plan)[index];
    const [train, test] = [split?.train[0], split?.test[0]];
    if (!train || !test)
      throw new InvalidInputError(`The search has no part ${index}; it has ${plan.splits}`);
    const strategy = resolveStrategy(plan.strategy);
    const list = listOf(plan);
    const { bars, perUnit } = await plannedBars(ports, plan);
    const warmUp = Math.max(0, ...list.map((params) => strategy.warmUp(wholeParams(plan.strategy, params))));
    const timeOf = (day: number): number => (Math.floor(plan.from / DAY) + day) * DAY;
    const window = {
      bars: sliceFrom(bars, { from: timeOf(train.from), to: timeOf(train.to), warmUp }),
      perUnit,
    };
    const metrics = await sweep(ports, plan, { list, ...window });
    const { params, score } = bestOf(
      list.map((each, i) => ({ params: each, score: scoreOf(metrics[i], plan.objective) })),
    );
    const [from, to] = [timeOf(test.from), Math.min(timeOf(test.to), plan.to)];
    const tested = sliceFrom(bars, { from, to, warmUp: strategy.warmUp(wholeParams(plan.strategy, params)) });
    const { returns, entries } = runDaily(plan, params, { bars: tested, tradeFrom: from, closeAtEnd: true });
    // What lies before the window is warm-up, flat by construction.
    const before = Math.floor(from / DAY) - Math.floor((tested.time[0] ?? from) / DAY);
    const bytes = new TextEncoder().encode(JSON.stringify(Array.from(returns.slice(before))));
    const { key, sha256 } = await ports.objects.put(`searches/${plan.id}/${index}.json`, bytes);
    return { params, trials: list.length, trainScore: score, from, to, entries, returns: { key, sha256 } };
  },

  /** Chooses among all trials on every combination of groups of days, as of one matrix of their daily returns. */
  async crossValidateSearch({ plan }: { plan: SearchPlan }): Promise<OutOfSample> {
    const list = listOf(plan);
    const { bars } = await plannedBars(ports, plan);
    const matrix = dailyMatrix(plan, list, bars);
    const splits = splitsOf({
      ...plan,
      from: bars.time[0] ?? plan.from,
      to: (bars.time.at(-1) ?? plan.to) + 1,
    });
    const found = crossValidate(matrix, splits as CombinatorialSplit[]);
    const annual = Math.sqrt(plan.spec.periodsPerYear);
    const all = found.paths.map(({ returns }) => growthOf(returns));
    const [low, middle, high] = found.quantiles;
    return {
      kind: 'combinatorial',
      sharpe: middle * annual,
      interval: [low * annual, high * annual],
      totalReturn: mean(all.map((growth) => (growth.at(-1) ?? NaN) - 1)),
      maxDrawdown: Math.max(...all.map((growth) => maxDrawdown(growth, 1))),
      days: matrix.days,
      inSampleSharpe: mean(found.splits.map(({ trainSharpe }) => trainSharpe)) * annual,
      paths: found.paths.length,
    };
  },

  /** Puts the search together and stores it; the same search is the same record. */
  async finishSearch(args: {
    plan: SearchPlan;
    scored: { best: ScoredTrial; tried: number; stoppedEarly: boolean };
    parts: ForwardPart[];
    outOfSample: OutOfSample | null;
  }): Promise<SearchReport> {
    const { plan, scored, parts } = args;
    const { bars, perUnit } = await plannedBars(ports, plan);
    const [metrics = null] = await sweep(ports, plan, { list: [scored.best.params], bars, perUnit });
    const best = { ...scored.best, metrics };
    const outOfSample =
      args.outOfSample ?? (parts.length > 0 ? joinedParts(plan, parts, await returnsOf(ports, parts)) : null);
    const forward = parts;
    const { space, ...rest } = plan;
    const { tried, stoppedEarly } = scored;
    const found = { best, tried, stoppedEarly, outOfSample, forward };
    const report = { ...rest, ...found, digest: digestOf({ plan, ...found }) };
    const html = renderSearch({ ...report, space });
    await ports.objects.put(`backtests/${plan.id}.html`, new TextEncoder().encode(html));
    const results = await joinTrials(ports, plan);
    const kept = { ...report, space, ...(results && { results }), createdAt: ports.now() };
    await ports.documents.insert('searches', [kept]);
    await track(ports, trackedSearch(report, space));
    return report;
  },
});

function trackedSearch(report: SearchReport, space: SearchPlan['space']): TrackedResult {
  const { id, stream, strategy, from, to, spec, digest, barsSha256, source, best, outOfSample } = report;
  const { method, objective, seed, validation, tried } = report;
  return {
    ...{ id, experiment: 'searches', name: `${strategy} on ${stream}, ${tried} trials` },
    params: {
      stream,
      strategy,
      space,
      from,
      to,
      spec,
      method,
      objective,
      seed,
      validation,
      best: best.params,
    },
    tags: { digest, barsSha256, source: source.kind },
    metrics: {
      ...{ tried, score: best.score ?? NaN },
      ...prefixed('best', best.metrics ?? {}),
      ...prefixed('outOfSample', outOfSample ?? {}),
    },
  };
}

/** Bars of [from, to) and so many before them. */
function sliceFrom(
  bars: BarColumns,
  { from, to, warmUp }: { from: number; to: number; warmUp: number },
): BarColumns {
  const first = bars.time.findIndex((time) => time >= from);
  const end = bars.time.findIndex((time) => time >= to);
  if (first < 0 || (end >= 0 && end - first < 2))
    throw new InvalidInputError(
      `A window of the walk-forward, ${new Date(from).toISOString()} to ${new Date(to).toISOString()}, holds fewer than 2 bars; lengthen it`,
    );
  return sliceColumns(bars, Math.max(0, first - warmUp), end < 0 ? undefined : end);
}

function dailyMatrix(plan: SearchPlan, list: Record<string, number>[], bars: BarColumns): ReturnsMatrix {
  let matrix: ReturnsMatrix = { trials: list.length, days: 0, values: new Float64Array(0) };
  for (const [k, params] of list.entries()) {
    const { returns } = runDaily(plan, params, { bars, closeAtEnd: plan.spec.closeAtEnd });
    if (k === 0) {
      if (returns.length * list.length > MOST_CELLS)
        throw new InvalidInputError(
          `${list.length} trials of ${returns.length} days are more than a cross-validation holds; take at most ${Math.floor(MOST_CELLS / returns.length)} trials`,
        );
      matrix = { ...matrix, days: returns.length, values: new Float64Array(list.length * returns.length) };
    }
    // A stake that is lost earns nothing more.
    matrix.values.set(
      returns.map((each) => (Number.isNaN(each) ? 0 : each)),
      k * matrix.days,
    );
    beat({ trial: k });
  }
  return matrix;
}

async function returnsOf(ports: Ports, parts: readonly ForwardPart[]): Promise<Float64Array> {
  const all: number[] = [];
  for (const { returns } of parts) {
    const text = new TextDecoder().decode(await ports.objects.get(returns.key, returns.sha256));
    // JSON has no NaN: what is lost earns nothing more.
    for (const each of JSON.parse(text) as (number | null)[]) all.push(each ?? 0);
  }
  return Float64Array.from(all);
}

function joinedParts(plan: SearchPlan, parts: readonly ForwardPart[], returns: Float64Array): OutOfSample {
  const growth = growthOf(returns);
  const { periodsPerYear } = plan.spec;
  const annual = Math.sqrt(periodsPerYear);
  const block = Math.max(1, optimalBlockLength(returns).stationary || 1);
  const { bca } = sharpeIntervals(
    returns,
    stationaryResamples({ n: returns.length, block, resamples: 1000, seed: plan.id }),
  );
  const trained = parts.map(({ trainScore }) => trainScore ?? NaN).filter(Number.isFinite);
  return {
    kind: 'walk-forward',
    sharpe: sharpeRatio(returns, periodsPerYear),
    interval: [bca[0] * annual, bca[1] * annual],
    totalReturn: (growth.at(-1) ?? NaN) - 1,
    maxDrawdown: maxDrawdown(growth, 1),
    days: returns.length,
    inSampleSharpe: plan.objective === 'sharpe' ? mean(trained) : NaN,
    paths: 1,
  };
}
