import { proxyActivities } from '@temporalio/workflow';

export interface Burst {
  /** On which the steps wait. */
  queue: string;
  tenant: string;
  steps: number;
  /** How long each takes, ms. */
  ms: number;
}

export interface Steps {
  work(given: { tenant: string; ms: number }): Promise<void>;
}

/** So many steps at once: a back-log that lies in the queue. */
async function burst({ queue, tenant, steps, ms }: Burst): Promise<void> {
  const { work } = proxyActivities<Steps>({ taskQueue: queue, startToCloseTimeout: '5m' });
  await Promise.all(Array.from({ length: steps }, () => work({ tenant, ms })));
}

/** By the names of the platform's stories, which decide how urgent they are: a back-fill and a live one. */
export const rescoreNews = burst;
export const predict = burst;
