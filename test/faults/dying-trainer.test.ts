import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredDataset } from '../../activities/dataset.js';
import type { ReproductionReport } from '../../activities/training/reproduction.js';
import type { StoredTuning, TuningReport } from '../../domain/training/tuning-report.js';
import { readMlState, readToolPaths } from '../../adapters/toolchain.js';
import type { StoryKind } from '../../api/story-inputs.js';
import { marketOf } from '../../domain/backtest/trials.js';
import type { ModelVersion } from '../../domain/models.js';
import type { TrainingReport } from '../../domain/research.js';
import { parseSource } from '../../domain/sources.js';
import type { TuningTrial } from '../../domain/training/tuning.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { startTrainer, type WorkerProcess } from '../workers/processes.js';

const binary = temporalBinary();
const python = binary && readMlState().state === 'ready' ? readToolPaths().mlPython : '';
const BY = { principal: 'local', tenant: 'default' };
const STREAM = 'binance/BTC-USDT/1h';
const window = { source: 'simulated', from: '2024-01-01', to: '2024-03-20' };
const small = { d_model: 8, layers: 1, heads: 2, feed_forward: 8 };

describe.skipIf(!python || !existsSync(python))(
  'a trainer that dies (skipped without Temporal or the Python environment)',
  () => {
    let platform: TestPlatform;
    let dataset: string;
    let trainer: WorkerProcess;
    const running = new Set<WorkerProcess>();

    const start = (on: TestPlatform): WorkerProcess => {
      const worker = startTrainer(python, {
        TEMPORAL_ADDRESS: on.environment.address,
        OBJECTS_URL: `file:${on.directory}/objects`,
        MLFLOW_TRACKING_URI: '',
      });
      running.add(worker);
      return worker;
    };
    const kill = async (worker: WorkerProcess): Promise<void> => {
      worker.child.kill('SIGKILL');
      await worker.ended;
      running.delete(worker);
    };
    const run = async <T>(kind: StoryKind, input: object, on = platform): Promise<T> => {
      const { workflowId } = await on.stories.start(kind, input as never, BY);
      return resultOf<T>(workflowId, on);
    };
    const resultOf = async <T>(workflowId: string, on = platform): Promise<T> =>
      (await on.environment.client.workflow.getHandle(workflowId).result()) as T;
    const opened = async (): Promise<{ platform: TestPlatform; dataset: string }> => {
      const own = await testPlatform(binary!);
      await own.serve(['finsight', 'io', 'cpu']);
      await run('collectBars', { ...window, stream: STREAM }, own);
      // All but the streams is filled in from what is stored.
      const { id } = await run<{ id: string }>(
        'buildDataset',
        { streams: [STREAM], horizons: [1, 4], lookBack: 48 },
        own,
      );
      return { platform: own, dataset: id };
    };

    beforeAll(async () => {
      ({ platform, dataset } = await opened());
      trainer = start(platform);
    }, 180_000);
    afterAll(async () => {
      for (const worker of running) await kill(worker);
      await platform?.close();
    });

    it('in the middle of a training: its progress is seen all the while, and the weights are the same', async () => {
      const training = { maxEpochs: 12, patience: 12, batchSize: 64 };
      const input = (name: string) => ({ name, dataset, trainer: 'patchtst', params: small, training });
      const calm = await run<TrainingReport>('trainModel', input('calm'));
      const { workflowId } = await platform.stories.start('trainModel', input('disturbed'), BY);
      const epochs = async () =>
        (await platform.stories.progress(workflowId))?.training?.[0]?.epochs.length ?? 0;
      await expect.poll(epochs, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
      await kill(trainer);
      // What the dead one told is still there.
      expect(await epochs()).toBeGreaterThan(0);
      trainer = start(platform);
      const report = await resultOf<TrainingReport>(workflowId);
      expect(report).toMatchObject({ weightsSha256: calm.weightsSha256, onnxSha256: calm.onnxSha256 });
      const model = await platform.ports.documents.get<ModelVersion>(
        'models',
        `mdl_disturbed@${report.version}`,
      );
      expect(model?.training['environment']).toMatchObject({
        ...{
          code: expect.any(String),
          lock: expect.stringMatching(/^[0-9a-f]{64}$/),
          threads: '1',
          seed: '1',
        },
        ...{ processor: expect.any(String), datasetSha256: expect.any(String) },
      });
      const tracked = await platform.ports.tracking.list({ experiment: 'trainings', limit: 10 });
      expect(tracked.items.map(({ name }) => name).sort()).toEqual(['calm', 'disturbed']);
    }, 400_000);

    it('in the middle of a tuning: the same digest as undisturbed, found when it is asked for again', async () => {
      const input = (id: string) => ({
        name: 'tuned',
        base: { dataset: id, trainer: 'dlinear', training: { maxEpochs: 4, batchSize: 512 } },
        space: { learningRate: { min: 1e-4, max: 3e-2, log: true }, moving_average: { values: [5, 13, 25] } },
        ...{ trials: 7, parallel: 3, reduction: 2 },
      });
      const { workflowId } = await platform.stories.start('tuneModel', input(dataset), BY);
      for (const trials of [1, 4]) {
        const tried = async () =>
          new Set(
            (await platform.ports.objects.list('checkpoints/')).filter((key) => key.endsWith('last.pt')),
          ).size;
        // Two are of the training above.
        await expect.poll(tried, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(2 + trials);
        await kill(trainer);
        trainer = start(platform);
      }
      const disturbed = await resultOf<TuningReport>(workflowId);
      expect(disturbed).toMatchObject({ trials: 7, failed: 0, reused: false });
      expect(disturbed.pruned).toBeGreaterThan(0);

      const calm = await opened();
      const worker = start(calm.platform);
      const undisturbed = await run<TuningReport>('tuneModel', input(calm.dataset), calm.platform);
      await kill(worker);
      await calm.platform.close();
      expect(disturbed.digest).toBe(undisturbed.digest);

      const again = await run<TuningReport>('tuneModel', { ...input(dataset), run: 'again' });
      expect(again).toEqual({ ...disturbed, reused: true });
      const stored = await platform.ports.documents.get<StoredTuning>('tunings', disturbed.id);
      const bytes = await platform.ports.objects.get(stored!.table.key, stored!.table.sha256);
      const trials = JSON.parse(new TextDecoder().decode(bytes)) as TuningTrial[];
      expect(trials.map(({ trial }) => trial)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const model = await platform.ports.documents.get<ModelVersion>(
        'models',
        `mdl_tuned@${disturbed.model.version}`,
      );
      expect(model?.spec['tuning']).toEqual({ id: disturbed.id, trials: 7 });
      const counted = await platform.ports.documents.count('trials', {
        where: { market: marketOf(STREAM, parseSource('simulated')) },
      });
      expect(counted).toBe(7);
    }, 400_000);

    it('trains a version again with the same digests, and refuses data that are no longer the same', async () => {
      const [model] = (
        await platform.ports.documents.find<ModelVersion>('models', { where: { name: 'tuned' }, limit: 1 })
      ).items;
      const report = await run<ReproductionReport>('reproduceModel', { model: `tuned@${model!.version}` });
      expect(report).toMatchObject({ identical: true, differences: [] });
      expect(report.found).toEqual(report.recorded);

      const { object } = (await platform.ports.documents.get<StoredDataset>('datasets', dataset))!;
      writeFileSync(join(platform.directory, 'objects', object.key), 'other bytes');
      const failed = await run('reproduceModel', { model: `tuned@${model!.version}`, run: 'again' }).catch(
        (error: Error) => (error.cause as Error).cause as Error,
      );
      expect(failed).toMatchObject({
        type: 'DataQualityError',
        message: expect.stringContaining(object.key),
      });
    }, 120_000);

    it('replays', async () => {
      expect(await replayAll(platform.environment)).toBeGreaterThan(10);
    }, 60_000);
  },
);
