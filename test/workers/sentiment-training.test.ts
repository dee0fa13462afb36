import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SentimentTrainingReport } from '../../activities/training/sentiment-registry.js';
import type { LabelledSet } from '../../activities/training/sentiment.js';
import type { TuningReport } from '../../domain/training/tuning-report.js';
import { readMlState, readToolPaths } from '../../adapters/toolchain.js';
import type { ModelVersion } from '../../domain/models.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { startTrainer, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const python = binary && readMlState().state === 'ready' ? readToolPaths().mlPython : '';
const BY = { principal: 'local', tenant: 'default' };
/** Every step is kept, so that a kill finds a checkpoint. */
const recipe = {
  epochs: 8,
  batchSize: 16,
  microBatchSize: 8,
  learningRate: 3e-3,
  precision: '32-true',
  checkpointSeconds: 0,
};

describe.skipIf(!python || !existsSync(python))(
  'training of a sentiment model (skipped without Temporal or the Python environment)',
  () => {
    let platform: TestPlatform;
    let sets: LabelledSet[];
    let base: string;
    const running = new Set<WorkerProcess>();

    beforeAll(async () => {
      platform = await testPlatform(binary!);
      await platform.serve(['finsight', 'io', 'cpu']);
      const made = join(platform.directory, 'made');
      base = join(made, 'base');
      const script = `import sys; sys.path.insert(0, 'tests/sentiment'); from pathlib import Path; from made_sentiment import make_base, make_sets; make_sets(Path(sys.argv[1])); make_base(Path(sys.argv[2]))`;
      execFileSync(python, ['-c', script, join(made, 'data'), base], {
        cwd: resolve('ml-pipelines'),
        stdio: 'pipe',
      });
      sets = [];
      for (const file of readdirSync(join(made, 'data'))) {
        const name = file.replace('.csv', '');
        const { key, sha256 } = await platform.ports.objects.put(
          `uploads/${file}`,
          readFileSync(join(made, 'data', file)),
        );
        const role = name === 'cryptolin' ? 'measure' : 'train';
        sets.push({ name, object: { key, sha256 }, role, ...(name === 'phrasebank' ? { weak: true } : {}) });
      }
    }, 120_000);
    afterAll(async () => {
      for (const { child, ended } of running) {
        child.kill('SIGKILL');
        await ended;
      }
      await platform?.close();
    });

    const trainer = (): WorkerProcess => {
      const worker = startTrainer(python, {
        TEMPORAL_ADDRESS: platform.environment.address,
        OBJECTS_URL: `file:${platform.directory}/objects`,
        MLFLOW_TRACKING_URI: `sqlite:///${platform.directory}/mlflow.db`,
      });
      running.add(worker);
      return worker;
    };
    const train = (name: string) =>
      platform.stories.start('trainModel', { task: 'sentiment', name, sets, base, recipe }, BY);
    const resultOf = async (workflowId: string): Promise<SentimentTrainingReport> => {
      await platform.environment.client.workflow.getHandle(workflowId).result();
      return (await platform.stories.get(workflowId)).result as SentimentTrainingReport;
    };

    it('kill -9 in the middle: the same model as undisturbed, found again when it is asked for again', async () => {
      const first = trainer();
      const calm = await resultOf((await train('calm')).workflowId);
      const sentfin = calm.figures.find(({ set, part }) => set === 'sentfin' && part === 'test fold');
      expect(sentfin?.accuracy).toBeGreaterThan(0.8);
      expect(calm.figures.map(({ part }) => part)).toContain('zero-shot, all rows');
      expect(calm.figures.some(({ set }) => set === 'phrasebank')).toBe(false);
      const { workflowId } = await train('disturbed');
      // A draft that is not yet in its place is none.
      const checkpoints = async () =>
        (await platform.ports.objects.list('checkpoints/')).filter((key) => key.endsWith('last.pt')).length;
      const held = await checkpoints();
      await expect.poll(checkpoints, { timeout: 60_000, interval: 20 }).toBeGreaterThan(held);
      first.child.kill('SIGKILL');
      await first.ended;
      trainer();
      const report = await resultOf(workflowId);
      expect(report).toMatchObject({ onnxSha256: calm.onnxSha256, reused: false });
      const model = await platform.ports.documents.get<ModelVersion>(
        'models',
        `mdl_disturbed@${report.version}`,
      );
      expect(model).toMatchObject({ task: 'sentiment', kind: 'encoder' });
      expect(model?.training['resumedAt']).toBeGreaterThan(0);
      expect(model?.training['mlflowRunId']).toEqual(expect.any(String));
      const again = await platform.stories.start(
        'trainModel',
        { task: 'sentiment', name: 'calm', sets, base, recipe, run: 'again' },
        BY,
      );
      expect(await resultOf(again.workflowId)).toMatchObject({ version: calm.version, reused: true });
    }, 300_000);

    it('a tuning tries recipes on the held-out texts, and its best goes on where its trial ended', async () => {
      trainer();
      const { workflowId } = await platform.stories.start(
        'tuneModel',
        {
          name: 'tuned',
          base: { task: 'sentiment', sets, base, recipe: { ...recipe, epochs: 3 } },
          space: { learningRate: { min: 1e-4, max: 5e-3, log: true } },
          ...{ trials: 4, parallel: 2, objective: 'macroF1' },
        },
        BY,
      );
      await platform.environment.client.workflow.getHandle(workflowId).result();
      const report = (await platform.stories.get(workflowId)).result as TuningReport;
      expect(report).toMatchObject({ objective: 'validationMacroF1', trials: 4, failed: 0 });
      expect(report.pruned).toBeGreaterThan(0);
      expect(report.best.value).toBeGreaterThan(0.5);
      const model = await platform.ports.documents.get<ModelVersion>(
        'models',
        `mdl_tuned@${report.model.version}`,
      );
      expect(model?.spec['tuning']).toEqual({ id: report.id, trials: 4 });
      expect(model?.training).toMatchObject({ resumedAt: model?.training['steps'] });
    }, 300_000);

    it('replays', async () => {
      expect(await replayAll(platform.environment)).toBeGreaterThan(1);
    }, 60_000);
  },
);
