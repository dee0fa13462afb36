import { z } from 'zod';
import { STRATEGIES } from '../domain/strategies/index.js';
import { route } from './route.js';
import { answer } from './schemas.js';

const parameter = answer(
  'StrategyParameter',
  z.object({
    default: z.number(),
    min: z.number(),
    max: z.number(),
    integer: z.boolean(),
    help: z.string(),
    later: z.literal(true).optional().describe('Left out of a result where it has its default'),
  }),
);

const listStrategies = route({
  id: 'listStrategies',
  method: 'get',
  path: '/strategies',
  group: 'backtests',
  summary: 'Known strategies with their parameters',
  role: 'viewer',
  answers: {
    200: {
      description: 'Strategies by name',
      schema: answer(
        'StrategyList',
        z.object({
          items: z.array(
            z.object({ name: z.string(), summary: z.string(), params: z.record(z.string(), parameter) }),
          ),
        }),
      ),
    },
  },
  handle: async () => ({
    body: {
      items: Object.entries(STRATEGIES).map(([name, { summary, params }]) => ({ name, summary, params })),
    },
  }),
});

export const strategyRoutes = [listStrategies];
