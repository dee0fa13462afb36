import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { QUEUES, type QueueFigures, type QueueName, type WorkerFigures } from '../domain/resources.js';
import { everyMs } from './remembered.js';
import type { QueuesView } from './stories.js';
import { runningTrainings } from './temporal-trainings.js';

type Within = <T>(work: () => Promise<T>) => Promise<T>;
type WorkerBeat = temporal.api.worker.v1.IWorkerHeartbeat;

/** Of Temporal's kinds of queues: that of stories, and that of steps. */
const [WORKFLOWS, ACTIVITIES] = [1, 2];
/** Several readers at a time, and Prometheus, share one look. */
const FRESH_MS = 2000;
const PAGE = 500;
const MOST_PAGES = 10;
/** A worker that was silent for this many of its own intervals is gone. */
const BEATS = 3;
const LEAST_SILENCE_MS = 15_000;
/** Of a worker's first beat, whose interval is not known; the SDK's own is a minute. */
const FIRST_SILENCE_MS = 130_000;

/** What waits and works on each queue of the namespace. */
export function temporalQueues(
  client: Client,
  { namespace, within }: { namespace: string; within: Within },
): QueuesView {
  const look = async (): Promise<QueueFigures[]> => {
    const workers = await workersOf(client, namespace);
    return Promise.all(
      QUEUES.map((name) => queueOf(client, { namespace, name, beats: workers.get(name) ?? [] })),
    );
  };
  const trainings = everyMs(FRESH_MS, () => within(() => runningTrainings(client, namespace)));
  return {
    figures: everyMs(FRESH_MS, () => within(look)),
    trainings,
    async weigh(tenant, weight) {
      for (const name of QUEUES)
        for (const taskQueueType of name === 'finsight' ? [WORKFLOWS] : [ACTIVITIES])
          await within(() =>
            client.workflowService.updateTaskQueueConfig({
              ...{ namespace, identity: 'finsight', taskQueue: name, taskQueueType },
              ...(weight === null
                ? { unsetFairnessWeightOverrides: [tenant] }
                : { setFairnessWeightOverrides: { [tenant]: weight } }),
            }),
          );
    },
    async weights() {
      const answer = await within(() =>
        client.workflowService.describeTaskQueue({
          ...{ namespace, taskQueue: { name: 'finsight' }, taskQueueType: WORKFLOWS, reportConfig: true },
        }),
      );
      return { ...answer.config?.fairnessWeightOverrides };
    },
  };
}

async function queueOf(
  client: Client,
  { namespace, name, beats }: { namespace: string; name: QueueName; beats: WorkerBeat[] },
): Promise<QueueFigures> {
  const { stats, statsByPriorityKey, pollers } = await client.workflowService.describeTaskQueue({
    ...{ namespace, taskQueue: { name }, reportStats: true },
    taskQueueType: name === 'finsight' ? WORKFLOWS : ACTIVITIES,
  });
  const workers = beats.map((beat) => workerOf(beat, name));
  const total = (read: (worker: WorkerFigures) => number): number =>
    workers.reduce((sum, worker) => sum + read(worker), 0);
  const backlog = Number(stats?.approximateBacklogCount ?? 0);
  return {
    name,
    pollers: pollers?.length ?? 0,
    backlog,
    oldestTaskAgeMs: backlog > 0 ? millisecondsOf(stats?.approximateBacklogAge) : 0,
    tasksPerSecond: Number(stats?.tasksDispatchRate ?? 0),
    addedPerSecond: Number(stats?.tasksAddRate ?? 0),
    backlogByPriority: Object.fromEntries(
      Object.entries(statsByPriorityKey ?? {}).flatMap(([key, each]) => {
        const waiting = Number(each.approximateBacklogCount ?? 0);
        return waiting > 0 ? [[key, waiting]] : [];
      }),
    ),
    running: total(({ running }) => running),
    capacity: total(({ capacity }) => capacity),
    workers,
  };
}

/** Living workers by queue, as they tell it themselves; none where the server keeps no heartbeats. */
async function workersOf(client: Client, namespace: string): Promise<Map<string, WorkerBeat[]>> {
  const byQueue = new Map<string, WorkerBeat[]>();
  let nextPageToken: Uint8Array = new Uint8Array();
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await client.workflowService
      .listWorkers({ namespace, pageSize: PAGE, nextPageToken })
      .catch((error: { code?: number }) => {
        if (error.code === UNIMPLEMENTED) return null;
        throw error;
      });
    for (const { workerHeartbeat: beat } of answer?.workersInfo ?? []) {
      const name = beat?.taskQueue;
      if (beat && name && isAlive(beat, Date.now())) byQueue.set(name, [...(byQueue.get(name) ?? []), beat]);
    }
    nextPageToken = answer?.nextPageToken ?? new Uint8Array();
    if (nextPageToken.length === 0) break;
  }
  return byQueue;
}

/** A server before 1.29, or one where it is switched off. */
const UNIMPLEMENTED = 12;
/** Of a worker that has said good-bye. */
const SHUTDOWN = 3;

function isAlive({ heartbeatTime, elapsedSinceLastHeartbeat, status }: WorkerBeat, now: number): boolean {
  const interval = millisecondsOf(elapsedSinceLastHeartbeat);
  const patience = interval > 0 ? Math.max(BEATS * interval, LEAST_SILENCE_MS) : FIRST_SILENCE_MS;
  return status !== SHUTDOWN && now - millisecondsOf(heartbeatTime) < patience;
}

function workerOf(beat: WorkerBeat, name: QueueName): WorkerFigures {
  const slots = name === 'finsight' ? beat.workflowTaskSlotsInfo : beat.activityTaskSlotsInfo;
  const running = Number(slots?.currentUsedSlots ?? 0);
  const { hostInfo } = beat;
  return {
    identity: beat.workerIdentity ?? '',
    host: hostInfo?.hostName ?? '',
    processId: hostInfo?.processId ?? '',
    running,
    capacity: running + Number(slots?.currentAvailableSlots ?? 0),
    done: Number(slots?.totalProcessedTasks ?? 0),
    cpuUsage: hostInfo?.currentHostCpuUsage ?? null,
    memoryUsage: hostInfo?.currentHostMemUsage ?? null,
    startedAt: millisecondsOf(beat.startTime) || null,
    heartbeatAt: millisecondsOf(beat.heartbeatTime) || null,
  };
}

const millisecondsOf = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  time ? Number(time.seconds ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6) : 0;
