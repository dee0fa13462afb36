import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { readToolPaths } from '../../adapters/toolchain.js';
import { startOptions } from '../../api/temporal-schedules.js';
import { startTemporalServer } from '../../infra/temporal-server.js';
import type { Burst, Steps } from './stories.js';

export interface Begun {
  result(): Promise<unknown>;
  /** Ends it as it is. */
  terminate(): Promise<unknown>;
}

export interface FairPlatform {
  /** With the priority of the platform, or without any: then the queue is first in, first out. */
  start(kind: 'predict' | 'rescoreNews', burst: Burst, plain: boolean): Promise<Begun>;
  /** Serves a queue's steps with so many slots until `stop`; every step that ended is told by its tenant. */
  serve(
    queue: { name: string; slots: number },
    ended: (tenant: string) => void,
  ): Promise<{ stop(): Promise<void> }>;
  /** Waits until so many steps wait on a queue. */
  until(queue: string, backlog: number): Promise<void>;
  close(): Promise<void>;
}

const NAMESPACE = 'finsight';
const STEP_QUEUE = 2;

/** A server as `finsight up` starts it, with a worker of stories in this process. */
export async function openFairPlatform(weights: Record<string, number>): Promise<FairPlatform> {
  // Steps of what was ended early are told as warnings.
  const telemetryOptions = { logging: { forward: {}, filter: 'ERROR' } };
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions } as never);
  const dataDir = mkdtempSync(join(tmpdir(), 'finsight-fairness-'));
  const { temporal: binary } = readToolPaths();
  const server = await startTemporalServer({ binary, dataDir, namespace: NAMESPACE, log: () => undefined });
  const connection = await NativeConnection.connect({ address: server.address });
  const client = new Client({ connection, namespace: NAMESPACE });
  const shared = { connection, namespace: NAMESPACE };
  const workflowsPath = fileURLToPath(new URL('./stories.js', import.meta.url));
  const stories = await Worker.create({ ...shared, taskQueue: 'finsight', workflowsPath });
  const telling = stories.run();
  let asked = 0;
  return {
    start(kind, burst, plain) {
      const input = { ...burst };
      const { priority, ...options } = startOptions(kind, input, {
        by: 'person',
        tenant: burst.tenant,
        weights,
      });
      const workflowId = `${kind}/${++asked}`;
      return client.workflow.start(kind, { ...options, workflowId, ...(plain ? {} : { priority }) });
    },
    async serve({ name, slots }, ended) {
      const activities: Steps = {
        async work({ tenant, ms }) {
          await pause(ms);
          ended(tenant);
        },
      };
      const more = { taskQueue: name, activities, maxConcurrentActivityTaskExecutions: slots };
      const worker = await Worker.create({ ...shared, ...more });
      const running = worker.run();
      return {
        async stop() {
          worker.shutdown();
          await running;
        },
      };
    },
    async until(queue, backlog) {
      for (;;) {
        const { stats } = await client.workflowService.describeTaskQueue({
          ...{
            namespace: NAMESPACE,
            taskQueue: { name: queue },
            taskQueueType: STEP_QUEUE,
            reportStats: true,
          },
        });
        if (Number(stats?.approximateBacklogCount ?? 0) >= backlog) return;
        await pause(50);
      }
    },
    async close() {
      stories.shutdown();
      await telling;
      await connection.close();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
