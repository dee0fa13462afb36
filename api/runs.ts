import { z } from 'zod';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { mayActFor } from '../domain/identity.js';
import type { Run } from '../domain/research.js';
import { ForbiddenError } from './errors.js';
import { sendEvents } from './events.js';
import { sendPage } from './pages.js';
import { choice, cursor, flag, limit, segment } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant, pageOf } from './schemas.js';
import { STORY_KINDS, storyRequest } from './story-inputs.js';
import { trainingProgress } from './training-schemas.js';

const STATUSES = ['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed-out'] as const;

export const progress = answer(
  'RunProgress',
  z.object({
    stage: z.string(),
    steps: z.array(
      z.object({
        name: z.string(),
        state: z.enum(['waiting', 'running', 'done', 'failed']),
        detail: z.string(),
      }),
    ),
    retrying: z
      .array(
        z.object({
          story: z.string(),
          step: z.string(),
          attempt: z.int().describe('Which attempt runs or comes next'),
          attempts: z.int().nullable().describe('How many there will be at most'),
          failure: z.string().describe('Why the attempt before failed'),
        }),
      )
      .describe('Steps that failed for a reason that may pass and will be tried again'),
    training: z.array(trainingProgress).optional().describe('Models that its steps train now'),
  }),
);

const summary = {
  workflowId: z.string().meta({ examples: ['bars/binance/BTC-USDT/1h/0123456789ab'] }),
  runId: z.string(),
  kind: z.string(),
  status: z.enum(STATUSES),
  startedAt: instant,
  closedAt: instant.nullable(),
  principal: z.string().nullable().describe('Who started it; null where it was started by hand or is a step'),
  tenant: z.string().nullable(),
  parent: z.string().nullable().describe('Workflow id of the story that this one is a step of'),
};

const runSummary = answer('RunSummary', z.object(summary));
export const run = answer(
  'Run',
  z.object({
    ...summary,
    input: z.unknown(),
    progress: progress.nullable().describe('Null where no worker answers'),
    result: z.unknown().describe('Null until it has completed'),
    failure: z.object({ type: z.string().nullable(), message: z.string() }).nullable(),
  }),
);
const started = answer(
  'RunStarted',
  z.object({ workflowId: z.string(), runId: z.string(), alreadyRunning: z.boolean(), location: z.string() }),
);

const workflowId = segment('Workflow id, URL-encoded; or run_… of a run', 'research/BTC-USDT/1h');
const example = { params: { workflowId: 'research/example' } };
const pathOf = (id: string): string => `/api/v1/runs/${encodeURIComponent(id)}`;

const startRun = route({
  id: 'startRun',
  method: 'post',
  path: '/runs',
  group: 'runs',
  summary: 'Start a story; the same work twice at a time is the same run',
  role: 'operator',
  body: storyRequest,
  answers: { 202: { description: 'Accepted; Location names the run', schema: started } },
  example: {
    body: { kind: 'research', input: { symbols: ['BTC/USDT'], source: 'simulated', trainer: 'ridge' } },
  },
  async handle({ body, principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    const begun = await context.stories.start(body.kind, body.input, by);
    const location = pathOf(begun.workflowId);
    return { status: 202, body: { ...begun, location }, headers: { location }, target: begun.workflowId };
  },
});

const listRuns = route({
  id: 'listRuns',
  method: 'get',
  path: '/runs',
  group: 'runs',
  summary: 'Runs, newest first',
  role: 'viewer',
  query: {
    kind: choice(STORY_KINDS, 'Only runs of this story'),
    status: choice(STATUSES, 'Only runs in this state'),
    children: flag('Also stories that are a step of another'),
    limit: limit(50),
    cursor,
  },
  answers: { 200: { description: 'A page of runs', schema: pageOf('RunPage', runSummary) } },
  async handle({ query, context }) {
    return { body: { ...(await context.stories.list(query)), asOf: context.ports.now() } };
  },
});

const getRun = route({
  id: 'getRun',
  method: 'get',
  path: '/runs/{workflowId}',
  group: 'runs',
  summary: 'A run with its input, progress and result',
  role: 'viewer',
  params: { workflowId },
  answers: { 200: { description: 'The run', schema: run } },
  example,
  handle: async ({ params, context }) => ({ body: await findRun(context, params.workflowId) }),
});

const cancelRun = route({
  id: 'cancelRun',
  method: 'delete',
  path: '/runs/{workflowId}',
  group: 'runs',
  summary: 'Ask a run to stop and clean up',
  role: 'operator',
  params: { workflowId },
  answers: {
    202: {
      description: 'Asked to stop',
      schema: answer('RunCancelled', z.object({ workflowId: z.string() })),
    },
  },
  example: { params: { workflowId: 'research/running' } },
  async handle({ params, principal, context }) {
    const story = await context.stories.describe(params.workflowId);
    if (!mayActFor(principal, story.tenant))
      throw new ForbiddenError(
        `Run "${story.workflowId}" belongs to tenant "${story.tenant}"; yours is "${principal.tenant}"`,
      );
    await context.stories.cancel(story.workflowId);
    return { status: 202, body: { workflowId: story.workflowId }, target: story.workflowId };
  },
});

const followRun = route({
  id: 'followRun',
  method: 'get',
  path: '/runs/{workflowId}/events',
  group: 'runs',
  summary: 'Progress as server-sent events until the run has ended',
  role: 'viewer',
  params: { workflowId },
  answers: {
    200: {
      description: 'Events `progress` (RunProgress) and, last, `closed` (Run)',
      mediaType: 'text/event-stream',
    },
    204: { description: 'Everything was sent before: do not reconnect' },
  },
  example,
  async handle({ params, context, principal, req, res }) {
    await sendEvents({ workflowId: params.workflowId, context, principal, req, res });
    return null;
  },
});

const readReport = route({
  id: 'readReport',
  method: 'get',
  path: '/runs/{workflowId}/report',
  group: 'runs',
  summary: 'The HTML report of a finished research run',
  role: 'viewer',
  params: { workflowId },
  answers: { 200: { description: 'The page', mediaType: 'text/html' } },
  example,
  async handle({ params, context, res }) {
    const id = params.workflowId.startsWith('run_')
      ? params.workflowId
      : `run_${(await context.stories.describe(params.workflowId)).runId.replaceAll('-', '')}`;
    if (!/^run_[0-9a-f]{32}$/.test(id))
      throw new InvalidInputError(`"${id.slice(0, 60)}" is no run id; a run id is run_ and 32 hex digits`);
    const html = await context.ports.objects.get(`reports/${id}.html`);
    sendPage(res, html);
    return null;
  },
});

/** From Temporal, or from the record of the run once Temporal has forgotten it. */
async function findRun(context: Context, id: string): Promise<unknown> {
  const stored = id.startsWith('run_') ? await context.ports.documents.get<Run>('runs', id) : null;
  try {
    const story = await context.stories.get(stored?.workflowId ?? id);
    if (!stored || `run_${story.runId.replaceAll('-', '')}` === stored.id) return story;
  } catch (error) {
    if (!stored || !(error instanceof NotFoundError)) throw error;
  }
  return stored && runOfRecord(stored);
}

const runOfRecord = (stored: Run): unknown => ({
  workflowId: stored.workflowId,
  runId: stored.id,
  kind: stored.kind,
  status: stored.status,
  startedAt: stored.startedAt,
  closedAt: stored.finishedAt,
  principal: null,
  tenant: null,
  parent: null,
  input: stored.input,
  progress: null,
  result: stored.output,
  failure: stored.error === null ? null : { type: null, message: stored.error },
});

export const runRoutes = [startRun, listRuns, getRun, cancelRun, followRun, readReport];
