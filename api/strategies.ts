import { z } from 'zod';
import { formFault } from '../domain/forms.js';
import { resolveParams, resolveStrategy, STRATEGIES } from '../domain/strategies/index.js';
import { route } from './route.js';
import { answer } from './schemas.js';
import { codeFault } from './strategy-code.js';

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

interface StrategyChoice {
  strategy: string;
  /** Of a user's own strategy. */
  code?: unknown;
  params?: Record<string, number> | undefined;
}

/** As a zod refinement: an unknown strategy or parameter, or one out of its range, is refused before a story starts. */
export function strategyFault({ strategy, code, params = {} }: StrategyChoice, faults: Faults): void {
  const apart = codeFault({ strategy, code });
  if (apart !== null) return faults.addIssue({ code: 'custom', message: apart, path: ['code'] });
  // Of a user's own, the parameters are known once its source was looked at.
  if (code !== undefined) return;
  const known = Object.hasOwn(STRATEGIES, strategy);
  const read = known ? () => resolveParams(resolveStrategy(strategy), params) : resolveStrategy;
  const path = [known ? 'params' : 'strategy'];
  formFault(read)(strategy, { addIssue: (issue) => faults.addIssue({ ...issue, path }) });
}

export const strategyRoutes = [listStrategies];
