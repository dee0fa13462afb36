import { z } from 'zod';
import { formFault } from '../domain/forms.js';
import { resolveParams, resolveStrategy, STRATEGIES } from '../domain/strategies/index.js';
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
            z.object({
              name: z.string(),
              summary: z.string(),
              needs: z.enum(['forecasts', 'sentiment']).optional().describe('What it needs beside bars'),
              params: z.record(z.string(), parameter),
            }),
          ),
        }),
      ),
    },
  },
  handle: async () => ({
    body: {
      items: Object.entries(STRATEGIES).map(([name, { summary, needs, params }]) => ({
        name,
        summary,
        ...(needs && { needs }),
        params,
      })),
    },
  }),
});

interface Faults {
  addIssue(issue: { code: 'custom'; message: string; path: string[] }): void;
}

/** As a zod refinement: an unknown strategy or parameter, or one out of its range, is refused before a story starts. */
export function strategyFault(
  { strategy, params = {} }: { strategy: string; params?: Record<string, number> | undefined },
  faults: Faults,
): void {
  const known = Object.hasOwn(STRATEGIES, strategy);
  const read = known ? () => resolveParams(resolveStrategy(strategy), params) : resolveStrategy;
  const path = [known ? 'params' : 'strategy'];
  formFault(read)(strategy, { addIssue: (issue) => faults.addIssue({ ...issue, path }) });
}

export const strategyRoutes = [listStrategies];
