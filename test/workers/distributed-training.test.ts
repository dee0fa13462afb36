import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMlState, readToolPaths } from '../../adapters/toolchain.js';
import type { StoryKind } from '../../api/story-inputs.js';
import type { ModelVersion } from '../../domain/models.js';
import type { TrainingReport } from '../../domain/research.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { startTrainer, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const python = binary && readMlState().state === 'ready' ? readToolPaths().mlPython : '';
const BY = { principal: 'local', tenant: 'default' };
const STREAM = 'binance/BTC-USDT/1h';
const NODES = ['left', 'right'];

interface Told {
  epoch?: number;
  ranks?: { rank: number; pid: number; phase: string }[];
}

describe.skipIf(!python || !existsSync(python))(
  'a training on two machines (skipped without Temporal or the Python environment)',
  () => {
    let platform: TestPlatform;
    let dataset: string;
    let port: number;
    let workers: WorkerProcess[];

    const start = async (name: string): Promise<string> => {
      const distributed = { engine: 'torchrun', processes: 1, nodes: NODES, rendezvous: `127.0.0.1:${port}` };
      const training = { maxEpochs: 30, patience: 30, batchSize: 64, distributed };
      const params = { d_model: 8, layers: 1, heads: 2, feed_forward: 8 };
      const input = { name, dataset, trainer: 'patchtst', params, training };
      return (await platform.stories.start('trainModel', input as never, BY)).workflowId;
    };
    const resultOf = async <T>(workflowId: string): Promise<T> =>
      (await platform.environment.client.workflow.getHandle(workflowId).result()) as T;
    const run = async <T>(kind: StoryKind, input: object): Promise<T> =>
      resultOf<T>((await platform.stories.start(kind, input as never, BY)).workflowId);
    /** What the parts that run now have told last. */
    const told = async (workflowId: string): Promise<Told[]> => {
      const { raw } = await platform.environment.client.workflow.getHandle(workflowId).describe();
      return (raw.pendingActivities ?? []).flatMap((each) =>
        (each.heartbeatDetails?.payloads ?? []).map(
          ({ data }) => JSON.parse(Buffer.from(data ?? []).toString()) as Told,
        ),
      );
    };

    beforeAll(async () => {
      platform = await testPlatform(binary!);
      await platform.serve(['finsight', 'io', 'cpu']);
      port = await freePort();
      const env = {
        TEMPORAL_ADDRESS: platform.environment.address,
        OBJECTS_URL: `file:${platform.directory}/objects`,
        MLFLOW_TRACKING_URI: '',
      };
      workers = NODES.map((node) => startTrainer(python, env, ['--node', node]));
      await run('collectBars', { source: 'simulated', from: '2024-01-01', to: '2024-03-01', stream: STREAM });
      ({ id: dataset } = await run<{ id: string }>('buildDataset', { streams: [STREAM], lookBack: 48 }));
    }, 180_000);
    afterAll(async () => {
      for (const { child, ended } of workers) {
        child.kill('SIGTERM');
        await ended;
      }
      await platform?.close();
    }, 60_000);

    it('goes on at its checkpoint after kill -9 of a process on one of them', async () => {
      const workflowId = await start('disturbed');
      let victim = 0;
      await expect
        .poll(
          async () => {
            const parts = await told(workflowId);
            victim = parts.flatMap(({ ranks = [] }) => ranks).find(({ rank }) => rank === 1)?.pid ?? 0;
            return victim > 0 && parts.length === 2 && parts.every(({ epoch = 0 }) => epoch > 2);
          },
          { timeout: 90_000, interval: 50 },
        )
        .toBe(true);
      const pids = (await told(workflowId)).flatMap(({ ranks = [] }) => ranks.map(({ pid }) => pid));
      process.kill(victim, 'SIGKILL');
      const report = await resultOf<TrainingReport>(workflowId);
      expect(report).toMatchObject({ epochs: 30, stopped: 'finished' });
      const history = await platform.environment.client.workflow.getHandle(workflowId).fetchHistory();
      const failures = (history.events ?? []).flatMap(
        ({ activityTaskFailedEventAttributes: failed }) =>
          failed?.failure?.applicationFailureInfo?.type ?? [],
      );
      expect(failures).toContain('RankLost');
      const model = await platform.ports.documents.get<ModelVersion>(
        'models',
        `mdl_disturbed@${report.version}`,
      );
      expect(model?.training['distributed']).toMatchObject({
        ...{ engine: 'torchrun', processes: 2, threads: 1 },
        ranks: [{ rank: 0 }, { rank: 1 }],
      });
      expect(pids.filter(isRank)).toEqual([]);
      // Nothing listens at the rendezvous any more.
      expect(await freePort(port)).toBe(port);
    }, 300_000);

    it('ends on both when it is cancelled', async () => {
      const workflowId = await start('cancelled');
      await expect
        .poll(async () => (await told(workflowId)).filter(({ epoch = 0 }) => epoch > 0).length, {
          timeout: 90_000,
          interval: 50,
        })
        .toBe(2);
      const pids = (await told(workflowId)).flatMap(({ ranks = [] }) => ranks.map(({ pid }) => pid));
      const handle = platform.environment.client.workflow.getHandle(workflowId);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('cancelled');
      expect(pids.filter(isRank)).toEqual([]);
    }, 120_000);

    it('replays', async () => {
      expect(await replayAll(platform.environment)).toBeGreaterThan(3);
    }, 60_000);
  },
);

const isRank = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('finsight_ml');
  } catch {
    return false;
  }
};

const freePort = (wanted = 0): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
