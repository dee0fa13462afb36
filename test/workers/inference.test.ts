import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceReport } from '../../activities/inference.js';
import { readMlState, readToolPaths } from '../../adapters/toolchain.js';
import type { StoryKind } from '../../api/story-inputs.js';
import type { ModelVersion } from '../../domain/models.js';
import type { TrainingReport } from '../../domain/research.js';
import { temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { startTrainer, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const python = binary && readMlState().state === 'ready' ? readToolPaths().mlPython : '';
const STREAM = 'binance/BTC-USDT/1h';
const window = { source: 'simulated', from: '2024-01-01', to: '2024-02-15' };

describe.skipIf(!python || !existsSync(python))(
  'a dataset on the queue torch (skipped without Temporal or the Python environment)',
  () => {
    let platform: TestPlatform;
    let worker: WorkerProcess;
    const run = async <T>(kind: StoryKind, input: object): Promise<T> => {
      const { workflowId } = await platform.stories.start(kind, input as never, {
        principal: 'local',
        tenant: 'default',
      });
      return (await platform.environment.client.workflow.getHandle(workflowId).result()) as T;
    };
    beforeAll(async () => {
      platform = await testPlatform(binary!);
      await platform.serve(['finsight', 'io', 'cpu', 'gpu']);
      worker = startTrainer(
        python,
        { TEMPORAL_ADDRESS: platform.environment.address, OBJECTS_URL: `file:${platform.directory}/objects` },
        ['torch'],
      );
    }, 180_000);
    afterAll(async () => {
      worker?.child.kill('SIGKILL');
      await worker?.ended;
      await platform?.close();
    });

    it('is answered sample by sample, by reference and with its digests', async () => {
      await run('collectBars', { ...window, stream: STREAM });
      const { id } = await run<{ id: string }>('buildDataset', { streams: [STREAM], lookBack: 48 });
      const trained = await run<TrainingReport>('trainModel', {
        name: 'ridge',
        dataset: id,
        trainer: 'ridge',
      });
      const model = `${trained.model}@${trained.version}`;
      const report = await run<InferenceReport>('inferDataset', { model, dataset: id, batchSize: 64 });
      expect(report).toMatchObject({ model, dataset: id, fileSha256: trained.onnxSha256, resumedAt: 0 });
      expect(report.platform).toMatch(/^onnxruntime /);
      const { ports } = platform;
      const bytes = await ports.objects.get(report.answers.key, report.answers.sha256);
      const columns = new Map((await ports.tables.decode(bytes)).map((each) => [each.name, each.values]));
      const targets = Array.from(columns.get('target') ?? [], Number);
      expect(targets).toHaveLength(report.rows);
      expect(targets.every(Number.isFinite)).toBe(true);
      const stored = await ports.documents.get<ModelVersion>('models', `mdl_${model}`);
      expect(stored?.onnx.sha256).toBe(report.fileSha256);
    }, 180_000);
  },
);
