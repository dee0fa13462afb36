import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PARALLEL } from '../../workflows/fan-out.js';
import type { StreamsReport } from '../../workflows/streams.js';
import { localTemporal, temporalBinary } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = temporalBinary();
const name = (i: number): string => `binance/COIN${i}-USDT/1h`;

describe.skipIf(!binary)('collectStreams (skipped where the Temporal binary is not installed)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  let atOnce = 0;
  let most = 0;
  beforeAll(async () => {
    environment = await localTemporal(binary!);
    const steps = {
      async resolveBars({ stream }: { stream: string }) {
        if (stream.includes('NONE'))
          throw ApplicationFailure.nonRetryable(`No ${stream}`, 'InvalidInputError');
        return { stream, source: { kind: 'live', detail: '' }, from: 0, to: 10, asOf: 10 };
      },
      async fetchBars() {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setTimeout(resolve, 50));
        atOnce--;
        return { stored: 3, quarantined: 0, next: null };
      },
      measureCoverage: async ({ stream }: { stream: string }) => ({
        stream,
        stored: 0,
        expected: 3,
        missing: 0,
      }),
    };
    const connection = environment.nativeConnection;
    workers = await scriptedWorkers({ connection, namespace: 'finsight', steps: { io: steps } });
  }, 120_000);
  afterAll(async () => {
    await workers?.stop();
    await environment?.teardown();
  });

  const collect = (workflowId: string, streams: string[]): Promise<StreamsReport> =>
    environment.client.workflow.execute('collectStreams', {
      taskQueue: 'finsight',
      workflowId,
      args: [{ streams, append: true }],
    });

  it('collects some at a time, each once, and names the one that fails', async () => {
    const streams = Array.from({ length: 12 }, (_, i) => name(i));
    const asked = [...streams.slice(0, 5), 'binance/NONE-USDT/1h', ...streams.slice(5), name(0)];
    const report = await collect('streams/1', asked);
    expect(report.streams.map(({ stream }) => stream)).toEqual(streams);
    expect(report.failed).toEqual([{ stream: 'binance/NONE-USDT/1h', failure: 'No binance/NONE-USDT/1h' }]);
    expect(report.stored).toBe(36);
    expect(most).toBeLessThanOrEqual(PARALLEL);
    expect(most).toBeGreaterThan(1);
  });

  it('fails where none could be collected', async () => {
    const error = await collect('streams/2', ['binance/NONE-USDT/1h']).catch((thrown: Error) => thrown.cause);
    expect((error as Error).message).toMatch(/None of 1 streams.*No binance\/NONE/);
  });
});
