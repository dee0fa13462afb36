import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barsFileSteps } from '../../activities/bars/files.js';
import type { SearchReport } from '../../activities/search/validating.js';
import type { Trial } from '../../domain/backtest/trials.js';
import { HOUR, START, walk } from '../domain/made-bars.js';
import { temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startWorkerProcess, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
const STREAM = 'binance/BTC-USDT/1h';
/** Enough for some seconds of search after the first batch of trials has come. */
const [BARS, TRIALS] = [20_000, 1400];
const input = {
  stream: STREAM,
  strategy: 'sma-cross',
  space: { fast: '3:100', slow: '110:900' },
  method: 'random',
  trials: TRIALS,
  validation: { kind: 'walk-forward', train: 400, test: 300, purge: 1, embargo: 0, anchored: false },
  spec: { size: 'units:1', cash: 1e6 },
};

describe.skipIf(!binary)('a search (skipped where the Temporal binary is not installed)', () => {
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
    const { open, high, low, close, volume } = walk(BARS, 5);
    const lines = Array.from(close, (_, i) =>
      [START + i * HOUR, open[i], high[i], low[i], close[i], volume[i]].join(','),
    );
    writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`);
    await barsFileSteps(platform.ports).importBarsFile({ path, stream: STREAM });
  }, 180_000);
  afterAll(async () => {
    for (const { child, ended } of running) {
      child.kill('SIGKILL');
      await ended;
    }
    await platform?.close();
  });

  const reportOf = async (workflowId: string): Promise<SearchReport> => {
    await platform.environment.client.workflow.getHandle(workflowId).result();
    return (await platform.stories.get(workflowId)).result as SearchReport;
  };

  it('is killed with -9 between its trials, goes on, and has the digest of the undisturbed one', async () => {
    const first = await worker();
    const { workflowId } = await platform.stories.start('searchBacktest', input, BY);
    const triedSoFar = async (): Promise<number> => {
      const progress = await platform.stories.progress(workflowId);
      const detail = progress?.steps.find(({ name }) => name === 'search')?.detail ?? '';
      return Number(/^(\d+) of/.exec(detail)?.[1] ?? 0);
    };
    await expect.poll(triedSoFar, { timeout: 120_000, interval: 20 }).toBeGreaterThan(0);
    first.child.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    expect(await triedSoFar()).toBeLessThan(TRIALS);
    await worker();
    const disturbed = await reportOf(workflowId);
    expect(disturbed).toMatchObject({ tried: TRIALS, bars: BARS, stoppedEarly: false });
    expect(disturbed.forward).toHaveLength(disturbed.splits);
    // A step that ran twice counts its trials once.
    const trials = await platform.ports.documents.count('trials', {});
    expect(trials).toBe(TRIALS);

    const again = await platform.stories.start('searchBacktest', { ...input, run: 'again' }, BY);
    expect((await reportOf(again.workflowId)).digest).toBe(disturbed.digest);
    const { items } = await platform.ports.documents.find<Trial>('trials', { limit: 1 });
    expect(items[0]?.strategy).toBe('sma-cross');
    expect(await platform.ports.documents.count('trials', {})).toBe(TRIALS);
  }, 400_000);
});
