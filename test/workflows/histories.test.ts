import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localTemporal, replayAll, temporalBinary } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

const binary = temporalBinary();
const PAGES = 30;
const LONG = 60;
const plan = {
  source: { kind: 'simulated', detail: '' },
  stream: 'binance/BTC-USDT/1m',
  from: 0,
  to: PAGES,
  asOf: PAGES,
};

describe.skipIf(!binary)('long stories (skipped where the Temporal binary is not installed)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  const cursors: unknown[] = [];
  beforeAll(async () => {
    environment = await localTemporal(binary!, [
      '--dynamic-config-value',
      `limit.historyCount.suggestContinueAsNew=${LONG}`,
    ]);
    workers = await scriptedWorkers({
      connection: environment.nativeConnection,
      namespace: 'finsight',
      steps: {
        io: {
          resolveBars: async () => plan,
          fetchBars: async ({ cursor }: { cursor: number }) => {
            cursors.push(cursor);
            return { stored: 2, quarantined: 0, next: cursor + 1 < PAGES ? cursor + 1 : null };
          },
          measureCoverage: async () => ({
            stream: plan.stream,
            stored: 0,
            expected: 1,
            missing: 0,
            quarantined: 0,
            digest: '',
          }),
        },
        gpu: {
          countScores: async () => ({ scored: 0, abstained: 0 }),
          scoreArticles: async ({ cursor }: { cursor: string }) => {
            const page = Number(cursor || 0) + 1;
            return { model: 'news@1', scored: 3, abstained: 1, next: page < PAGES ? String(page) : null };
          },
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await workers?.stop();
    await environment?.teardown();
  });

  const run = async (type: string, input: object) => {
    const options = { taskQueue: 'finsight', workflowId: `long/${type}`, args: [input] };
    const handle = await environment.client.workflow.start(type, options);
    const result: unknown = await handle.result();
    const described = await handle.describe();
    return { result, described, first: handle.firstExecutionRunId };
  };

  it('collectBars goes on in a new run with its cursor and its count', async () => {
    const { result, described, first } = await run('collectBars', { stream: plan.stream });
    expect(result).toMatchObject({ stored: 2 * PAGES });
    expect(cursors).toEqual(Array.from({ length: PAGES }, (_, page) => page));
    expect(described.runId).not.toBe(first);
    expect(described.historyLength).toBeLessThan(2 * LONG);
    expect(described.searchAttributes).toMatchObject({ Stage: ['done'], JobKind: ['collectBars'] });
  });

  it('enrichSentiment too', async () => {
    const { result, described, first } = await run('enrichSentiment', {});
    expect(result).toEqual({ model: 'news@1', scored: 3 * PAGES, abstained: PAGES });
    expect(described.runId).not.toBe(first);
  });

  it('each of their runs replays', async () => {
    expect(await replayAll(environment)).toBeGreaterThan(4);
  });
});
