import { z } from 'zod';
import type { LineageNode } from '../domain/lineage.js';
import { requiredText } from './query.js';
import { route } from './route.js';
import { answer } from './schemas.js';

const fact = z.union([z.string(), z.number(), z.boolean()]).nullable();

const node: z.ZodType<LineageNode> = answer(
  'LineageNode',
  z.object({
    id: z.string(),
    kind: z.enum([
      'run',
      'prediction',
      'backtest',
      'evaluation',
      'model',
      'dataset',
      'bars',
      'scores',
      'article',
      'fetch',
      'baseline',
      'drift',
    ]),
    facts: z.record(z.string(), fact),
    get parents() {
      return z.array(node).describe('What it was made from');
    },
  }),
) as never;

const check = answer(
  'LineageCheck',
  z.object({
    id: z.string(),
    what: z.string(),
    ok: z.boolean(),
    expected: z.string(),
    found: z.string(),
  }),
);

const verification = answer(
  'Verification',
  z.object({
    id: z.string(),
    ok: z.boolean(),
    checks: z.int(),
    firstBroken: check.nullable().describe('The broken link nearest to the raw data'),
    broken: z.array(check),
  }),
);

const query = { id: requiredText('Id of anything stored', 'prd_0123456789abcdef01234567') };
const example = { query: { id: 'prd_example' } };

const explain = route({
  id: 'explain',
  method: 'get',
  path: '/lineage',
  group: 'lineage',
  summary: 'The way back from anything stored to what it was made from',
  role: 'viewer',
  query,
  answers: { 200: { description: 'A tree, the asked-for thing at its root', schema: node } },
  example,
  handle: async ({ query: asked, context }) => ({ body: await context.ports.lineage.explain(asked.id) }),
});

const verify = route({
  id: 'verify',
  method: 'get',
  path: '/verification',
  group: 'lineage',
  summary: 'Recomputes every digest on the way back and names the first broken link',
  role: 'viewer',
  query,
  answers: { 200: { description: 'What was recomputed and what differs', schema: verification } },
  example,
  handle: async ({ query: asked, context }) => ({ body: await context.ports.lineage.verify(asked.id) }),
});

export const lineageRoutes = [explain, verify];
