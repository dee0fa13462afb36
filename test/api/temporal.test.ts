import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientStories, temporalStories } from '../../api/temporal.js';
import type { StoriesPort } from '../../api/stories.js';
import { localTemporal, temporalBinary } from '../temporal.js';

const binary = temporalBinary();
const BY = { principal: 'admin', tenant: 'default' };

describe.skipIf(binary === null)('stories on a Temporal server (skipped without its binary)', () => {
  let server: TestWorkflowEnvironment;
  let stories: StoriesPort;
  let worker: Worker;
  let working: Promise<void>;
  beforeAll(async () => {
    server = await localTemporal(binary ?? '');
    stories = clientStories(server.client, { namespace: 'finsight' });
    worker = await Worker.create({
      connection: server.nativeConnection,
      namespace: 'finsight',
      taskQueue: 'finsight',
      workflowsPath: fileURLToPath(new URL('tiny-stories.ts', import.meta.url)),
    });
    working = worker.run();
  });
  afterAll(async () => {
    worker.shutdown();
    await working;
    await server.teardown();
  });

  const ended = async (workflowId: string) => {
    for (;;) {
      const story = await stories.get(workflowId);
      if (story.status !== 'running') return story;
    }
  };

  it('tells input, progress, result and who asked', async () => {
    const input = { stream: 'binance/BTC-USDT/1h' };
    const { workflowId, alreadyRunning } = await stories.start('predict', input, BY);
    expect(alreadyRunning).toBe(false);
    const story = await ended(workflowId);
    expect(story).toMatchObject({
      kind: 'predict',
      status: 'completed',
      input,
      result: { model: 'baseline:drift' },
      ...BY,
    });
    expect(story.progress?.steps[0]?.detail).toBe(input.stream);
  });

  it('tells the innermost cause of a failure', async () => {
    const { workflowId } = await stories.start('collectBars', { stream: 'binance/NO-USDT/1h' }, BY);
    const { status, failure } = await ended(workflowId);
    expect({ status, failure }).toEqual({
      status: 'failed',
      failure: { type: 'InvalidInputError', message: 'No stream of that name' },
    });
  });

  it('is one run for the same work asked for twice, until it is cancelled', async () => {
    const first = await stories.start('collectNews', { feeds: ['a'] }, BY);
    expect(await stories.start('collectNews', { feeds: ['a'] }, BY)).toEqual({
      ...first,
      alreadyRunning: true,
    });
    await stories.cancel(first.workflowId);
    expect((await ended(first.workflowId)).status).toBe('cancelled');
    await expect(stories.cancel(first.workflowId)).rejects.toMatchObject({ name: 'InvalidInputError' });
    await expect(stories.get('nothing')).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('lists runs by pages, kind and state', async () => {
    await expect.poll(async () => (await stories.list({ limit: 10 })).items.length).toBe(3);
    const first = await stories.list({ limit: 2 });
    const second = await stories.list({ limit: 2, cursor: first.cursor ?? '' });
    expect([first.items.length, second.items.length]).toEqual([2, 1]);
    const { items } = await stories.list({ limit: 10, kind: 'collectBars', status: 'failed' });
    expect(items).toMatchObject([{ kind: 'collectBars', status: 'failed', principal: 'admin' }]);
    await expect(stories.list({ limit: 1, cursor: '!' })).rejects.toMatchObject({
      name: 'InvalidInputError',
    });
  });

  it('keeps schedules: made, paused, resumed, removed', async () => {
    const spec = {
      id: 'hourly',
      kind: 'predict' as const,
      input: { stream: 'binance/BTC-USDT/1h' },
      cron: '2 * * * *',
    };
    const rest = {
      timeZone: 'Europe/Berlin',
      overlap: 'bufferOne' as const,
      jitterSeconds: 5,
      catchUpSeconds: 600,
      note: 'x',
    };
    const { schedules } = stories;
    await schedules.create({ ...spec, ...rest }, BY);
    const made = await schedules.get('hourly');
    expect(made).toMatchObject({ ...spec, ...rest, paused: false, createdBy: 'admin' });
    expect(made.next.length).toBeGreaterThan(0);
    const { action } = await server.client.schedule.getHandle('hourly').describe();
    expect(action).toMatchObject({
      staticSummary: 'Prediction: binance/BTC-USDT/1h',
      staticDetails: '- **stream**: binance/BTC-USDT/1h',
    });
    await expect(schedules.create({ ...spec, ...rest }, BY)).rejects.toMatchObject({
      name: 'InvalidInputError',
    });
    await expect(schedules.create({ ...spec, ...rest, id: 'b', cron: 'soon' }, BY)).rejects.toThrow(
      'five fields',
    );
    await schedules.pause('hourly', 'rest');
    expect(await schedules.get('hourly')).toMatchObject({ paused: true, note: 'rest' });
    const changed = {
      ...spec,
      ...rest,
      cron: '7 * * * *',
      timeZone: 'UTC',
      input: { stream: 'binance/ETH-USDT/1h' },
    };
    await schedules.change(changed, { ...BY, principal: 'anna' });
    expect(await schedules.get('hourly')).toMatchObject({ ...changed, paused: true, createdBy: 'admin' });
    await expect(schedules.change({ ...changed, id: 'none' }, BY)).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    await expect(schedules.change({ ...changed, cron: 'soon' }, BY)).rejects.toThrow('five fields');
    await expect
      .poll(async () => (await schedules.list({ limit: 5 })).items)
      .toMatchObject([{ cron: '7 * * * *', input: changed.input }]);
    await schedules.trigger('hourly');
    await expect.poll(async () => (await schedules.get('hourly')).recent).toHaveLength(1);
    const { trigger, remove, pause } = schedules;
    for (const refuse of [trigger, remove, (id: string) => pause(id, '')])
      await expect(refuse('none')).rejects.toThrow('No schedule "none"');
    await schedules.resume('hourly', 'on');
    await expect
      .poll(async () => (await schedules.list({ limit: 5 })).items.map(({ id }) => id))
      .toEqual(['hourly']);
    await schedules.remove('hourly');
    await expect(schedules.get('hourly')).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});

it('says that Temporal does not answer where nothing listens', async () => {
  const stories = await temporalStories({ address: '127.0.0.1:9', namespace: 'finsight' });
  await expect(stories.ready()).rejects.toMatchObject({ name: 'UnreachableError' });
  await stories.close();
});
