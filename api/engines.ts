import { z } from 'zod';
import { route } from './route.js';
import { answer } from './schemas.js';

const engine = answer(
  'BacktestEngine',
  z.object({
    name: z.string(),
    version: z.string().nullable(),
    licence: z.string(),
    home: z.enum(['typescript', 'python', 'java']).describe('What it runs in; python on the queue verify'),
    available: z.boolean().describe('On the machine of the API; a worker elsewhere may have more'),
    reason: z.string().nullable().describe('Why it is not available, and what would help'),
  }),
);

const listEngines = route({
  id: 'listEngines',
  method: 'get',
  path: '/engines',
  group: 'backtests',
  summary: 'Backtest engines that check each other (start a run of verifyBacktest)',
  role: 'viewer',
  answers: {
    200: { description: 'Ours first', schema: answer('EngineList', z.object({ items: z.array(engine) })) },
  },
  handle: async ({ context }) => ({
    body: { items: context.ports.engines.list().map(({ conventions: _, ...facts }) => facts) },
  }),
});

export const engineRoutes = [listEngines];
