import { z } from 'zod';
import { canonicalJson } from '../domain/digest.js';
import { NotFoundError } from '../domain/errors.js';
import { linesFor, type TimetableLine } from '../domain/timetable.js';
import { route, type Context } from './route.js';
import { answer, request } from './schemas.js';
import { keepSchedule, sourceScheduleId } from './source-schedules.js';
import type { Schedule, SchedulesPort, ScheduleSpec } from './stories.js';
import type { StoryKind } from './story-inputs.js';

const CHANGES = ['created', 'changed', 'unchanged', 'skipped'] as const;

interface Applied {
  id: string;
  change: (typeof CHANGES)[number];
  /** Why it was skipped. */
  reason: string;
}

const applied = answer(
  'TimetableApplied',
  z.object({
    dryRun: z.boolean(),
    schedules: z.array(z.object({ id: z.string(), change: z.enum(CHANGES), reason: z.string() })),
  }),
);

/** A line as the schedule that it becomes. */
const specOf = ({ needs: _, kind, ...line }: TimetableLine): ScheduleSpec => ({
  ...line,
  kind: kind as StoryKind,
});

/** Makes the schedules as the lines say. Doing it again changes nothing; paused ones stay paused. */
async function apply(
  schedules: SchedulesPort,
  lines: TimetableLine[],
  options: { by: { principal: string; tenant: string }; dryRun: boolean },
): Promise<Applied[]> {
  const done: Applied[] = [];
  for (const spec of lines.map(specOf)) {
    const held = await schedules.get(spec.id).catch((error: unknown) => {
      if (error instanceof NotFoundError) return null;
      throw error;
    });
    const change = held === null ? 'created' : isAs(held, spec) ? 'unchanged' : 'changed';
    if (!options.dryRun && change === 'created') await schedules.create(spec, options.by);
    if (!options.dryRun && change === 'changed') await schedules.change(spec, options.by);
    done.push({ id: spec.id, change, reason: '' });
  }
  return done;
}

/** The note is left out: pausing and resuming write their own. */
const isAs = (held: Schedule, { note: _, ...wanted }: ScheduleSpec): boolean => {
  const { id, kind, input, cron, timeZone, overlap, jitterSeconds, catchUpSeconds } = held;
  const same = { id, kind, input, cron, timeZone, overlap, jitterSeconds, catchUpSeconds };
  return canonicalJson(same) === canonicalJson(wanted);
};

/** A schedule for each news source; one for all of them, as there was before, would collect each twice. */
async function applySources(
  { ports, stories }: Context,
  options: { by: { principal: string; tenant: string }; dryRun: boolean },
): Promise<Applied[]> {
  const done: Applied[] = [];
  for (const source of await ports.sources.list()) {
    const change = await keepSchedule(stories.schedules, source, options);
    done.push({ id: sourceScheduleId(source.id), change, reason: '' });
  }
  const former = await stories.schedules.get('news').catch(() => null);
  if (former?.kind === 'collectNews')
    done.push({
      id: 'news',
      change: 'skipped',
      reason: 'each news source has a schedule of its own; remove this one: finsight schedules delete news',
    });
  return done;
}

export const applyTimetable = route({
  id: 'applyTimetable',
  method: 'post',
  path: '/schedules/apply',
  group: 'schedules',
  summary:
    'Make the schedules of the timetable and of the news sources; again, it changes nothing, and others are left alone',
  role: 'operator',
  body: request(
    'TimetableRequest',
    z.strictObject({
      dryRun: z.boolean().default(false).describe('True: only says what would change'),
    }),
  ),
  answers: { 200: { description: 'What became of each line', schema: applied } },
  example: { body: { dryRun: true } },
  async handle({ body: { dryRun }, principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    const { lines, skipped } = linesFor({ aging: context.ports.series.aging !== undefined });
    const schedules: Applied[] = await apply(context.stories.schedules, lines, { by, dryRun });
    schedules.push(...(await applySources(context, { by, dryRun })));
    for (const each of skipped) schedules.push({ ...each, change: 'skipped' });
    return { body: { dryRun, schedules }, target: 'timetable' };
  },
});
