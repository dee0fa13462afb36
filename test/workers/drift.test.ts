import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { championId, type Alias } from '../../activities/models.js';
import type { DriftReport } from '../../domain/drift/report.js';
import { sourceKey } from '../../domain/sources.js';
import type { WatchReport } from '../../workflows/drift.js';
import { madeChampion, MADE_SOURCE, storeRegimes } from '../activities/made-champions.js';
import { HOUR } from '../domain/made-regimes.js';
import { temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startWorkerProcess, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const STREAM = 'binance/BTC-USDT/1h';
const CHAMPIONS = 12;

describe.skipIf(!binary)(
  'a worker killed while it looks for drift (skipped where the Temporal binary is not installed)',
  () => {
    let platform: TestPlatform;
    let env: NodeJS.ProcessEnv;
    const running = new Set<WorkerProcess>();
    beforeAll(async () => {
      buildProgram();
      platform = await testPlatform(binary!);
      env = {
        FINSIGHT_DATA_DIR: platform.directory,
        FINSIGHT_ML: 'off',
        TEMPORAL_ADDRESS: platform.environment.address,
      };
      const { ports } = platform;
      const times = await storeRegimes(ports, {
        ...{ stream: STREAM, seed: '3' },
        regimes: [
          { deviation: 0.006, reversion: 0, bars: 6000 },
          { deviation: 0.02, reversion: 0, bars: 1000 },
        ],
      });
      const { model, evaluation } = await madeChampion(ports, {
        ...{ streams: [STREAM], from: times[0]!, to: times[6000]! },
      });
      // One model under many names: as much to look at as many models.
      await ports.documents.upsert<Alias>(
        'aliases',
        Array.from({ length: CHAMPIONS - 1 }, (_, i) => ({
          ...{ id: championId(`again-${i}`, MADE_SOURCE), name: `again-${i}` },
          ...{ sourceKey: sourceKey(MADE_SOURCE), alias: 'champion' as const },
          ...{ model: `mdl_${model}`, evaluations: [evaluation.id], updatedAt: times[6000]! + HOUR },
        })),
      );
      await platform.serve(['finsight', 'io']);
    }, 240_000);
    afterEach(async () => {
      for (const { child, ended } of running) {
        child.kill('SIGKILL');
        await ended;
      }
      running.clear();
    });
    afterAll(() => platform?.close());

    const worker = async (): Promise<WorkerProcess> => {
      const started = startWorkerProcess('cpu', env);
      running.add(started);
      await started.ready;
      return started;
    };

    it('the story goes on, and keeps one report and one event of what it found', async () => {
      const first = await worker();
      const { workflowId } = await platform.stories.start(
        'watchDrift',
        { stream: STREAM, source: MADE_SOURCE, policy: 'alert' },
        { principal: 'local', tenant: 'default' },
      );
      const count = () => platform.ports.documents.count('driftReports', {});
      await expect.poll(count, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(1);
      first.child.kill('SIGKILL');
      await first.ended;
      await worker();
      const handle = platform.environment.client.workflow.getHandle(workflowId);
      const report = (await handle.result()) as WatchReport;
      expect(report.reports).toHaveLength(CHAMPIONS);
      expect(new Set(report.reports.map(({ id }) => id)).size).toBe(1);
      expect(report.reports[0]).toMatchObject({ verdict: 'drift', decision: { action: 'alert' } });
      const { items } = await platform.ports.documents.find<DriftReport>('driftReports', {});
      expect(items).toHaveLength(1);
      expect(await platform.ports.events.recent({ type: 'drift.detected', limit: 10 })).toHaveLength(1);
      const { events } = await handle.fetchHistory();
      const attempts = (events ?? []).map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 0);
      expect(Math.max(...attempts)).toBe(2);
    }, 240_000);
  },
);
