import { readdirSync } from 'node:fs';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BarsReport, ResearchReport, Run } from '../../domain/research.js';
import { NODE_QUEUES } from '../../workers/worker.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
/** Minutes of twelve weeks, a month of which is stored at a time: some seconds of collecting. */
const minutes = { source: 'simulated', stream: 'binance/BTC-USDT/1m', from: '2024-10-05', to: '2024-12-28' };
const MINUTES = 84 * 1440;
const research = {
  source: 'simulated',
  symbols: ['BTC/USDT', 'ETH/USDT'],
  timeframe: '1m',
  ...{ from: '2024-10-05', to: '2024-12-20', trainer: 'ridge' },
};

describe.skipIf(!binary)('a cancelled run (skipped where the Temporal binary is not installed)', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await testPlatform(binary!);
    await platform.serve(NODE_QUEUES);
  }, 120_000);
  afterAll(() => platform?.close());

  const start = (kind: 'research' | 'collectBars', input: object) =>
    platform.stories.start(kind, input as Record<string, unknown>, BY);
  /** Cancels, and says how long it took until the run was closed. */
  const cancel = async (workflowId: string) => {
    const began = Date.now();
    await platform.stories.cancel(workflowId);
    await expect
      .poll(async () => (await platform.stories.describe(workflowId)).status, { timeout: 20_000 })
      .toBe('cancelled');
    return (Date.now() - began) / 1000;
  };
  const drafts = () =>
    readdirSync(platform.directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(new|tmp|part)$/.test(name),
    );

  it('stops collecting at its page; the next one goes on and ends with the digest of an undisturbed one', async () => {
    const { workflowId } = await start('collectBars', minutes);
    await expect
      .poll(async () => (await platform.ports.series.streams()).length, { timeout: 20_000 })
      .toBe(1);
    expect(await cancel(workflowId)).toBeLessThan(8);
    expect(drafts()).toEqual([]);
    await start('collectBars', minutes);
    const again = await resultOf<BarsReport>(platform, workflowId);
    expect(again).toMatchObject({ expected: MINUTES, missing: 0, quarantined: 0 });
    expect(again.stored).toBeLessThan(MINUTES);

    const undisturbed = await testPlatform(binary!);
    await undisturbed.serve(NODE_QUEUES);
    await undisturbed.stories.start('collectBars', minutes, BY);
    const { digest } = await resultOf<BarsReport>(undisturbed, workflowId);
    await undisturbed.close();
    expect(again.digest).toBe(digest);
  }, 120_000);

  it('in collection ends its children too, and the record says so', async () => {
    const { workflowId, runId } = await start('research', {
      ...research,
      symbols: ['SOL', 'LINK', 'BNB', 'DOGE', 'ADA', 'XRP', 'DOT', 'LTC'].map((base) => `${base}/USDT`),
    });
    const children = async () =>
      (await platform.stories.list({ limit: 50, children: true })).items.filter(
        ({ parent }) => parent === workflowId,
      );
    await expect.poll(async () => (await children()).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    expect(await cancel(workflowId)).toBeLessThan(10);
    await expect
      .poll(async () => (await children()).filter(({ status }) => status === 'running'), { timeout: 15_000 })
      .toEqual([]);
    const bars = (await children()).filter(({ kind }) => kind === 'collectBars');
    // A quick one may have come to its end before.
    for (const { status } of bars) expect(['cancelled', 'completed']).toContain(status);
    expect(bars.map(({ status }) => status)).toContain('cancelled');
    const run = await platform.ports.documents.get<Run>('runs', `run_${runId.replaceAll('-', '')}`);
    expect(run).toMatchObject({ status: 'cancelled', output: null });
    expect(run?.finishedAt).toBeGreaterThan(0);
    expect(drafts()).toEqual([]);
  }, 60_000);

  it('in training tells the trainer; a new run trains to its end', async () => {
    const input = { ...research, timeframe: '1h', from: '2024-01-01', to: '2024-04-01' };
    let told = false;
    const trainer = await scriptedWorkers({
      connection: platform.environment.nativeConnection,
      namespace: 'finsight',
      stepsOnly: true,
      steps: { train: { trainForecaster: () => untilCancelled(() => (told = true)) } },
    });
    const { workflowId } = await start('research', { ...input, trainer: 'patchtst' });
    const training = async () =>
      (await platform.stories.list({ limit: 1, kind: 'trainModel', children: true })).items[0];
    await expect.poll(async () => (await training())?.status, { timeout: 30_000 }).toBe('running');
    await expect.poll(() => started, { timeout: 10_000 }).toBe(true);
    expect(await cancel(workflowId)).toBeLessThan(10);
    expect(told).toBe(true);
    expect((await training())?.status).toBe('cancelled');
    await trainer.stop();

    const again = await start('research', input);
    const report = await resultOf<ResearchReport>(platform, again.workflowId);
    expect(report.training).toMatchObject([{ trainer: 'ridge', reused: false }]);
  }, 120_000);

  it('replays', async () => {
    expect(await replayAll(platform.environment)).toBeGreaterThan(10);
  }, 120_000);
});

let started = false;

/** A training that never ends by itself. */
async function untilCancelled(told: () => void): Promise<never> {
  started = true;
  try {
    return await Context.current().cancelled;
  } finally {
    told();
  }
}

async function resultOf<T>(platform: TestPlatform, workflowId: string): Promise<T> {
  await platform.environment.client.workflow.getHandle(workflowId).result();
  return (await platform.stories.get(workflowId)).result as T;
}
