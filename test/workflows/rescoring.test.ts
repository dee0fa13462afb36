import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAYLOAD_LIMIT_BYTES, payloadBytes } from '../../domain/payloads.js';
import { localTemporal, replayAll, temporalBinary } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = temporalBinary();
const LONG = 60;
const CHUNKS = 40;
const COUNTS = { articles: 10, scored: 8, abstained: 1, kept: 2 };

describe.skipIf(!binary)('re-scoring (skipped where the Temporal binary is not installed)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  const cursors: string[] = [];
  const largest = { bytes: 0 };
  /** Asked once with each: then it goes on. */
  const waits = new Map([['7', 8000]]);
  const plan = {
    ...{ model: 'm@1', sourceKey: 'live', from: 0, to: 1, languages: ['en'], tickers: ['BTC'] },
    // As many as the API takes, as long as it takes them.
    feeds: Array.from({ length: 100 }, (_, i) => `feed ${i} ${'x'.repeat(90)}`),
    ...{ perSecond: 10, startedAt: 1, total: 10 * CHUNKS },
  };
  beforeAll(async () => {
    environment = await localTemporal(binary!, [
      '--dynamic-config-value',
      `limit.historyCount.suggestContinueAsNew=${LONG}`,
    ]);
    workers = await scriptedWorkers({
      connection: environment.nativeConnection,
      namespace: 'finsight',
      steps: {
        gpu: {
          planRescore: async ({ model }: { model: string }) => ({ ...plan, model: `${model}@1` }),
          rescoreArticles: async (asked: { plan: object; cursor: string }) => {
            largest.bytes = Math.max(largest.bytes, payloadBytes(asked));
            const { cursor } = asked;
            const waitMs = waits.get(cursor);
            waits.delete(cursor);
            if (waitMs !== undefined) {
              const none = { articles: 0, scored: 0, abstained: 0, kept: 0 };
              return { ...none, next: cursor, waitUntil: Date.now() + waitMs, reason: 'the budget is spent' };
            }
            cursors.push(cursor);
            const page = Number(cursor || 0) + 1;
            return { ...COUNTS, next: page < CHUNKS ? String(page) : null, waitUntil: null, reason: '' };
          },
          countLate: async () => ({ late: 3 }),
          compareModels: async () => ({ verdict: 'they cannot be told apart' }),
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await workers?.stop();
    await environment?.teardown();
  });

  it('waits for the budget, goes on in new runs at its cursor, and keeps its counts and its model', async () => {
    const handle = await environment.client.workflow.start('rescoreNews', {
      taskQueue: 'finsight',
      workflowId: 'rescore/long',
      args: [{ model: 'm' }],
    });
    await expect
      .poll(() => handle.query('rescore'), { timeout: 20_000 })
      .toMatchObject({ articles: 70, reason: 'the budget is spent', total: 10 * CHUNKS });
    expect(await handle.result()).toEqual({
      ...{ model: 'm@1', source: 'live', from: 0, to: 1, late: 3 },
      ...{ articles: 10 * CHUNKS, scored: 8 * CHUNKS, abstained: CHUNKS, kept: 2 * CHUNKS },
    });
    expect(cursors).toEqual(['', ...Array.from({ length: CHUNKS - 1 }, (_, i) => String(i + 1))]);
    const described = await handle.describe();
    expect(described.runId).not.toBe(handle.firstExecutionRunId);
    expect(described.searchAttributes).toMatchObject({
      ModelName: ['m'],
      ModelVersion: ['1'],
      Stage: ['done'],
    });
    expect(largest.bytes).toBeLessThan(PAYLOAD_LIMIT_BYTES / 2);
  }, 60_000);

  it('a budget that was raised is not waited for to the end', async () => {
    waits.set('3', 3_600_000);
    const handle = await environment.client.workflow.start('rescoreNews', {
      taskQueue: 'finsight',
      workflowId: 'rescore/raised',
      args: [{ model: 'm' }],
    });
    await expect
      .poll(() => handle.query('rescore'), { timeout: 20_000 })
      .toMatchObject({ articles: 30, reason: 'the budget is spent' });
    await handle.signal('resume');
    expect(await handle.result()).toMatchObject({ articles: 10 * CHUNKS });
  }, 60_000);

  it('replays', async () => {
    expect(await replayAll(environment)).toBeGreaterThan(3);
  });
});
