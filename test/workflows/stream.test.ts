import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { startLiveReplay, type LiveReplay } from '../../adapters/replay/live.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import { startWorkers, type WorkerSet } from '../../workers/worker.js';
import { storyId } from '../../workflows/ids.js';
import { csvOf, HOUR, hourlyLines, madeRecording, START } from '../adapters/made-recordings.js';
import { localTemporal, temporalBinary, temporaryDirectory } from '../temporal.js';

const binary = temporalBinary();
const at = (index: number): number => START + index * HOUR;
const stream = 'binance/BTC-USDT/1h';

describe.skipIf(!binary)('the live stories (skipped where the Temporal binary is not installed)', () => {
  const directory = temporaryDirectory();
  let environment: TestWorkflowEnvironment;
  let ports: Ports;
  let workers: WorkerSet;
  let replay: LiveReplay;

  beforeAll(async () => {
    environment = await localTemporal(binary!);
    const lines = hourlyLines(200);
    const provider = recordedProvider(
      madeRecording({ 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': csvOf(lines) }),
    );
    const market = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' as const };
    replay = await startLiveReplay({
      provider,
      market,
      from: at(100),
      barsPerSecond: 30,
      seed: '1',
      cuts: 3,
    });
    const config = readConfig({
      FINSIGHT_DATA_DIR: directory.path,
      FINSIGHT_ML: 'off',
      FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ binance: replay.url }),
      TEMPORAL_ADDRESS: environment.address,
    });
    ports = openPorts(config);
    const connection = environment.nativeConnection;
    workers = await startWorkers({ config, ports, queues: ['finsight', 'io', 'live'], connection });
  }, 120_000);

  afterAll(async () => {
    await workers?.drain();
    await ports?.close();
    await replay?.close();
    await environment?.teardown();
    directory.remove();
  });

  it('follow a market to where they are told, and its coverage is whole', async () => {
    const input = { stream, from: at(50), until: at(190) };
    const options = { taskQueue: 'finsight', workflowId: storyId('streamBars', input), args: [input] };
    expect(options.workflowId).toBe('stream/binance/BTC-USDT/1h');
    const report = await environment.client.workflow.execute('streamBars', options);
    expect(report).toMatchObject({ stream, next: at(190), connections: 4 });
    const healed = await environment.client.workflow.execute('healBars', {
      taskQueue: 'finsight',
      workflowId: 'heal',
      args: [{ stream }],
    });
    expect(healed).toMatchObject({ expected: 140, present: 140, missing: 0, healed: 0, coverage: 1 });
  }, 60_000);
});
