import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SuggestTrialsRequest, TrialRequest } from '../../domain/ml/tuning.js';
import type { TuningPlan, TuningTrial } from '../../domain/training/tuning.js';
import { localTemporal, replayAll, temporalBinary } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = temporalBinary();
const LONG = 60;
const plan: TuningPlan = {
  ...{ id: 'tun_made', name: 'made', base: { dataset: 'ds_1', trainer: 'dlinear' }, seed: 1 },
  space: { learningRate: { min: 0, max: 1 } },
  objective: { name: 'validationLoss', direction: 'minimise' },
  ...{ trials: 12, parallel: 4, rungs: [1, 3], reduction: 2 },
};
const refusal = (message: string) =>
  ApplicationFailure.create({ message, type: 'InvalidInputError', nonRetryable: true });

describe.skipIf(!binary)('tuning (skipped where the Temporal binary is not installed)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  let recorded: TuningTrial[] = [];
  let asked: SuggestTrialsRequest[] = [];
  let refuses = (_rate: number): boolean => false;

  const io = {
    planTuning: async () => ({ plan, existing: null }),
    planTraining: async (input: { training: { learningRate: number } }) => ({
      trainer: 'dlinear',
      request: { training: input.training },
      existing: null,
    }),
    recordTrials: async ({ trials }: { trials: TuningTrial[] }) => {
      recorded.push(...trials);
      return { key: `tunings/${recorded.length}`, sha256: 'a', bytes: 1 };
    },
    chooseTrial: async () => {
      const complete = recorded.filter(({ state }) => state === 'complete');
      const [best] = complete.sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
      return { best, input: { name: 'made', training: { learningRate: best?.drawn['learningRate'] } } };
    },
    registerModel: async () => ({ model: 'made', version: '1', onnxSha256: 'a' }),
    finishTuning: async ({ best }: { best: TuningTrial }) => ({ best, digest: 'd'.repeat(64) }),
  };
  const train = {
    suggestTrials: async (request: SuggestTrialsRequest) => {
      asked.push(request);
      const from = recorded.length;
      return {
        params: Array.from({ length: request.count }, (_, i) => ({ learningRate: (from + i + 1) / 100 })),
      };
    },
    /** The lower the rate, the better. */
    trainTrial: async ({ request, untilEpoch }: TrialRequest) => {
      const rate = request.training.learningRate;
      if (refuses(rate)) throw refusal(`No rate of ${rate}`);
      return { epochs: Array.from({ length: untilEpoch }), validationLoss: rate / untilEpoch, seconds: 1 };
    },
    trainForecaster: async () => ({ epochs: [{}], rows: { train: 1 } }),
  };

  beforeAll(async () => {
    environment = await localTemporal(binary!, [
      '--dynamic-config-value',
      `limit.historyCount.suggestContinueAsNew=${LONG}`,
    ]);
    workers = await scriptedWorkers({
      ...{ connection: environment.nativeConnection, namespace: 'finsight' },
      steps: { io, train } as never,
    });
  }, 60_000);
  beforeEach(() => {
    [recorded, asked, refuses] = [[], [], () => false];
  });
  afterAll(async () => {
    await workers?.stop();
    await environment?.teardown();
  });

  const tune = (workflowId: string) =>
    environment.client.workflow.start('tuneModel', {
      ...{ taskQueue: 'finsight', workflowId },
      args: [{ name: 'made', base: { dataset: 'ds_1' } }],
    });

  it('goes on in new runs with what was tried, and lets the best of each rung go on', async () => {
    const handle = await tune('tune/long');
    const report = (await handle.result()) as { best: TuningTrial };
    expect((await handle.describe()).runId).not.toBe(handle.firstExecutionRunId);
    expect(recorded.map(({ trial }) => trial)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    // Rates rise from trial to trial: of the first batch half goes on, later ones are among the worse half.
    expect(recorded.filter(({ state }) => state === 'complete').map(({ trial }) => trial)).toEqual([1, 2]);
    expect(report.best).toMatchObject({ trial: 1, epochs: 3, value: 0.01 / 3 });
    expect(asked.map(({ table, count }) => [table?.key ?? null, count])).toEqual([
      [null, 4],
      ['tunings/4', 4],
      ['tunings/8', 4],
    ]);
  }, 120_000);

  it('keeps a trial that cannot be trained with its reason, and goes on', async () => {
    refuses = (rate) => rate === 0.01;
    const report = (await (await tune('tune/failing')).result()) as { best: TuningTrial };
    expect(recorded[0]).toMatchObject({ state: 'failed', value: null, reason: 'No rate of 0.01' });
    expect(report.best.trial).toBe(2);
  }, 120_000);

  it('fails where none of the first trials can be trained, with the first reason', async () => {
    refuses = () => true;
    const failure = await (
      await tune('tune/hopeless')
    )
      .result()
      .catch((error: Error) => error.cause as Error);
    expect(failure).toMatchObject({ message: 'Each of the first 4 trials failed: No rate of 0.01' });
    expect(recorded).toEqual([]);
  }, 120_000);

  it('replays', async () => expect(await replayAll(environment)).toBeGreaterThan(20), 60_000);
});
