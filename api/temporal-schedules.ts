import type { Client, ScheduleOverlapPolicy, ScheduleSummary } from '@temporalio/client';
import { InvalidInputError, messageOf, NotFoundError } from '../domain/errors.js';
import { detailsOf, summaryOf } from '../domain/labels.js';
import { checkPayload } from '../domain/payloads.js';
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
 * How a story is started, by a request or by a schedule: its business id, and what the Web UI shows of it.
 * @throws InvalidInputError where the input is larger than a payload may be.
 */
export function startOptions(kind: string, input: Record<string, unknown>) {
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
  };
}

/** Cadence by Temporal Schedules. The memo keeps what was asked for, so that a list needs no second call. */
export function temporalSchedules(client: Client, within: Within): SchedulesPort {
  const find = async (id: string): Promise<Schedule> =>
    scheduleOf(await client.schedule.getHandle(id).describe());
  return {
    create: (spec, by) =>
      within(async () => {
        checkCron(spec.cron);
        await client.schedule.create({
          scheduleId: spec.id,
          spec: { cronExpressions: [spec.cron], timezone: spec.timeZone, jitter: spec.jitterSeconds * 1000 },
          action: {
            type: 'startWorkflow',
            workflowType: spec.kind,
            ...startOptions(spec.kind, spec.input),
            memo: { ...by, schedule: spec.id },
          },
          policies: { overlap: POLICIES[spec.overlap], catchupWindow: spec.catchUpSeconds * 1000 },
          state: { note: spec.note },
          memo: { ...by, spec },
        });
      }),
    list: ({ limit, cursor }) =>
      within(async () => {
        const all: Schedule[] = [];
        for await (const each of client.schedule.list()) if (each.memo?.['spec']) all.push(scheduleOf(each));
        all.sort((a, b) => (a.id < b.id ? -1 : 1));
        const rest = cursor ? all.filter(({ id }) => id > cursor) : all;
        const items = rest.slice(0, limit);
        return { items, cursor: rest.length > items.length ? (items.at(-1)?.id ?? null) : null };
      }),
    get: (id) => within(() => find(id)),
    pause: (id, note) => within(() => client.schedule.getHandle(id).pause(note)),
    resume: (id, note) => within(() => client.schedule.getHandle(id).unpause(note)),
    remove: (id) => within(() => client.schedule.getHandle(id).delete()),
  };
}

type Described = Pick<ScheduleSummary, 'scheduleId' | 'memo' | 'state' | 'info'>;

function scheduleOf({ scheduleId, memo, state, info }: Described): Schedule {
  const spec = memo?.['spec'] as ScheduleSpec | undefined;
  if (!spec) throw new NotFoundError(`Schedule "${scheduleId}" was not made here; see the Temporal Web UI`);
  return {
    ...spec,
    note: state.note ?? spec.note,
    paused: state.paused,
    next: info.nextActionTimes.slice(0, 5).map((time) => time.getTime()),
    recent: info.recentActions.map(({ takenAt, action }) => ({
      at: takenAt.getTime(),
      workflowId: action?.workflow?.workflowId ?? null,
    })),
    createdBy: typeof memo?.['principal'] === 'string' ? memo['principal'] : null,
  };
}

/** Temporal takes odd lines without a word; five fields or a known nickname is what is meant here. */
function checkCron(cron: string): void {
  const nickname = /^@(hourly|daily|midnight|weekly|monthly|yearly|annually|every \d+[smhd])$/.test(cron);
  if (nickname || /^[\d*/,A-Za-z?-]+( +[\d*/,A-Za-z?#-]+){4}$/.test(cron.trim())) return;
  throw new InvalidInputError(
    `Unreadable cron line "${cron}"; it has five fields, such as "2 * * * *", or is @hourly, @daily, @weekly`,
  );
}
