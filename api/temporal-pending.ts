import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import type { temporal } from '@temporalio/proto';
import type { Retry } from './stories.js';
import { curveOf, type TrainingProgress } from './training-progress.js';

/** Steps below one story are looked for in so many of its children. */
const CHILDREN = 10;

type Pending = temporal.api.workflow.v1.IPendingActivityInfo;

/** What a running story, and those that are its steps, wait for: steps that will be tried again, and models that train. */
export async function pendingOf(
  client: Client,
  workflowId: string,
): Promise<{ retrying: Retry[]; training: TrainingProgress[] }> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const own = raw.pendingActivities ?? [];
  const children = (raw.pendingChildren ?? []).slice(0, CHILDREN);
  const below = await Promise.all(
    children.map(async ({ workflowId: child }) =>
      child ? pendingOf(client, child).catch(() => NOTHING) : NOTHING,
    ),
  );
  const training = await Promise.all(own.map((each) => trainingOf(client, workflowId, each)));
  return {
    retrying: [
      ...own.flatMap((each) => retryOf(workflowId, each) ?? []),
      ...below.flatMap((each) => each.retrying),
    ],
    training: [...training.flatMap((each) => each ?? []), ...below.flatMap((each) => each.training)],
  };
}

const NOTHING = { retrying: [], training: [] };
/** Steps of the queue `train` that learn. */
export const TRAINS = new Set(['trainForecaster', 'trainSentiment', 'trainTrial', 'trainSentimentTrial']);

/** Where a training stands by its last heartbeat, which outlives a killed worker. */
async function trainingOf(client: Client, story: string, pending: Pending): Promise<TrainingProgress | null> {
  const step = pending.activityType?.name ?? '';
  if (!TRAINS.has(step)) return null;
  const payloads = pending.heartbeatDetails?.payloads;
  const [told] = payloads ? await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads) : [];
  return curveOf(story, step, told);
}

function retryOf(story: string, pending: Pending): Retry | null {
  const { activityType, attempt, lastFailure, maximumAttempts } = pending;
  if (!lastFailure || Number(attempt) < 2) return null;
  return {
    story,
    step: activityType?.name ?? '',
    attempt: Number(attempt),
    attempts: Number(maximumAttempts ?? 0) || null,
    failure: innermost(lastFailure).slice(0, 500),
  };
}

/** What went wrong in the step, not that the step failed. */
function innermost(failure: temporal.api.failure.v1.IFailure): string {
  let cause = failure;
  while (cause.cause) cause = cause.cause;
  return cause.message ?? '';
}
