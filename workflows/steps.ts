import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityOptions,
  type RetryPolicy,
} from '@temporalio/workflow';
import type {
  Activities,
  MlActivities,
  NodeActivities,
  TorchActivities,
  VerifyActivities,
} from '../activities/index.js';
import { FINAL_ERRORS } from '../domain/errors.js';
import { nodeQueue } from '../domain/training/distributed.js';

/**
 * The only place for time-outs and retries. Steps wait on their queue for as long as it takes (no
 * schedule-to-start limit): a worker that is still being installed or restarted is not a failure.
 * Every step beats each 2 s by itself; a heartbeat time-out is how long a killed worker goes unnoticed. Steps
 * that compute may hold up their process's event loop, so theirs are longer.
 */
const retry: RetryPolicy = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '1m',
  maximumAttempts: 12,
  nonRetryableErrorTypes: [...FINAL_ERRORS],
};

const options = (taskQueue: string, more: ActivityOptions): ActivityOptions => ({
  taskQueue,
  retry,
  // A cancelled story ends when its step has ended: nothing of it runs on beside the next one.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  ...more,
});

export const io = proxyActivities<Activities['io']>(
  options('io', { startToCloseTimeout: '15m', heartbeatTimeout: '15s' }),
);

/** Settling goes on for as long as predictions are open: a store that is away for hours must not end it. */
export const settling = proxyActivities<Activities['io']>({
  ...options('io', { startToCloseTimeout: '15m', heartbeatTimeout: '15s' }),
  retry: { ...retry, maximumAttempts: Infinity },
});

/** The same for what goes on for days and is the only one to know how it stands, such as a rollout. */
export const lasting = settling;

/** What is asked of a venue before a stream is followed, and what it has closed long since: neither is waited for for ever. */
export const beforeLive = proxyActivities<Activities['live']>(
  options('live', { startToCloseTimeout: '24h', heartbeatTimeout: '30s' }),
);

/** Following a stream: a worker that restarts hands over, however often, and goes on at the next bar. */
export const live = proxyActivities<Activities['live']>({
  ...options('live', { startToCloseTimeout: '24h', heartbeatTimeout: '30s' }),
  retry: { ...retry, maximumAttempts: Infinity },
});

export const cpu = proxyActivities<Activities['cpu']>(
  options('cpu', { startToCloseTimeout: '30m', heartbeatTimeout: '1m' }),
);

export const gpu = proxyActivities<Activities['gpu']>(
  options('gpu', { startToCloseTimeout: '30m', heartbeatTimeout: '1m' }),
);

/** Steps of `gpu` that beat after each page and hold up nothing in between: a killed worker is noticed as soon as on `io`. */
export const gpuPages = proxyActivities<Activities['gpu']>(
  options('gpu', { startToCloseTimeout: '30m', heartbeatTimeout: '15s' }),
);

/** Training resumes at its epoch, so an attempt may be lost at any time. */
export const train = proxyActivities<MlActivities>(
  options('train', { startToCloseTimeout: '6h', heartbeatTimeout: '30s' }),
);

/** A machine's part of a training on several: where one part fails, the story ends all and starts all again. */
export const trainPart = (node: string) =>
  proxyActivities<NodeActivities>({
    ...options(nodeQueue(node), { startToCloseTimeout: '6h', heartbeatTimeout: '30s' }),
    retry: { maximumAttempts: 1 },
  });

/** How often all parts are started, and the longest pause before they are again. */
export const TOGETHER = { attempts: 12, longestPauseMs: 60_000 };

/** Batches in Python are written in parts and taken up behind the last one. A worker is there where SERVING_URL names torchscript:. */
export const torch = proxyActivities<TorchActivities>(
  options('torch', { startToCloseTimeout: '6h', heartbeatTimeout: '30s' }),
);

/**
 * Engines of others are optional: where nobody polls their queue the story goes on without them. One runs at a time: after
 * this long the story looks whether somebody is only busy, and asks again.
 */
export const verify = proxyActivities<VerifyActivities>(
  options('verify', { startToCloseTimeout: '30m', heartbeatTimeout: '30s', scheduleToStartTimeout: '30s' }),
);
