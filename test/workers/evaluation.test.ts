import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barsFileSteps } from '../../activities/bars/files.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { HOUR, START, walk } from '../domain/made-bars.js';
import { temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startWorkerProcess, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
const STREAM = 'binance/BTC-USDT/1h';
const BARS = 4000;
const input = { streams: [STREAM], trainer: 'ridge', lookBack: 24, horizonBars: 4, folds: 4, testBars: 400 };

describe.skipIf(!binary)(
  'a walk-forward evaluation (skipped where the Temporal binary is not installed)',
  () => {
    let platform: TestPlatform;
    let env: NodeJS.ProcessEnv;
    const running: WorkerProcess[] = [];
    const worker = async (): Promise<WorkerProcess> => {
      const started = startWorkerProcess('io,cpu,gpu', env);
      running.push(started);
      await started.ready;
      return started;
    };

    beforeAll(async () => {
      buildProgram();
      platform = await testPlatform(binary!);
      env = {
        FINSIGHT_DATA_DIR: platform.directory,
        FINSIGHT_ML: 'off',
        TEMPORAL_ADDRESS: platform.environment.address,
      };
      await platform.serve(['finsight']);
      const path = join(platform.directory, 'walk.csv');
      const { open, high, low, close, volume } = walk(BARS, 5);
      const lines = Array.from(close, (_, i) =>
        [START + i * HOUR, open[i], high[i], low[i], close[i], volume[i]].join(','),
      );
      writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`);
      await barsFileSteps(platform.ports).importBarsFile({ path, stream: STREAM });
    }, 240_000);
    afterAll(async () => {
      for (const { child, ended } of running) {
        child.kill('SIGKILL');
        await ended;
      }
      await platform?.close();
    });

    const kept = async (): Promise<Evaluation[]> =>
      (await platform.ports.documents.find<Evaluation>('evaluations', { limit: 100 })).items;
    const resultOf = async (workflowId: string): Promise<{ id: string }[]> =>
      (await platform.environment.client.workflow.getHandle(workflowId).result()) as { id: string }[];

    it('is killed with -9 between folds, goes on, and has the digest of the undisturbed one', async () => {
      const first = await worker();
      const { workflowId } = await platform.stories.start('walkForward', input, BY);
      await expect
        .poll(async () => (await kept()).length, { timeout: 120_000, interval: 20 })
        .toBeGreaterThan(0);
      first.child.kill('SIGKILL');
      expect(await first.ended).toBe('SIGKILL');
      // In the middle: not all folds were done.
      const done = await kept();
      expect(done.length).toBeLessThan(4);
      await worker();
      const [disturbed] = await resultOf(workflowId);
      const evaluations = await kept();
      // Four folds and the pooled one, each of them once.
      expect(evaluations).toHaveLength(5);
      for (const { id } of done) expect(evaluations.map((each) => each.id)).toContain(id);

      const again = await platform.stories.start('walkForward', { ...input, run: 'again' }, BY);
      const [undisturbed] = await resultOf(again.workflowId);
      expect(undisturbed?.id).toBe(disturbed?.id);
      const pooled = evaluations.find(({ id }) => id === disturbed?.id);
      expect(pooled?.folds).toHaveLength(4);
      expect(pooled?.leakAudit?.passed).toBe(true);
      const card = await platform.ports.objects.get(`models/cards/mdl_${pooled?.model}.md`);
      expect(new TextDecoder().decode(card)).toMatch(/Walk-forward, expanding: 4 folds of 400 bars/);
    }, 400_000);
  },
);
