import { setTimeout as wait } from 'node:timers/promises';
import {
  Client,
  Connection,
  WithStartWorkflowOperation,
  WorkflowFailedError,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeMapFromPayloads,
} from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import type { temporal } from '@temporalio/proto';
import { LRUCache } from 'lru-cache';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import type { TenantWeights } from '../domain/priorities.js';
import type { StoriesPort, Story, StoryProgress, StoryStatus, StorySummary } from './stories.js';
import { pendingOf } from './temporal-pending.js';
import { isNotYet, translated } from './temporal-errors.js';
import { temporalQueues } from './temporal-queues.js';
import { startOptions, temporalSchedules } from './temporal-schedules.js';

/** A worker that has not answered a query by then is busy or away: the run is shown without progress. */
const QUERY_MS = 2000;
const CALL_MS = 10_000;
/** An answer of a story may wait for a step of it. */
const UPDATE_MS = 30_000;
/** A story that has just been started knows what it has to know after so long. */
const STARTING_MS = 10_000;
const AGAIN_MS = 200;

export interface TemporalAddress {
  address: string;
  namespace: string;
  apiKey?: string | undefined;
  tls?: boolean | undefined;
  /** Shares of tenants that wait for the same. */
  tenantWeights?: TenantWeights;
}

/** Stories over a Temporal server; connects at the first call and again after a restart of the server. */
export async function temporalStories(options: TemporalAddress): Promise<StoriesPort> {
  const { address, namespace, apiKey, tls } = options;
  const connection = Connection.lazy({ address, ...(tls ? { tls } : {}), ...(apiKey ? { apiKey } : {}) });
  return clientStories(new Client({ connection, namespace }), options);
}

/** The same over a client that is there; `close` closes its connection. */
export function clientStories(
  client: Client,
  { namespace, tenantWeights: weights = {} }: Pick<TemporalAddress, 'namespace' | 'tenantWeights'>,
): StoriesPort {
  const inputs = new LRUCache<string, { input: unknown }>({ max: 500 });
  const within = <T>(work: () => Promise<T>, ms = CALL_MS): Promise<T> =>
    client.withDeadline(Date.now() + ms, work).catch((error: unknown) => {
      throw translated(error);
    });
  const describe = (workflowId: string): Promise<StorySummary> =>
    within(async () => summaryOf(await client.workflow.getHandle(workflowId).describe()));
  const progress = (workflowId: string): Promise<StoryProgress | null> =>
    within(async () => {
      const told = await client.workflow.getHandle(workflowId).query<StoryProgress>('progress');
      return { ...told, ...(await pendingOf(client, workflowId)) };
    }, QUERY_MS).catch(() => null);

  const inputOf = async (workflowId: string, runId: string): Promise<unknown> => {
    const held = inputs.get(runId);
    if (held) return held.input;
    const answer = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    });
    const payloads = answer.history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    const [input = null] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
    inputs.set(runId, { input });
    return input;
  };

  return {
    describe,
    progress,
    schedules: temporalSchedules(client, { within, weights }),
    queues: temporalQueues(client, { namespace, within }),
    start: (kind, input, by) =>
      within(async () => {
        const asked = { by: 'person' as const, tenant: by.tenant, weights };
        const { workflowId, ...rest } = startOptions(kind, input, asked);
        const options = { ...rest, workflowId, memo: { ...by } };
        try {
          const handle = await client.workflow.start(kind, options);
          return { workflowId, runId: handle.firstExecutionRunId, alreadyRunning: false };
        } catch (error) {
          // By name: packages may be there twice.
          if ((error as Error).name !== 'WorkflowExecutionAlreadyStartedError') throw error;
          const { runId } = await describe(workflowId);
          return { workflowId, runId, alreadyRunning: true };
        }
      }),
    list: ({ kind, status, children, limit, cursor }) =>
      within(async () => {
        const answer = await client.workflowService.listWorkflowExecutions({
          namespace,
          pageSize: limit,
          nextPageToken: tokenOf(cursor),
          query: [
            ...(kind ? [`WorkflowType = '${kind}'`] : []),
            ...(status ? [`ExecutionStatus = '${SERVER_STATUS[status]}'`] : []),
            ...(children ? [] : ['ParentWorkflowId IS NULL']),
          ].join(' AND '),
        });
        const items = await Promise.all(answer.executions.map((each) => listed(client, each)));
        const token = Buffer.from(answer.nextPageToken ?? []).toString('base64url');
        return { items, cursor: token || null };
      }),
    get: (workflowId) =>
      within(async (): Promise<Story> => {
        const summary = await describe(workflowId);
        const [input, steps, end] = await Promise.all([
          inputOf(workflowId, summary.runId),
          progress(workflowId),
          summary.status === 'running' ? RUNNING : endOf(client, summary),
        ]);
        return { ...summary, input, progress: steps, ...end };
      }),
    cancel: (workflowId) =>
      within(async () => {
        const { status } = await describe(workflowId);
        if (status !== 'running')
          throw new InvalidInputError(
            `Run "${workflowId}" has ended (${status}); only running ones can be cancelled`,
          );
        await client.workflow.getHandle(workflowId).cancel();
      }),
    signal: (workflowId, name) =>
      within(async () => {
        const { status } = await describe(workflowId);
        if (status !== 'running')
          throw new InvalidInputError(`Run "${workflowId}" has ended (${status}); it cannot ${name}`);
        await client.workflow.getHandle(workflowId).signal(name);
      }),
    update: (workflowId, wanted) =>
      untilReady(() => within(() => updated({ client, weights }, workflowId, wanted), UPDATE_MS)),
    ready: () => within(async () => void (await client.workflowService.getSystemInfo({})), QUERY_MS),
    close: async () => void (await client.connection.close()),
  };
}

async function updated(
  { client, weights }: { client: Client; weights: TenantWeights },
  workflowId: string,
  { name, argument, start }: Parameters<StoriesPort['update']>[1],
): Promise<unknown> {
  const options = { args: [argument] as [unknown] };
  if (!start) return client.workflow.getHandle(workflowId).executeUpdate(name, options);
  const { kind, input, by } = start;
  const startWorkflowOperation = new WithStartWorkflowOperation(kind, {
    ...{
      ...startOptions(kind, input, { by: 'person', tenant: by.tenant, weights }),
      workflowId,
      memo: { ...by },
    },
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return client.workflow.executeUpdateWithStart(name, { ...options, startWorkflowOperation });
}

/** Asks again as long as the story says that it cannot take it yet. */
async function untilReady<T>(work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + STARTING_MS; ;)
    try {
      return await work();
    } catch (error) {
      if (!isNotYet(error) || Date.now() > until) throw error;
      await wait(AGAIN_MS);
    }
}

const RUNNING = { result: null, failure: null };

function tokenOf(cursor: string | undefined): Uint8Array {
  if (cursor && !/^[\w-]+$/.test(cursor))
    throw new InvalidInputError(`Unknown cursor "${cursor.slice(0, 40)}"; pass the one of the page before`);
  return Buffer.from(cursor ?? '', 'base64url');
}

const SERVER_STATUS: Record<StoryStatus, string> = {
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
  terminated: 'Terminated',
  'timed-out': 'TimedOut',
};

/** By the number in Temporal's protocol; a run continued as new goes on under the same id. */
const STATUS_OF: Record<number, StoryStatus> = {
  1: 'running',
  2: 'completed',
  3: 'failed',
  4: 'cancelled',
  5: 'terminated',
  6: 'running',
  7: 'timed-out',
};

const summaryOf = (found: WorkflowExecutionDescription): StorySummary => ({
  workflowId: found.workflowId,
  runId: found.raw.workflowExecutionInfo?.firstRunId || found.runId,
  kind: found.type,
  status: STATUS_OF[found.status.code] ?? 'running',
  startedAt: found.startTime.getTime(),
  closedAt: found.closeTime?.getTime() ?? null,
  principal: textOf(found.memo?.['principal']),
  tenant: textOf(found.memo?.['tenant']),
  parent: found.parentExecution?.workflowId ?? null,
});

async function listed(
  client: Client,
  info: temporal.api.workflow.v1.IWorkflowExecutionInfo,
): Promise<StorySummary> {
  const memo = await decodeMapFromPayloads(client.options.loadedDataConverter, info.memo?.fields);
  return {
    workflowId: info.execution?.workflowId ?? '',
    runId: info.firstRunId || info.execution?.runId || '',
    kind: info.type?.name ?? '',
    status: STATUS_OF[Number(info.status)] ?? 'running',
    startedAt: millisecondsOf(info.startTime) ?? 0,
    closedAt: millisecondsOf(info.closeTime),
    principal: textOf(memo?.['principal']),
    tenant: textOf(memo?.['tenant']),
    parent: info.parentExecution?.workflowId || null,
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const millisecondsOf = (
  time: { seconds?: unknown; nanos?: number | null } | null | undefined,
): number | null => (time ? Number(time.seconds ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6) : null);

async function endOf(client: Client, summary: StorySummary): Promise<Pick<Story, 'result' | 'failure'>> {
  try {
    return { result: (await client.workflow.getHandle(summary.workflowId).result()) ?? null, failure: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) {
      if (error instanceof NotFoundError) throw error;
      return { result: null, failure: { type: null, message: `The run has ended: ${summary.status}` } };
    }
    return { result: null, failure: failureOf(error) };
  }
}

/** The innermost cause: what went wrong in the step, not that the story around it failed. */
function failureOf(error: Error): Story['failure'] {
  let cause: Error & { type?: string | null } = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  return { type: cause.type ?? (cause === error ? null : cause.name), message: cause.message };
}
