import { z } from 'zod';
import { cursor, limit, text } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf } from './schemas.js';

const trackedRun = answer(
  'TrackedRun',
  z.object({
    id: z.string().describe('Of the result that was logged'),
    experiment: z.string(),
    name: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    tags: z.record(z.string(), z.string()),
    metrics: z.record(z.string(), z.number()),
    status: z.enum(['running', 'finished', 'failed']),
    startedAt: instant,
    finishedAt: instant.nullable(),
  }),
);

const listTrackedRuns = route({
  id: 'listTrackedRuns',
  method: 'get',
  path: '/tracking/runs',
  group: 'backtests',
  summary: 'Logged experiments, newest first: backtests, sweeps, searches, comparisons',
  role: 'viewer',
  query: {
    experiment: text('Only of this experiment', 'backtests'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of runs', schema: pageOf('TrackedRunPage', trackedRun) } },
  async handle({ query, context }) {
    const { experiment, limit: most } = query;
    const found = await context.ports.tracking.list({
      limit: most,
      ...(experiment ? { experiment } : {}),
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

export const trackingRoutes = [listTrackedRuns];
