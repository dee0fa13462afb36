import type { NativeConnection } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import { stepInterceptors } from '../../workers/interceptors.js';
import { storiesBundle } from '../temporal.js';

type Step = (argument: never) => Promise<unknown>;

/** The real stories over steps that follow a script: for what the real steps do too seldom or too slowly. */
export async function scriptedWorkers(options: {
  connection: NativeConnection;
  namespace: string;
  /** By queue. */
  steps: Record<string, Record<string, Step>>;
  /** Somebody else runs the stories. */
  stepsOnly?: boolean;
}): Promise<{ stop(): Promise<void> }> {
  const { connection, namespace, steps } = options;
  const shared = { connection, namespace };
  const draining = new AbortController();
  const workers: Worker[] = [];
  if (!options.stepsOnly) {
    const workflowBundle = { code: await storiesBundle() };
    workers.push(await Worker.create({ ...shared, taskQueue: 'finsight', workflowBundle }));
  }
  for (const [taskQueue, activities] of Object.entries(steps)) {
    const interceptors = { activity: [stepInterceptors(draining.signal)] };
    const maxHeartbeatThrottleInterval = '500ms';
    workers.push(
      await Worker.create({ ...shared, taskQueue, activities, interceptors, maxHeartbeatThrottleInterval }),
    );
  }
  const running = workers.map((worker) => worker.run());
  return {
    async stop() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    },
  };
}
