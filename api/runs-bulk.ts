import { z } from 'zod';
import { messageOf } from '../domain/errors.js';
import { route } from './route.js';
import { answer, request } from './schemas.js';
import { storyRequest } from './story-inputs.js';

const MOST_RUNS = 100;

const startRuns = route({
  id: 'startRuns',
  method: 'post',
  path: '/runs/bulk',
  group: 'runs',
  summary:
    'Start several stories, such as one for each of many streams; none is started where one input is wrong',
  role: 'operator',
  body: request('RunsRequest', z.strictObject({ runs: z.array(storyRequest).min(1).max(MOST_RUNS) })),
  answers: {
    202: {
      description: 'One item for each, in the same order',
      schema: answer(
        'RunsStarted',
        z.object({
          started: z.int(),
          items: z.array(
            z.object({
              workflowId: z.string().nullable(),
              runId: z.string().nullable(),
              alreadyRunning: z.boolean(),
              location: z.string().nullable(),
              error: z.string().nullable().describe('Why it could not be started'),
            }),
          ),
        }),
      ),
    },
  },
  example: {
    body: {
      runs: [
        { kind: 'transformBars', input: { stream: 'binance/BTC-USDT/1h', timeframe: '4h' } },
        { kind: 'transformBars', input: { stream: 'binance/ETH-USDT/1h', timeframe: '4h' } },
      ],
    },
  },
  async handle({ body, principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    const items = [];
    for (const { kind, input } of body.runs) {
      const begun = await context.stories.start(kind, input, by).catch((error: unknown) => messageOf(error));
      items.push(
        typeof begun === 'string'
          ? { workflowId: null, runId: null, alreadyRunning: false, location: null, error: begun }
          : { ...begun, location: `/api/v1/runs/${encodeURIComponent(begun.workflowId)}`, error: null },
      );
    }
    const started = items.flatMap(({ workflowId }) => workflowId ?? []);
    return {
      status: 202,
      body: { started: started.length, items },
      target: `${started.length} of ${items.length} runs`,
      detail: { started, failed: items.flatMap(({ error }) => error ?? []) },
    };
  },
});

export const bulkRunRoutes = [startRuns];
