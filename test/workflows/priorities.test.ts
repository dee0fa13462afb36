import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoriesPort } from '../../api/stories.js';
import { clientStories } from '../../api/temporal.js';
import { storyStarts } from '../../workers/stories.js';
import { localTemporal, temporalBinary } from '../temporal.js';

const binary = temporalBinary();
const tenantWeights = { small: 1, middle: 2, large: 4 };
const STEPS = 60;
const WORKER = `
import { NativeConnection, Worker } from '@temporalio/worker';
const connection = await NativeConnection.connect({ address: process.argv[1] });
const step = async ({ who }) => {
  process.stdout.write(who + '\\n');
  // One at a time is killed in the middle.
  await new Promise((done) => setTimeout(done, 10));
};
const options = { connection, namespace: 'finsight', taskQueue: 'io', maxConcurrentActivityTaskExecutions: 1 };
await (await Worker.create({ ...options, activities: { step } })).run();
`;

describe.skipIf(!binary)('who is served first (skipped where the Temporal binary is not installed)', () => {
  let server: TestWorkflowEnvironment;
  let stories: StoriesPort;
  let teller: Worker;
  let telling: Promise<void>;
  beforeAll(async () => {
    server = await localTemporal(binary!);
    stories = clientStories(server.client, { namespace: 'finsight', tenantWeights });
    teller = await Worker.create({
      connection: server.nativeConnection,
      namespace: 'finsight',
      taskQueue: 'finsight',
      workflowsPath: fileURLToPath(new URL('fair-stories.ts', import.meta.url)),
    });
    telling = teller.run();
  }, 60_000);
  afterAll(async () => {
    teller?.shutdown();
    await telling;
    await server?.teardown();
  });

  const start = async (kind: string, tenant: string, input: Record<string, unknown>): Promise<string> =>
    (await stories.start(kind as never, input, { principal: 'somebody', tenant })).workflowId;
  const result = (id: string): Promise<unknown> => server.client.workflow.getHandle(id).result();
  const waiting = async (urgencies = [1, 2, 3, 4, 5]): Promise<number> => {
    const { statsByPriorityKey: found } = await server.client.workflowService.describeTaskQueue({
      ...{ namespace: 'finsight', taskQueue: { name: 'io' }, taskQueueType: 2, reportStats: true },
    });
    return urgencies.reduce((sum, key) => sum + Number(found?.[key]?.approximateBacklogCount ?? 0), 0);
  };
  /** A process with one slot, so that the order is the server's; it tells what it has done. */
  const worker = (done: string[]): { kill(): Promise<void> } => {
    const args = ['--input-type=module', '-e', WORKER, server.address];
    const child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: child.stdout }).on('line', (who) => done.push(who));
    const ended = once(child, 'close');
    return {
      async kill() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  };
  const shares = (done: string[]): Record<string, number> =>
    Object.fromEntries(
      Object.keys(tenantWeights).map((who) => [who, done.filter((each) => each === who).length]),
    );

  it('steps, children and runs that go on have the tenant, the weight and the urgency of their story', async () => {
    const bars = { fairnessKey: 'large', fairnessWeight: 4 };
    expect(await result(await start('research', 'large', {}))).toEqual({
      own: { priorityKey: 2, ...bars },
      training: { priorityKey: 4, ...bars },
      bars: { priorityKey: 2, ...bars },
    });
    expect(await result(await start('tuneModel', 'other', {}))).toEqual({
      own: { priorityKey: 4, fairnessKey: 'other', fairnessWeight: 1 },
      bars: { priorityKey: 4, fairnessKey: 'other', fairnessWeight: 1 },
    });
  });

  it('a schedule starts its story with the priority of the tenant that made it', async () => {
    const spec = {
      ...{
        id: 'fair',
        kind: 'collectBars' as const,
        input: { stream: 'x' },
        cron: '0 0 1 1 *',
        timeZone: 'UTC',
      },
      ...{ overlap: 'skip' as const, jitterSeconds: 0, catchUpSeconds: 60, note: '' },
    };
    await stories.schedules.create(spec, { principal: 'somebody', tenant: 'middle' });
    await stories.schedules.trigger('fair');
    const find = async () => (await stories.schedules.get('fair')).recent[0]?.workflowId ?? null;
    await expect.poll(find, { timeout: 10_000 }).not.toBeNull();
    expect(await result((await find())!)).toEqual({
      priorityKey: 3,
      fairnessKey: 'middle',
      fairnessWeight: 2,
    });
    await stories.schedules.remove('fair');
  });

  it("what the platform starts by itself is nobody else's", async () => {
    const starts = storyStarts(server.nativeConnection, { namespace: 'finsight', tenantWeights });
    await starts.start('collectBars', {}, { workflowId: 'by-event' });
    expect(await result('by-event')).toEqual({ priorityKey: 3, fairnessKey: 'default', fairnessWeight: 1 });
  });

  it('tenants get shares by their weights, the live goes first, and a worker that dies changes neither', async () => {
    const ids = [];
    for (const who of Object.keys(tenantWeights))
      ids.push(await start('rescoreNews', who, { who, steps: STEPS }));
    await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThanOrEqual(3 * STEPS);
    const done: string[] = [];
    const killed = worker(done);
    await expect.poll(() => done.length, { timeout: 20_000 }).toBeGreaterThan(20);
    await killed.kill();
    const before = done.length;
    const predicted = await start('predict', 'small', { who: 'live', steps: 3 });
    const tested = await start('runBacktest', 'small', { who: 'asked', steps: 3 });
    await expect.poll(() => waiting([1, 2]), { timeout: 20_000 }).toBeGreaterThanOrEqual(6);
    const next = worker(done);
    await Promise.all([...ids, predicted, tested].map(result));
    await next.kill();
    // A task that was about to be handed out may come before them.
    expect(done.lastIndexOf('live')).toBeLessThanOrEqual(before + 4);
    expect(done.lastIndexOf('asked')).toBeLessThanOrEqual(before + 8);
    expect(done.indexOf('asked')).toBeGreaterThan(done.lastIndexOf('live'));
    // While all three wait: 15, 30 and 60 of 105.
    const early = shares(done.filter((who) => who in tenantWeights).slice(0, 98));
    for (const [who, weight] of Object.entries(tenantWeights))
      expect(Math.abs((early[who] ?? 0) / 98 - weight / 7) / (weight / 7), who).toBeLessThan(0.1);
  });

  it('a weight that is set later holds for steps that come then, and can be taken back', async () => {
    await stories.queues.weigh('small', 8);
    expect(await stories.queues.weights()).toEqual({ small: 8 });
    const ids = [];
    for (const who of ['large', 'small'])
      ids.push(await start('rescoreNews', who, { who, steps: STEPS, more: 1 }));
    await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThanOrEqual(2 * STEPS);
    const done: string[] = [];
    const one = worker(done);
    await Promise.all(ids.map(result));
    await one.kill();
    // Twice as many as `large`, whose weight is 4.
    expect(shares(done.slice(0, 60))['small']).toBeGreaterThanOrEqual(36);
    await stories.queues.weigh('small', null);
    expect(await stories.queues.weights()).toEqual({});
  });
});
