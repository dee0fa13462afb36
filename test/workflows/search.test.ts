import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComparisonReport } from '../../activities/comparison.js';
import type { SearchReport } from '../../activities/search/validating.js';
import { drawCombinations } from '../../domain/backtest/search/draws.js';
import { parseSpace } from '../../domain/backtest/search/space.js';
import type { SuggestRequest, SuggestResult } from '../../domain/ml.js';
import { seededNormal } from '../../domain/random.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
const STREAM = 'binance/BTC-USDT/1h';
const HOUR = 3_600_000;
const START = Date.UTC(2023, 0, 1);

describe.skipIf(!binary)('searching parameters (skipped where the Temporal binary is not installed)', () => {
  let platform: TestPlatform;
  let python: { stop(): Promise<void> };
  const asked: SuggestRequest[] = [];
  /** In Python's place: draws, and never what was told. */
  const suggestParameters = async (request: SuggestRequest): Promise<SuggestResult> => {
    asked.push(request);
    const space = parseSpace({ fast: '2:40', slow: '41:90' });
    const all = drawCombinations({ space, count: request.told.length + request.count, seed: '1' });
    return { params: all.slice(request.told.length) };
  };

  beforeAll(async () => {
    platform = await testPlatform(binary!);
    await platform.serve(['finsight', 'cpu']);
    const connection = platform.environment.nativeConnection;
    python = await scriptedWorkers({
      ...{ connection, namespace: 'finsight', stepsOnly: true },
      steps: { train: { suggestParameters } },
    });
    const normal = seededNormal('story');
    let close = 100;
    const bars = Array.from({ length: 100 * 24 }, (_, i) => {
      const open = close;
      close = Number((close * Math.exp(0.01 * normal())).toFixed(4));
      const [high, low] = [Math.max(open, close), Math.min(open, close)];
      return { time: START + i * HOUR, open, high, low, close, volume: 1, knownAt: START + (i + 1) * HOUR };
    });
    const stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' as const };
    await platform.ports.series.write({ stream, source: { kind: 'simulated', detail: '1' }, bars });
  }, 120_000);
  afterAll(async () => {
    await python?.stop();
    await platform?.close();
  });

  const run = async <T>(kind: 'searchBacktest' | 'compareStrategies', input: object): Promise<T> => {
    const { workflowId } = await platform.stories.start(kind, input as never, BY);
    return (await platform.environment.client.workflow.getHandle(workflowId).result()) as T;
  };
  const search = (more: object): Promise<SearchReport> =>
    run('searchBacktest', {
      stream: STREAM,
      strategy: 'sma-cross',
      space: { fast: '2:40', slow: '41:90' },
      ...more,
    });

  it('at random walks forward, and ends early where nothing better comes', async () => {
    const validation = { kind: 'walk-forward', train: 40, test: 20, purge: 1, embargo: 0, anchored: true };
    const report = await search({ trials: 450, patience: { trials: 60, gain: 0 }, validation });
    expect(report.stoppedEarly).toBe(true);
    expect(report.tried).toBeLessThan(450);
    expect(report.forward).toHaveLength(3);
    expect(report.outOfSample?.days).toBe(59);
    expect(report.best.metrics?.entries).toBeGreaterThan(0);
  });

  it('by Bayesian optimisation tells all that it tried, ten at a time', async () => {
    const report = await search({ method: 'bayesian', trials: 25 });
    expect(report.tried).toBe(25);
    expect(asked.map(({ told, count }) => [told.length, count])).toEqual([
      [0, 10],
      [10, 10],
      [20, 5],
    ]);
    expect(asked[2]?.told.every(({ value }) => value !== null)).toBe(true);
  });

  it('over a grid is cross-validated, and the same again', async () => {
    const validation = { kind: 'combinatorial', groups: 5, tested: 2, purge: 1, embargo: 2 };
    const input = { method: 'grid', space: { fast: [5, 10], slow: [50, 60] }, validation };
    const report = await search(input);
    expect(report.outOfSample).toMatchObject({ kind: 'combinatorial', paths: 4, days: 100 });
    expect((await search({ ...input, run: 'again' })).digest).toBe(report.digest);
  });

  it('compares strategies over the same window', async () => {
    const strategies = [{ strategy: 'sma-cross' }, { strategy: 'donchian' }, { strategy: 'buy-and-hold' }];
    const report = await run<ComparisonReport>('compareStrategies', { stream: STREAM, strategies });
    expect(report.ranking.map(({ strategy }) => strategy).sort()).toEqual([
      'buy-and-hold',
      'donchian',
      'sma-cross',
    ]);
    expect(report.days).toBe(100);
  });

  it('replays', async () => expect(await replayAll(platform.environment)).toBeGreaterThan(4));
});
