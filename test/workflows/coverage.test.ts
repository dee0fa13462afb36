import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import type { HealReport } from '../../domain/coverage.js';
import { bundleStories } from '../../workers/bundle.js';
import { startWorkers, type WorkerSet } from '../../workers/worker.js';
import { storyId } from '../../workflows/ids.js';
import { localTemporal, temporalBinary, temporaryDirectory } from '../temporal.js';

const binary = temporalBinary();
const stream = 'binance/BTC-USDT/1h';
const window = { source: 'simulated', from: '2024-12-01', to: '2024-12-11' };

describe.skipIf(!binary)('the coverage stories (skipped where the Temporal binary is not installed)', () => {
  const directory = temporaryDirectory();
  let environment: TestWorkflowEnvironment;
  let ports: Ports;
  let workers: WorkerSet;

  beforeAll(async () => {
    environment = await localTemporal(binary!);
    const config = readConfig({
      FINSIGHT_DATA_DIR: directory.path,
      FINSIGHT_ML: 'off',
      TEMPORAL_ADDRESS: environment.address,
    });
    ports = openPorts(config);
    const connection = environment.nativeConnection;
    workers = await startWorkers({ config, ports, queues: ['finsight', 'io'], connection });
  }, 120_000);

  afterAll(async () => {
    await workers?.drain();
    await ports?.close();
    await environment?.teardown();
    directory.remove();
  });

  const run = <T>(kind: string, workflowId: string, input: object): Promise<T> =>
    environment.client.workflow.execute(kind, { taskQueue: 'finsight', workflowId, args: [input] });

  it('collect, break and heal a stream; a second heal writes nothing', async () => {
    const collected = await run('collectBars', 'collect', { stream, ...window });
    expect(collected).toMatchObject({ expected: 240, missing: 0, exchangeClosed: 0 });
    const broken = await run('breakBars', 'break', { stream, drop: 37, seed: '5' });
    expect(broken).toMatchObject({ dropped: 37, missing: 37, present: 203 });
    expect(await run('healBars', 'heal 1', { stream })).toMatchObject({
      healed: 37,
      coverage: 1,
      missing: 0,
    });
    expect(await run('healBars', 'heal 2', { stream })).toMatchObject({ healed: 0, coverage: 1, missing: 0 });
  });

  it('watch a stream for as long as they are asked to', async () => {
    const workflowId = storyId('maintainCoverage', { stream, everyMs: 3_600_000 });
    expect(workflowId).toBe('coverage/binance/BTC-USDT/1h');
    const handle = await environment.client.workflow.start('maintainCoverage', {
      taskQueue: 'finsight',
      workflowId,
      args: [{ stream, everyMs: 3_600_000 }],
    });
    const first = await handle.executeUpdate<HealReport, []>('heal');
    // It follows the source to its end: the simulated market ends with the year.
    expect(first).toMatchObject({ present: 744, missing: 0, coverage: 1 });

    await run('breakBars', 'break again', { stream, drop: 11, seed: '6' });
    expect(await handle.executeUpdate<HealReport, []>('heal')).toMatchObject({ healed: 11, coverage: 1 });
    expect(await handle.query('coverage')).toMatchObject({ healed: 11, present: 744 });
    expect(await handle.query('status')).toBe('watch');

    await run('breakBars', 'break by signal', { stream, drop: 3, seed: '7' });
    await handle.signal('heal');
    await expect.poll(() => handle.query('coverage'), { timeout: 20_000 }).toMatchObject({ healed: 3 });
    const types = (await ports.events.recent({ limit: 3 })).map((event) => event.type);
    expect(types).toEqual(['bars.healed', 'coverage.broken', 'bars.healed']);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
  }, 120_000);

  it('end where what they were asked for cannot be', async () => {
    const other = 'nowhere/BTC-USDT/1h';
    const options = { taskQueue: 'finsight', workflowId: storyId('maintainCoverage', { stream: other }) };
    const args = [{ stream: other, source: 'live', from: '2024-01-01' }];
    const handle = await environment.client.workflow.start('maintainCoverage', { ...options, args });
    // What cannot be right is final: there is no such exchange.
    await expect(handle.result()).rejects.toThrow();
  });

  it('replay every history against the current bundle', async () => {
    const code = await bundleStories();
    const histories = [];
    for await (const each of environment.client.workflow.list()) {
      const handle = environment.client.workflow.getHandle(each.workflowId, each.runId);
      histories.push({ workflowId: each.workflowId, history: await handle.fetchHistory() });
    }
    expect(histories.length).toBeGreaterThan(8);
    const results = Worker.runReplayHistories({ workflowBundle: { code } }, histories);
    for await (const { workflowId, error } of results) expect(error, workflowId).toBeUndefined();
  }, 120_000);
});
