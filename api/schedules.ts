import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { cursor, limit, segment } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf, request } from './schemas.js';
import { OVERLAPS } from './stories.js';
import { STORY_INPUTS, STORY_KINDS, type StoryKind } from './story-inputs.js';
import { applyTimetable } from './timetable.js';

const scheduleId = z
  .string()
  .regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, dashes or underscores')
  .meta({ examples: ['hourly-btc'] });

const schedule = answer(
  'Schedule',
  z.object({
    id: z.string(),
    kind: z.string(),
    input: z.record(z.string(), z.unknown()),
    cron: z.string(),
    timeZone: z.string(),
    overlap: z.enum(OVERLAPS),
    jitterSeconds: z.number(),
    catchUpSeconds: z.number(),
    note: z.string(),
    paused: z.boolean(),
    next: z.array(instant).describe('Soonest first'),
    recent: z.array(z.object({ at: instant, workflowId: z.string().nullable() })),
    createdBy: z.string().nullable(),
  }),
);

const settings = {
  kind: z.enum(STORY_KINDS),
  input: z.record(z.string(), z.unknown()).describe("The story's input, as in POST /runs"),
  cron: z.string().min(1).max(100).describe('Five fields, or @hourly and its like'),
  timeZone: z.string().default('UTC').refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin'),
  overlap: z.enum(OVERLAPS).default('skip'),
  jitterSeconds: z.int().min(0).max(86_400).default(0),
  catchUpSeconds: z.int().min(10).max(31_536_000).default(3600),
  note: z.string().max(300).default(''),
};
const creation = request('ScheduleRequest', z.strictObject({ id: scheduleId, ...settings }));
const replacement = request('ScheduleChange', z.strictObject(settings));

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

const id = segment('Schedule id', 'hourly-btc');
const example = { params: { id: 'hourly-btc' } };
const one = { description: 'The schedule', schema: schedule };

/** @throws InvalidInputError naming every fault of the story's input. */
export function checkedInput(kind: StoryKind, given: Record<string, unknown>): Record<string, unknown> {
  const input = STORY_INPUTS[kind].safeParse(given);
  if (input.success) return input.data as Record<string, unknown>;
  const faults = input.error.issues.map((each) => `${each.path.join('.') || 'input'}: ${each.message}`);
  throw new InvalidInputError(`Unusable input for ${kind}: ${faults.join('; ')}`);
}

const createSchedule = route({
  id: 'createSchedule',
  method: 'post',
  path: '/schedules',
  group: 'schedules',
  summary: 'Start a story again and again',
  role: 'operator',
  body: creation,
  answers: { 201: { description: 'Created', schema: schedule } },
  example: {
    body: {
      id: 'new-btc',
      kind: 'predict',
      input: { stream: 'binance/BTC-USDT/1h' },
      cron: '2 * * * *',
      jitterSeconds: 10,
    },
  },
  async handle({ body, principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    await context.stories.schedules.create({ ...body, input: checkedInput(body.kind, body.input) }, by);
    const created = await context.stories.schedules.get(body.id);
    return {
      status: 201,
      body: created,
      target: body.id,
      headers: { location: `/api/v1/schedules/${body.id}` },
    };
  },
});

const listSchedules = route({
  id: 'listSchedules',
  method: 'get',
  path: '/schedules',
  group: 'schedules',
  summary: 'Schedules',
  role: 'viewer',
  query: { limit: limit(), cursor },
  answers: { 200: { description: 'A page of schedules', schema: pageOf('SchedulePage', schedule) } },
  handle: async ({ query, context }) => ({
    body: { ...(await context.stories.schedules.list(query)), asOf: context.ports.now() },
  }),
});

const getSchedule = route({
  id: 'getSchedule',
  method: 'get',
  path: '/schedules/{id}',
  group: 'schedules',
  summary: 'One schedule',
  role: 'viewer',
  params: { id },
  answers: { 200: one },
  example,
  handle: async ({ params, context }) => ({ body: await context.stories.schedules.get(params.id) }),
});

const changeSchedule = route({
  id: 'changeSchedule',
  method: 'put',
  path: '/schedules/{id}',
  group: 'schedules',
  summary: 'Replace a schedule in one request; a paused one stays paused, runs that it started go on',
  role: 'operator',
  params: { id },
  body: replacement,
  answers: { 200: one },
  example: {
    ...example,
    body: { kind: 'predict', input: { stream: 'binance/BTC-USDT/1h' }, cron: '3 * * * *', jitterSeconds: 5 },
  },
  async handle({ params, body, principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    const spec = { ...body, id: params.id, input: checkedInput(body.kind, body.input) };
    await context.stories.schedules.change(spec, by);
    return { body: await context.stories.schedules.get(params.id), target: params.id };
  },
});

const pauseSchedule = route({
  id: 'pauseSchedule',
  method: 'post',
  path: '/schedules/{id}/pause',
  group: 'schedules',
  summary: 'Pause a schedule',
  role: 'operator',
  params: { id },
  answers: { 200: one },
  example,
  async handle({ params, principal, context }) {
    await context.stories.schedules.pause(params.id, `paused by ${principal.id}`);
    return { body: await context.stories.schedules.get(params.id), target: params.id };
  },
});

const resumeSchedule = route({
  id: 'resumeSchedule',
  method: 'post',
  path: '/schedules/{id}/resume',
  group: 'schedules',
  summary: 'Resume a paused schedule',
  role: 'operator',
  params: { id },
  answers: { 200: one },
  example,
  async handle({ params, principal, context }) {
    await context.stories.schedules.resume(params.id, `resumed by ${principal.id}`);
    return { body: await context.stories.schedules.get(params.id), target: params.id };
  },
});

const triggerSchedule = route({
  id: 'triggerSchedule',
  method: 'post',
  path: '/schedules/{id}/trigger',
  group: 'schedules',
  summary:
    'Start the story of a schedule now, paused or not; a run that goes on already is left alone (overlap)',
  role: 'operator',
  params: { id },
  answers: { 202: { description: 'Asked for; `recent` has it when it has begun', schema: schedule } },
  example,
  async handle({ params, context }) {
    await context.stories.schedules.trigger(params.id);
    return { status: 202, body: await context.stories.schedules.get(params.id), target: params.id };
  },
});

const removeSchedule = route({
  id: 'removeSchedule',
  method: 'delete',
  path: '/schedules/{id}',
  group: 'schedules',
  summary: 'Remove a schedule; runs that it started go on',
  role: 'operator',
  params: { id },
  answers: { 204: { description: 'Removed' } },
  example: { params: { id: 'removable' } },
  async handle({ params, context }) {
    await context.stories.schedules.remove(params.id);
    return { status: 204, target: params.id };
  },
});

export const scheduleRoutes = [
  createSchedule,
  applyTimetable,
  listSchedules,
  getSchedule,
  changeSchedule,
  pauseSchedule,
  resumeSchedule,
  triggerSchedule,
  removeSchedule,
];
