import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { Retry } from './stories.js';

/** Steps below one story are looked for in so many of its children. */
const CHILDREN = 10;

/** Steps of a running story, and of those that are its steps, that failed and will be tried again; with why. */
export async function retriesOf(client: Client, workflowId: string): Promise<Retry[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const own = (raw.pendingActivities ?? []).flatMap((each) => retryOf(workflowId, each) ?? []);
  const children = (raw.pendingChildren ?? []).slice(0, CHILDREN);
  const below = await Promise.all(
    children.map(async ({ workflowId: child }) => (child ? retriesOf(client, child).catch(() => []) : [])),
  );
  return [...own, ...below.flat()];
}

function retryOf(story: string, pending: temporal.api.workflow.v1.IPendingActivityInfo): Retry | null {
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
