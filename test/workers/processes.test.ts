import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readMlState, readToolPaths } from '../../adapters/toolchain.js';
import type { BarsReport, TrainingReport } from '../../domain/research.js';
import { parseSource } from '../../domain/sources.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startTrainer, startWorkerProcess, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const python = binary && readMlState().state === 'ready' ? readToolPaths().mlPython : '';
const BY = { principal: 'local', tenant: 'default' };
/** Minutes of ten weeks: 100,800 bars, 101 pages, one step of several batches. */
const minutes = { source: 'simulated', from: '2024-10-05', to: '2024-12-14' };
const bars = (symbol: string) => ({ ...minutes, stream: `binance/${symbol}-USDT/1m` });
const BARS = 100_800;
/** Temporal's number for a step that a worker has. */
const STARTED = 2;

describe.skipIf(!binary)('worker processes (skipped where the Temporal binary is not installed)', () => {
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
    // The stories run here, so that only steps are lost.
    await platform.serve(['finsight']);
  }, 120_000);
  afterEach(async () => {
    for (const { child, ended } of running) {
      child.kill('SIGKILL');
      await ended;
    }
    running.clear();
  });
  afterAll(() => platform?.close());

  const kept = (worker: WorkerProcess): WorkerProcess => {
    running.add(worker);
    return worker;
  };
  const worker = (queues: string) => kept(startWorkerProcess(queues, env));

  /** The running step's last heartbeat and attempt, from the server. */
  const step = async (workflowId: string) => {
    const { raw } = await platform.environment.client.workflow.getHandle(workflowId).describe();
    const [pending] = raw.pendingActivities ?? [];
    const [payload] = pending?.heartbeatDetails?.payloads ?? [];
    const cursor: unknown = payload?.data ? JSON.parse(Buffer.from(payload.data).toString()) : null;
    return {
      cursor: cursor as { stored: number; next: number | null } | null,
      attempt: pending?.attempt ?? 0,
      started: pending?.state === STARTED,
    };
  };
  /** Until a batch of the stream is stored; most of the step is then still to come. */
  const underWay = async (symbol: string) => {
    const streams = async () => (await platform.ports.series.streams()).map(({ stream }) => stream.symbol);
    await expect.poll(streams, { timeout: 30_000, interval: 20 }).toContain(`${symbol}-USDT`);
  };
  const resultOf = async <T>(workflowId: string): Promise<T> => {
    await platform.environment.client.workflow.getHandle(workflowId).result();
    return (await platform.stories.get(workflowId)).result as T;
  };
  let undisturbed: BarsReport;

  it('SIGTERM hands a step over at its cursor and the process ends with 0 soon; the next one resumes there', async () => {
    const first = worker('io');
    await first.ready;
    const { workflowId } = await platform.stories.start('collectBars', bars('BTC'), BY);
    await underWay('BTC');
    const began = Date.now();
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    const left = await step(workflowId);
    expect(left.cursor?.next).toBeGreaterThan(Date.parse(minutes.from));

    await worker('io').ready;
    const report = await resultOf<BarsReport>(workflowId);
    // Each bar counts once: the second attempt neither began anew nor lost what the first had counted.
    expect(report).toMatchObject({ stored: BARS, expected: BARS, missing: 0 });
  }, 60_000);

  it('kill -9 in the middle of collecting: the same digest as undisturbed', async () => {
    const first = worker('io');
    await first.ready;
    const { workflowId } = await platform.stories.start('collectBars', bars('ETH'), BY);
    await underWay('ETH');
    first.child.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    await worker('io').ready;
    const disturbed = await resultOf<BarsReport>(workflowId);
    expect(disturbed).toMatchObject({ expected: BARS, missing: 0, quarantined: 0 });

    const calm = await testPlatform(binary!);
    await calm.serve(['finsight', 'io']);
    await calm.stories.start('collectBars', bars('ETH'), BY);
    await calm.environment.client.workflow.getHandle(workflowId).result();
    undisturbed = (await calm.stories.get(workflowId)).result as BarsReport;
    await calm.close();
    expect(disturbed.digest).toBe(undisturbed.digest);
  }, 90_000);

  it.skipIf(!python || !existsSync(python))(
    'kill -9 and SIGTERM in the middle of training: the same model (skipped without the Python environment)',
    async () => {
      await worker('io,cpu,gpu').ready;
      const window = { source: 'simulated', from: '2024-01-01', to: '2024-04-15' };
      const stream = 'binance/BTC-USDT/1h';
      const prepared = [
        await platform.stories.start('collectBars', { ...window, stream }, BY),
        await platform.stories.start('enrichSentiment', window, BY),
      ];
      for (const { workflowId } of prepared) await resultOf(workflowId);
      const { model } = await resultOf<{ model: string }>(prepared[1]!.workflowId);
      const [from, to] = [Date.parse(window.from), Date.parse(window.to)];
      const dataset = await platform.stories.start(
        'buildDataset',
        {
          ...{ source: parseSource('simulated'), streams: [stream], from, to, asOf: to },
          ...{ sentimentModel: model, lookBack: 96, horizonBars: 1 },
        },
        BY,
      );
      const { id } = await resultOf<{ id: string }>(dataset.workflowId);
      const train = (name: string) =>
        platform.stories.start('trainModel', { name, dataset: id, trainer: 'patchtst', maxEpochs: 3 }, BY);
      const checkpoints = async () => (await platform.ports.objects.list('checkpoints/')).length;
      const objects = {
        ...env,
        OBJECTS_URL: `file:${platform.directory}/objects`,
        MLFLOW_TRACKING_URI: `sqlite:///${platform.directory}/mlflow.db`,
      };
      const trainer = () => kept(startTrainer(python, objects));

      const first = trainer();
      const calm = await train('calm');
      const { onnxSha256 } = await resultOf<TrainingReport>(calm.workflowId);
      const disturbed = await train('disturbed');
      const held = await checkpoints();
      await expect.poll(checkpoints, { timeout: 60_000, interval: 50 }).toBeGreaterThan(held);
      first.child.kill('SIGTERM');
      expect(await first.ended).toBe(0);
      const second = trainer();
      await second.ready;
      // Handed over, not timed out: the second one has it long before 30 s without a heartbeat.
      await expect
        .poll(() => step(disturbed.workflowId), { timeout: 15_000, interval: 50 })
        .toMatchObject({ attempt: 2, started: true });
      second.child.kill('SIGKILL');
      await second.ended;
      trainer();
      const report = await resultOf<TrainingReport>(disturbed.workflowId);
      expect(report).toMatchObject({ onnxSha256, reused: false });
    },
    300_000,
  );

  it('replays', async () => {
    expect(await replayAll(platform.environment)).toBeGreaterThan(1);
  }, 60_000);
});
