import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barsFileSteps } from '../../activities/bars/files.js';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { startWorkers, type WorkerSet } from '../../workers/worker.js';
import { localTemporal, temporalBinary, temporaryDirectory } from '../temporal.js';

const binary = temporalBinary();
const HOUR = 3_600_000;

describe.skipIf(!binary)('transformBars (skipped where the Temporal binary is not installed)', () => {
  const directory = temporaryDirectory();
  let environment: TestWorkflowEnvironment;
  let ports: Ports;
  let workers: WorkerSet;

  beforeAll(async () => {
    environment = await localTemporal(binary!);
    const config = readConfig({ FINSIGHT_DATA_DIR: directory.path, TEMPORAL_ADDRESS: environment.address });
    ports = openPorts(config);
    const connection = environment.nativeConnection;
    workers = await startWorkers({ config, ports, queues: ['finsight', 'io'], connection });
    const lines = Array.from({ length: 50 }, (_, i) => `${Date.UTC(2024, 0, 1) + i * HOUR},10,12,9,11,0.1`);
    const path = join(directory.path, 'bars.csv');
    writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`);
    await barsFileSteps(ports).importBarsFile({ path, stream: 'binance/BTC-USDT/1h' });
  }, 120_000);

  afterAll(async () => {
    await workers?.drain();
    await ports?.close();
    await environment?.teardown();
    directory.remove();
  });

  const transform = (workflowId: string, input: object): Promise<unknown> =>
    environment.client.workflow.execute('transformBars', {
      taskQueue: 'finsight',
      workflowId,
      args: [input],
    });

  it('makes longer bars of stored ones, and nothing twice', async () => {
    const input = { stream: 'binance/BTC-USDT/1h', timeframe: '1d' };
    expect(await transform('transform/1', input)).toMatchObject({
      stream: 'binance/BTC-USDT/1d',
      read: 50,
      bars: 2,
      stored: 2,
      incompleteBars: 1,
    });
    expect(await transform('transform/2', input)).toMatchObject({ bars: 2, stored: 0 });
    const stored = await ports.series.read({
      stream: { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1d' },
      source: { kind: 'recorded', detail: '' },
      range: { from: 0, to: Infinity },
      asOf: Infinity,
    });
    expect(stored.map((bar) => [bar.volume, bar.knownAt - bar.time])).toEqual([
      [2.4, 24 * HOUR],
      [2.4, 24 * HOUR],
    ]);
  });

  it('puts a file that was stored as an object into a stream', async () => {
    const bytes = gzipSync(
      `time,open,high,low,close,volume\n${'2024-01-01T00:00:00Z,10,12,9,11,1\n2024-01-01T01:00:00Z,10,1,9,11,1\n'}`,
    );
    const { key, sha256 } = await ports.objects.put('uploads/made.csv.gz', bytes);
    const input = { stream: 'kraken/BTC-USD/1h', object: { key, sha256 } };
    const report = { source: `recorded:made.csv.gz@${sha256.slice(0, 16)}`, rows: 2, quarantinedRows: 1 };
    expect(await transform('transform/object/1', input)).toMatchObject({ ...report, stored: 1 });
    expect(await transform('transform/object/2', input)).toMatchObject({ ...report, stored: 0 });
    const other = { ...input, object: { key, sha256: '0'.repeat(64) } };
    await expect(transform('transform/object/3', other)).rejects.toThrow();
  });

  it('refuses what cannot be at once', async () => {
    const refused = transform('transform/bad', { stream: 'binance/BTC-USDT/1h', timeframe: '15m' });
    const error = await refused.catch((thrown: unknown) => thrown);
    const texts: string[] = [];
    for (let each = error as Error | undefined; each; each = each.cause as Error | undefined)
      texts.push(each.message);
    expect(texts.join('\n')).toMatch(/15m is not a whole multiple of 1h/);
  });
});
