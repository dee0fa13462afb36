import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonSteps } from '../../activities/comparison.js';
import { backtestSteps } from '../../activities/backtest.js';
import { searchSteps, type SearchInput } from '../../activities/search/planning.js';
import { validationSteps } from '../../activities/search/validating.js';
import { bestOf } from '../../domain/backtest/search/search.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';
import type { Trial } from '../../domain/backtest/trials.js';
import type { Bar } from '../../domain/bars.js';
import { seededNormal } from '../../domain/random.js';
import { madePorts } from './made-ports.js';

const HOUR = 3_600_000;
const STREAM = 'binance/BTC-USDT/1h';
const START = Date.UTC(2023, 0, 1);
const DAYS = 120;
const source = { kind: 'simulated' as const, detail: '1' };
const { ports, remove } = madePorts();
const steps = { ...searchSteps(ports), ...validationSteps(ports) };

/** A walk that returns to its mean, so that buying low earns something. */
function madeBars(): Bar[] {
  const normal = seededNormal('search');
  let away = 0;
  let before = 100;
  return Array.from({ length: DAYS * 24 }, (_, i) => {
    away = 0.95 * away + 0.01 * normal();
    const close = Number((100 * Math.exp(away)).toFixed(4));
    const open = before;
    before = close;
    const [high, low] = [Math.max(open, close), Math.min(open, close)];
    const time = START + i * HOUR;
    return { time, open, high, low, close, volume: 1, knownAt: time + HOUR };
  });
}

beforeAll(async () => {
  const [exchange = '', symbol = ''] = STREAM.split('/');
  await ports.series.write({ stream: { exchange, symbol, timeframe: '1h' }, source, bars: madeBars() });
});
afterAll(remove);

const input: SearchInput = {
  stream: STREAM,
  strategy: 'mean-reversion',
  space: { length: '10:60', enter: { min: 0.5, max: 2.5, step: 0.25 }, exit: [0.25] },
  trials: 30,
  spec: { costs: { feeBps: 1, slippageBps: 0 } },
};

describe('a search of parameters', () => {
  it('plans the same trials again, scores them as single runs do, and counts each once', async () => {
    const plan = await steps.planSearch(input);
    expect(await steps.planSearch(input)).toEqual(plan);
    const { scored, refused } = await steps.tryTrials({ plan, from: 0, to: 30 });
    const parts = [
      ...(await steps.tryTrials({ plan, from: 0, to: 12 })).scored,
      ...(await steps.tryTrials({ plan, from: 12, to: 30 })).scored,
    ];
    expect(parts).toEqual(scored);
    expect(refused).toBe(0);
    expect(new Set(scored.map(({ params }) => JSON.stringify(params))).size).toBe(30);
    const { items } = await ports.documents.find<Trial>('trials', { limit: 500 });
    expect(items.filter(({ strategy }) => strategy === 'mean-reversion')).toHaveLength(30);
    const best = bestOf(scored);
    const run = await backtestSteps(ports).runBacktest({
      stream: STREAM,
      strategy: 'mean-reversion',
      params: best.params,
      feeBps: 1,
      slippageBps: 0,
    });
    expect(run.metrics.sharpe).toBeCloseTo(best.score ?? NaN, 8);
    // The same decision on the same window is one of the thirty.
    expect((await ports.documents.get<BacktestResult>('backtests', run.id))?.trials).toBe(30);
  });

  it('walks forward over windows that no choice has seen', async () => {
    const validation = {
      kind: 'walk-forward' as const,
      train: 40,
      test: 20,
      purge: 1,
      embargo: 0,
      anchored: false,
    };
    const plan = await steps.planSearch({ ...input, validation });
    expect(plan.splits).toBe(4);
    const parts = [];
    for (let index = 0; index < plan.splits; index++) parts.push(await steps.walkPart({ plan, index }));
    expect(parts.map(({ from, to }) => [from, to].map((time) => (time - START) / 86_400_000))).toEqual([
      [41, 61],
      [61, 81],
      [81, 101],
      [101, 120],
    ]);
    const scored = { best: { params: parts[0]?.params ?? {}, score: 1 }, tried: 30, stoppedEarly: false };
    const report = await steps.finishSearch({ plan, scored, parts, outOfSample: null });
    expect(report.outOfSample).toMatchObject({ kind: 'walk-forward', days: 79, paths: 1 });
    // What was chosen as best looks better in its training than afterwards.
    expect(report.outOfSample!.inSampleSharpe).toBeGreaterThan(report.outOfSample!.sharpe);
    expect(report.best.metrics?.exits).toBeGreaterThan(0);
    const again = await steps.finishSearch({ plan, scored, parts, outOfSample: null });
    expect(await ports.tracking.get(report.id)).toMatchObject({
      ...{ experiment: 'searches', status: 'finished', tags: { digest: report.digest } },
      metrics: { tried: report.tried, 'outOfSample.sharpe': report.outOfSample?.sharpe },
    });
    expect(again.digest).toBe(report.digest);
  });

  it('takes the defaults of what is not searched', async () => {
    const plan = await steps.planSearch({ ...input, strategy: 'rsi', space: { length: '5:20' }, trials: 10 });
    const { scored } = await steps.tryTrials({ plan, from: 0, to: 10 });
    const best = bestOf(scored);
    const report = await steps.finishSearch({
      plan,
      scored: { best, tried: 10, stoppedEarly: false },
      parts: [],
      outOfSample: null,
    });
    expect(report.best.metrics?.sharpe).toBeCloseTo(best.score ?? NaN, 10);
    const validation = {
      kind: 'walk-forward' as const,
      train: 60,
      test: 30,
      purge: 1,
      embargo: 0,
      anchored: false,
    };
    const walked = await steps.planSearch({
      ...input,
      strategy: 'rsi',
      space: { length: '5:20' },
      validation,
    });
    expect((await steps.walkPart({ plan: walked, index: 0 })).entries).toBeGreaterThan(1);
  });

  it('does not let the future into a window: other bars after it change nothing of it', async () => {
    const validation = {
      kind: 'walk-forward' as const,
      train: 40,
      test: 20,
      purge: 1,
      embargo: 0,
      anchored: false,
    };
    const whole = await steps.planSearch({ ...input, validation });
    const cut = await steps.planSearch({ ...input, validation, to: START + 61 * 86_400_000 });
    const [{ returns: a, ...one }, { returns: b, ...other }] = [
      await steps.walkPart({ plan: whole, index: 0 }),
      await steps.walkPart({ plan: cut, index: 0 }),
    ];
    expect(one).toEqual(other);
    expect(a.sha256).toBe(b.sha256);
  });

  it('cross-validates every choice of groups', async () => {
    const validation = { kind: 'combinatorial' as const, groups: 6, tested: 2, purge: 1, embargo: 2 };
    const plan = await steps.planSearch({
      ...input,
      method: 'grid',
      space: { length: '10:30:10', enter: [1, 2] },
      validation,
    });
    expect(plan.trials).toBe(6);
    const found = await steps.crossValidateSearch({ plan });
    expect(found).toMatchObject({ kind: 'combinatorial', days: DAYS, paths: 5 });
    expect(found.interval[0]).toBeLessThanOrEqual(found.sharpe);
  });

  it.each([
    [{ space: { lenght: [10] } }, /Unknown parameter "lenght".*did you mean "length"/],
    [{ space: { length: [1] } }, /length of mean-reversion is 1/],
    [{ trials: 0 }, /trials is 0; a random search takes a whole number from 1/],
    [{ method: 'bayesian' as const, trials: 5000 }, /from 1 to 300/],
    [{ strategy: 'news-sentiment', space: {} }, /needs sentiment; a search runs on bars alone/],
    [
      {
        method: 'bayesian' as const,
        validation: { kind: 'combinatorial' as const, groups: 4, tested: 2, purge: 0, embargo: 0 },
      },
      /goes with the methods grid and random/,
    ],
    [
      {
        validation: {
          kind: 'walk-forward' as const,
          train: 400,
          test: 20,
          purge: 0,
          embargo: 0,
          anchored: true,
        },
      },
      /120 periods hold no training of 400/,
    ],
  ])('%j is refused', async (change, message) => {
    await expect(steps.planSearch({ ...input, ...change })).rejects.toThrow(message);
  });
});

describe('a comparison of results', () => {
  it('ranks them and holds the best against having been chosen', async () => {
    const run = (strategy: string, params = {}) =>
      backtestSteps(ports).runBacktest({ stream: STREAM, strategy, params, feeBps: 1, slippageBps: 0 });
    const ids = [
      (await run('mean-reversion', { length: 20, enter: 1 })).id,
      (await run('sma-cross', { fast: 5, slow: 20 })).id,
      (await run('buy-and-hold')).id,
    ];
    const report = await comparisonSteps(ports).compareResults({ ids });
    expect(report.ranking).toHaveLength(3);
    expect(report.ranking.map(({ sharpe }) => sharpe)).toEqual(
      report.ranking.map(({ sharpe }) => sharpe).toSorted((a, b) => b - a),
    );
    expect(report.superior).toBeGreaterThanOrEqual(0);
    expect(report.sentence).toContain(`${report.ranking[0]?.strategy} leads`);
    expect((await comparisonSteps(ports).compareResults({ ids })).id).toBe(report.id);
    expect(await ports.tracking.get(report.id)).toMatchObject({
      ...{ experiment: 'comparisons', metrics: { superior: report.superior, count: ids.length } },
      tags: { best: report.ranking[0]?.backtest },
    });
    await expect(comparisonSteps(ports).compareResults({ ids: [...ids, 'bt_gone'] })).rejects.toThrow(
      /bt_gone/,
    );
    await expect(comparisonSteps(ports).compareResults({ ids: ids.slice(0, 1) })).rejects.toThrow(
      /at least 2/,
    );
  });
});
