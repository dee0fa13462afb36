import type { Client, ScheduleDescription, ScheduleOverlapPolicy } from '@temporalio/client';
import { checkCron } from '../domain/cron.js';
import { InvalidInputError, messageOf, NotFoundError } from '../domain/errors.js';
import { detailsOf, summaryOf } from '../domain/labels.js';
import { checkPayload } from '../domain/payloads.js';
import { priorityOf, type Asker, type TenantWeights } from '../domain/priorities.js';
import { storyId } from '../workflows/ids.js';
import type { Overlap, Schedule, SchedulesPort, ScheduleSpec } from './stories.js';

type Within = <T>(work: () => Promise<T>) => Promise<T>;

const POLICIES: Record<Overlap, ScheduleOverlapPolicy> = {
  skip: 'SKIP',
  bufferOne: 'BUFFER_ONE',
  bufferAll: 'BUFFER_ALL',
  cancelOther: 'CANCEL_OTHER',
  terminateOther: 'TERMINATE_OTHER',
  allowAll: 'ALLOW_ALL',
};

/**
 * How a story is started, by a request or by a schedule: its business id, its priority and what the Web UI shows of it.
 * @throws InvalidInputError where the input is larger than a payload may be.
 */
export function startOptions(
  kind: string,
  input: Record<string, unknown>,
  asked: { by: Asker; tenant: string; weights: TenantWeights },
) {
  try {
    checkPayload(`Input of ${kind}`, input);
  } catch (error) {
    throw new InvalidInputError(messageOf(error));
  }
  return {
    workflowId: storyId(kind, input),
    taskQueue: 'finsight',
    args: [input],
    staticSummary: summaryOf(kind, input),
    staticDetails: detailsOf(input),
    priority: priorityOf(kind, { ...asked, input, now: Date.now() }),
  };
}

/**
 * Cadence by Temporal Schedules. What was asked for lies in the memo of the story that a schedule starts, since the
 * schedule's own memo cannot be changed; that one only says that the schedule was made here.
 */
export function temporalSchedules(
  client: Client,
  { within, weights }: { within: Within; weights: TenantWeights },
): SchedulesPort {
  const find = async (id: string): Promise<Schedule> =>
    scheduleOf(await client.schedule.getHandle(id).describe());
  /** Temporal's own words for an unknown schedule speak of workflows. */
  const named = <T>(id: string, work: () => Promise<T>): Promise<T> =>
    within(work).catch((error: unknown) => {
      if (error instanceof NotFoundError && error.message.startsWith('Temporal'))
        throw new NotFoundError(`No schedule "${id}"; GET /api/v1/schedules lists them all`);
      throw error;
    });
  return {
    create: (spec, by) =>
      within(async () => {
        checkCron(spec.cron);
        await client.schedule.create({
          scheduleId: spec.id,
          ...partsOf(spec, { by, weights }),
          state: { note: spec.note },
          memo: { ...by, spec },
        });
      }),
    change: (spec, by) =>
      named(spec.id, async () => {
        checkCron(spec.cron);
        await find(spec.id);
        await client.schedule.getHandle(spec.id).update(({ state }) => ({
          ...partsOf(spec, { by, weights }),
          state: { paused: state.paused, note: spec.note },
        }));
      }),
    list: ({ limit, cursor }) =>
      within(async () => {
        const ids: string[] = [];
        for await (const each of client.schedule.list())
          if (each.memo?.['spec'] && each.scheduleId > (cursor ?? '')) ids.push(each.scheduleId);
        ids.sort();
        const page = ids.slice(0, limit);
        // One that was removed meanwhile is left out.
        const found = await Promise.all(page.map((id) => find(id).catch(orGone)));
        const items = found.filter((each) => each !== null);
        return { items, cursor: ids.length > page.length ? (page.at(-1) ?? null) : null };
      }),
    get: (id) => named(id, () => find(id)),
    pause: (id, note) => named(id, () => client.schedule.getHandle(id).pause(note)),
    resume: (id, note) => named(id, () => client.schedule.getHandle(id).unpause(note)),
    trigger: (id) => named(id, () => client.schedule.getHandle(id).trigger()),
    remove: (id) => named(id, () => client.schedule.getHandle(id).delete()),
  };
}

const orGone = (error: Error): null => {
  if (error.name === 'ScheduleNotFoundError') return null;
  throw error;
};

function partsOf(
  spec: ScheduleSpec,
  { by, weights }: { by: { principal: string; tenant: string }; weights: TenantWeights },
) {
  const { input, ...cadence } = spec;
  return {
    spec: { cronExpressions: [spec.cron], timezone: spec.timeZone, jitter: spec.jitterSeconds * 1000 },
    action: {
      type: 'startWorkflow' as const,
      workflowType: spec.kind,
      ...startOptions(spec.kind, input, { by: 'schedule', tenant: by.tenant, weights }),
      memo: { ...by, schedule: spec.id, cadence },
    },
    policies: { overlap: POLICIES[spec.overlap], catchupWindow: spec.catchUpSeconds * 1000 },
  };
}

function scheduleOf({ scheduleId, memo, action, state, info }: ScheduleDescription): Schedule {
  const spec = specOf(memo, action);
  if (!spec) throw new NotFoundError(`Schedule "${scheduleId}" was not made here; see the Temporal Web UI`);
  return {
    ...spec,
    note: state.note ?? spec.note,
    paused: state.paused,
    next: info.nextActionTimes.slice(0, 5).map((time) => time.getTime()),
    recent: info.recentActions.map(({ takenAt, action: taken }) => ({
      at: takenAt.getTime(),
      workflowId: taken?.workflow?.workflowId ?? null,
    })),
    createdBy: typeof memo?.['principal'] === 'string' ? memo['principal'] : null,
  };
}

/** As it was changed last; schedules of an earlier version have it in their own memo only. */
function specOf(
  memo: ScheduleDescription['memo'],
  { memo: inner, args }: ScheduleDescription['action'],
): ScheduleSpec | undefined {
  const made = memo?.['spec'] as ScheduleSpec | undefined;
  const cadence = inner?.['cadence'] as Omit<ScheduleSpec, 'input'> | undefined;
  return made && cadence ? { ...cadence, input: (args?.[0] ?? {}) as Record<string, unknown> } : made;
}
