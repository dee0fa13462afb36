import { z } from 'zod';
import { canonicalJson } from '../domain/digest.js';
import { NotFoundError } from '../domain/errors.js';
import { linesFor, type TimetableLine } from '../domain/timetable.js';
import { route } from './route.js';
import { answer, request } from './schemas.js';
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

export const applyTimetable = route({
  id: 'applyTimetable',
  method: 'post',
  path: '/schedules/apply',
  group: 'schedules',
  summary: "Make the timetable's schedules; again, it changes nothing, and other schedules are left alone",
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
    for (const each of skipped) schedules.push({ ...each, change: 'skipped' });
    return { body: { dryRun, schedules }, target: 'timetable' };
  },
});
