import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import type { RunningTraining } from './stories.js';
import { TRAINS } from './temporal-pending.js';
import { curveOf } from './training-progress.js';

/** Stories that train, newest first; with more, those below are not looked at. */
const MOST = 300;
const LANES = 8;
/** Of Temporal's states of a step: a worker has it. */
const STARTED = 2;

/** Models that a worker trains at this moment, the longest first. */
export async function runningTrainings(client: Client, namespace: string): Promise<RunningTraining[]> {
  const { executions } = await client.workflowService.listWorkflowExecutions({
    ...{ namespace, pageSize: MOST },
    query: "WorkflowType = 'trainModel' AND ExecutionStatus = 'Running'",
  });
  const ids = executions.flatMap(({ execution }) => execution?.workflowId ?? []);
  const running: RunningTraining[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      // One that ended meanwhile trains no more.
      const found = await trainingOf(client, id).catch(() => null);
      if (found) running.push(found);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return running.toSorted((a, b) => a.startedAt - b.startedAt);
}

async function trainingOf(client: Client, workflowId: string): Promise<RunningTraining | null> {
  const { raw, memo } = await client.workflow.getHandle(workflowId).describe();
  const step = raw.pendingActivities?.find(
    ({ activityType, state }) => TRAINS.has(activityType?.name ?? '') && Number(state) === STARTED,
  );
  if (!step) return null;
  const payloads = step.heartbeatDetails?.payloads;
  const [told] = payloads ? await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads) : [];
  const { epoch, maxEpochs } = curveOf(workflowId, step.activityType?.name ?? '', told);
  const priority = raw.workflowExecutionInfo?.priority;
  const tenant = priority?.fairnessKey || memo?.['tenant'];
  return {
    workflowId,
    step: step.activityType?.name ?? '',
    tenant: typeof tenant === 'string' ? tenant : null,
    worker: step.lastWorkerIdentity ?? '',
    attempt: Number(step.attempt ?? 1),
    startedAt: Number(step.lastStartedTime?.seconds ?? 0) * 1000,
    epoch,
    maxEpochs,
  };
}
