import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alias } from '../../activities/models.js';
import { championId } from '../../activities/models.js';
import type { DriftReport } from '../../domain/drift/report.js';
import type { ModelVersion } from '../../domain/models.js';
import { NODE_QUEUES } from '../../workers/worker.js';
import type { RetrainingReport, WatchReport } from '../../workflows/drift.js';
import { madeChampion, MADE_SOURCE, storeRegimes } from '../activities/made-champions.js';
import { HOUR } from '../domain/made-regimes.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
const CHANGED = 'binance/BTC-USDT/1h';
const STEADY = 'binance/ETH-USDT/1h';
/** The sum of four moves tells more of the next than the last one alone, which is what the baselines look at. */
const TREND = { deviation: 0.006, reversion: -0.25, span: 4 };
const RETURN = { deviation: 0.018, reversion: 0.25, span: 4 };

describe.skipIf(!binary)('watching for drift (skipped where the Temporal binary is not installed)', () => {
  let platform: TestPlatform;
  let champions: { model: string }[];
  const run = async <T>(kind: 'watchDrift' | 'retrainModel', input: Record<string, unknown>): Promise<T> => {
    const { workflowId } = await platform.stories.start(kind, input, BY);
    return (await platform.environment.client.workflow.getHandle(workflowId).result()) as T;
  };
  const aliasOf = (name: string) =>
    platform.ports.documents.get<Alias>('aliases', championId(name, MADE_SOURCE));

  beforeAll(async () => {
    platform = await testPlatform(binary!);
    await platform.serve(NODE_QUEUES);
    const { ports } = platform;
    const calm = 5000;
    const changed = await storeRegimes(ports, {
      ...{ stream: CHANGED, seed: 'changed' },
      regimes: [
        { ...TREND, bars: calm },
        { ...RETURN, bars: 4500 },
      ],
    });
    const regimes = [{ ...TREND, bars: calm + 4500 }];
    const steady = await storeRegimes(ports, { stream: STEADY, seed: 'steady', regimes });
    const to = (times: number[]): number => times[0]! + calm * HOUR;
    champions = [
      await madeChampion(ports, {
        ...{ name: 'changed-1h-h1', streams: [CHANGED], from: changed[0]!, to: to(changed) },
      }),
      await madeChampion(ports, {
        ...{ name: 'steady-1h-h1', streams: [STEADY], from: steady[0]!, to: to(steady) },
      }),
    ];
  }, 180_000);
  afterAll(() => platform?.close());

  it('does nothing where nothing is stored', async () => {
    const report = await run<WatchReport>('watchDrift', { stream: 'binance/XRP-USDT/1h', policy: 'retrain' });
    expect(report).toMatchObject({ idle: 'no bars of binance/XRP-USDT/1h are stored', reports: [] });
  });

  it('finds the change, tells of it, and serves the model that beats the champion on recent rows', async () => {
    const report = await run<WatchReport>('watchDrift', {
      ...{ stream: CHANGED, policy: 'retrain', source: MADE_SOURCE },
    });
    const { model } = champions[0]!;
    expect(report.reports).toMatchObject([{ model, verdict: 'drift', decision: { action: 'retrain' } }]);
    const [retrained] = report.retrained as [RetrainingReport];
    expect(retrained.champion).toBe(model);
    expect(retrained.comparison.better).toBe(true);
    expect(retrained.comparison.challengerLoss).toBeLessThan(retrained.comparison.championLoss);
    const alias = (await aliasOf('changed-1h-h1'))!;
    const isServed = alias.model === `mdl_${retrained.challenger}`;
    expect(retrained.decision).toBe(isServed ? 'promoted' : 'rejected');
    expect(isServed, retrained.reasons.join('\n')).toBe(true);
    const audit = await platform.ports.documents.find<Record<string, unknown>>('audit', {
      where: { principal: ['watchDrift', 'retrainModel'] },
      order: 'oldest',
    });
    expect(audit.items.map(({ action }) => action)).toEqual(['drift.retrain', 'model.challenges']);
    const [event] = await platform.ports.events.recent({ type: 'drift.detected', limit: 10 });
    expect(event?.payload).toMatchObject({ stream: CHANGED, model });
  }, 120_000);

  it('finds nothing where nothing has changed, and a retraining that is asked for all the same is not served', async () => {
    const watched = await run<WatchReport>('watchDrift', {
      ...{ stream: STEADY, policy: 'retrain', source: MADE_SOURCE },
    });
    expect(watched.reports).toMatchObject([{ verdict: 'stable', decision: { action: 'none' } }]);
    expect(watched.retrained).toEqual([]);

    const report = await run<RetrainingReport>('retrainModel', { name: 'steady-1h-h1', source: MADE_SOURCE });
    expect(report).toMatchObject({ champion: champions[1]!.model, decision: 'kept' });
    expect(report.comparison.better).toBe(false);
    expect((await aliasOf('steady-1h-h1'))!.model).toBe(`mdl_${champions[1]!.model}`);
    const challenger = await platform.ports.documents.get<ModelVersion>('models', `mdl_${report.challenger}`);
    expect(challenger!.stage).toBe('rejected');
    const { items } = await platform.ports.documents.find<Record<string, unknown>>('audit', {
      where: { target: `mdl_${report.challenger}`, principal: 'retrainModel' },
    });
    expect(items).toMatchObject([{ action: 'model.kept', detail: { champion: champions[1]!.model } }]);
  }, 120_000);

  it('keeps one report of one look', async () => {
    const count = () => platform.ports.documents.count('driftReports', {});
    const before = await count();
    const found = await platform.ports.documents.find<DriftReport>('driftReports', {
      where: { stream: STEADY },
    });
    await run('watchDrift', { stream: STEADY, source: MADE_SOURCE, policy: 'alert' });
    expect(await count()).toBe(before);
    expect(found.items).toHaveLength(1);
  }, 60_000);

  it('replays', async () => {
    expect(await replayAll(platform.environment)).toBeGreaterThan(8);
  }, 60_000);
});

describe.skipIf(!binary)(
  'the order of a retraining (skipped where the Temporal binary is not installed)',
  () => {
    let environment: TestWorkflowEnvironment;
    const asked: string[] = [];
    let workers: { stop(): Promise<void> };
    const step = (name: string, answer: unknown) => async (): Promise<unknown> => {
      asked.push(name);
      return answer;
    };
    beforeAll(async () => {
      const { localTemporal } = await import('../temporal.js');
      environment = await localTemporal(binary!);
      const plan = {
        ...{ champion: 'm@1', costs: { feeBps: 1, slippageBps: 1 } },
        ...{ training: { name: 'm', trainer: 'ridge' } },
        dataset: {
          ...{ source: MADE_SOURCE, streams: [CHANGED], from: 0, to: 1, asOf: 1 },
          ...{ sentimentModel: 'lexicon@1', lookBack: 16, horizonBars: 1 },
        },
      };
      workers = await scriptedWorkers({
        connection: environment.nativeConnection,
        namespace: 'finsight',
        steps: {
          io: {
            planRetraining: step('plan', plan),
            // The same data and settings give the same model.
            planTraining: step('train', { existing: { model: 'm', version: '1' } }),
            recordRetraining: step('record', null),
            decideDeployment: step('deploy', { decision: 'promoted', reasons: [] }),
          },
          cpu: { buildDataset: step('dataset', { id: 'ds_1', rows: 1 }) },
          gpu: {
            evaluateStream: step('evaluate', { id: 'evl_1', from: 0, to: 1 }),
            compareOnRecent: step('compare', { better: true, reason: 'it is better' }),
          },
        },
      });
    }, 60_000);
    afterAll(async () => {
      await workers?.stop();
      await environment?.teardown();
    });

    it('the champion itself is no challenger, whatever the comparison says', async () => {
      const report = await environment.client.workflow.execute('retrainModel', {
        ...{ taskQueue: 'finsight', workflowId: 'retrain/same' },
        args: [{ name: 'm', source: 'simulated' }],
      });
      expect(report).toMatchObject({ champion: 'm@1', challenger: 'm@1', decision: 'kept' });
      expect(asked).toEqual(['plan', 'dataset', 'train', 'evaluate', 'compare', 'record']);
    }, 60_000);
  },
);
