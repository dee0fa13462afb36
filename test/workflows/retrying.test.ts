import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientStories } from '../../api/temporal.js';
import { bundleStories } from '../../workers/bundle.js';
import { localTemporal, temporalBinary } from '../temporal.js';

const binary = temporalBinary();
const stream = 'binance/BTC-USDT/1h';

describe.skipIf(!binary)(
  'a step that waits to be tried again (skipped where the Temporal binary is not installed)',
  () => {
    let environment: TestWorkflowEnvironment;
    beforeAll(async () => {
      environment = await localTemporal(binary!);
    }, 60_000);
    afterAll(() => environment?.teardown());

    it('is told with its attempt and its reason', async () => {
      const { nativeConnection: connection, client } = environment;
      const code = await bundleStories();
      const resolveBars = async (): Promise<never> => {
        throw new ApplicationFailure('binance cannot be reached', 'UnreachableError');
      };
      const workers = await Promise.all([
        Worker.create({ connection, namespace: 'finsight', taskQueue: 'finsight', workflowBundle: { code } }),
        Worker.create({ connection, namespace: 'finsight', taskQueue: 'io', activities: { resolveBars } }),
      ]);
      const running = workers.map((worker) => worker.run());
      try {
        const stories = clientStories(client, { namespace: 'finsight' });
        const { workflowId } = await stories.start(
          'collectBars',
          { stream },
          { principal: 'local', tenant: 'default' },
        );
        await expect
          .poll(async () => (await stories.progress(workflowId))?.retrying[0]?.attempt, { timeout: 20_000 })
          .toBeGreaterThanOrEqual(2);
        const progress = await stories.progress(workflowId);
        expect(progress?.retrying[0]).toMatchObject({
          story: workflowId,
          step: 'resolveBars',
          attempts: 12,
          failure: 'binance cannot be reached',
        });
        await client.workflow.getHandle(workflowId).terminate();
      } finally {
        for (const worker of workers) worker.shutdown();
        await Promise.all(running);
      }
    }, 60_000);
  },
);
