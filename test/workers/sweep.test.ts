import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barsFileSteps } from '../../activities/bars/files.js';
import type { SweepReport } from '../../activities/sweep.js';
import { seededRandom } from '../../domain/random.js';
import { temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startWorkerProcess, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
const STREAM = 'binance/BTC-USDT/1m';
/** Enough that a part takes several times as long as a heartbeat is held back. */
const BARS = 2_500_000;
/** 100 × 100 combinations. */
const input = {
  stream: STREAM,
  strategy: 'sma-cross',
  grid: { fast: '3:102:1', slow: '110:605:5' },
  spec: { size: 'units:1', cash: 1e6 },
};

/** Minutes of a walk in cents. */
function barsFile(): string {
  const next = seededRandom('sweep');
  let price = 4_000_000;
  const lines = ['time,open,high,low,close,volume'];
  for (let i = 0; i < BARS; i++) {
    const open = price;
    price += Math.round((next() - 0.5) * 8000);
    const [high, low] = [Math.max(open, price), Math.min(open, price)];
    const time = Date.UTC(2020, 0, 1) + i * 60_000;
    lines.push(
      `${time},${open / 100},${high / 100},${low / 100},${price / 100},${1 + Math.round(next() * 9)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

describe.skipIf(!binary)(
  'a sweep of 10,000 combinations (skipped where the Temporal binary is not installed)',
  () => {
    let platform: TestPlatform;
    let env: NodeJS.ProcessEnv;
    const running: WorkerProcess[] = [];
    const worker = async (): Promise<WorkerProcess> => {
      const started = startWorkerProcess('cpu', env);
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
      writeFileSync(path, barsFile());
      await barsFileSteps(platform.ports).importBarsFile({ path, stream: STREAM });
    }, 180_000);
    afterAll(async () => {
      for (const { child, ended } of running) {
        child.kill('SIGKILL');
        await ended;
      }
      await platform?.close();
    });

    const cursorOf = async (workflowId: string): Promise<{ next?: number } | null> => {
      const { raw } = await platform.environment.client.workflow.getHandle(workflowId).describe();
      for (const pending of raw.pendingActivities ?? []) {
        const [payload] = pending.heartbeatDetails?.payloads ?? [];
        if (payload?.data) return JSON.parse(Buffer.from(payload.data).toString()) as { next?: number };
      }
      return null;
    };

    it('is killed with -9 between checkpoints, goes on, and has the digest of the undisturbed one', async () => {
      const first = await worker();
      const { workflowId } = await platform.stories.start('sweepBacktest', input, BY);
      const handle = platform.environment.client.workflow.getHandle(workflowId);
      // In the middle: a step has told of a checkpoint that is not at the end.
      await expect
        .poll(async () => (await cursorOf(workflowId))?.next ?? 0, { timeout: 60_000, interval: 20 })
        .toBeGreaterThan(0);
      first.child.kill('SIGKILL');
      expect(await first.ended).toBe('SIGKILL');
      await worker();
      await handle.result();
      const disturbed = (await platform.stories.get(workflowId)).result as SweepReport;
      expect(disturbed).toMatchObject({ combinations: 10_000, bars: BARS, path: 'grid', skipped: 0 });
      expect(disturbed.best).toHaveLength(10);
      const left = await platform.ports.objects.list(`backtests/${disturbed.id}`);
      const kept = ['html', 'parquet'].map((ending) => `backtests/${disturbed.id}.${ending}`);
      expect(left.toSorted()).toEqual(kept);

      const again = await platform.stories.start('sweepBacktest', { ...input, run: 'again' }, BY);
      await platform.environment.client.workflow.getHandle(again.workflowId).result();
      const undisturbed = (await platform.stories.get(again.workflowId)).result as SweepReport;
      expect(undisturbed.digest).toBe(disturbed.digest);
      const rows = await platform.ports.tables.decode(
        await platform.ports.objects.get(undisturbed.results.key),
      );
      expect(rows[0]?.values).toHaveLength(10_000);
    }, 400_000);
  },
);
