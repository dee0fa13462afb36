import { z } from 'zod';
import type { StoredTuning } from '../domain/training/tuning-report.js';
import { NotFoundError } from '../domain/errors.js';
import type { TuningTrial } from '../domain/training/tuning.js';
import { cursor, limit, segment, text } from './query.js';
import { route } from './route.js';
import { answer, figure, instant, pageOf } from './schemas.js';

const members = {
  id: z.string(),
  name: z.string(),
  objective: z.string().describe('Of the validation part; the test part is never looked at'),
  trials: z.int(),
  complete: z.int(),
  pruned: z.int(),
  failed: z.int(),
  best: z.object({ trial: z.int(), value: figure, params: z.record(z.string(), z.unknown()) }),
  model: z.looseObject({ model: z.string(), version: z.string() }).describe('What trainModel answered'),
  digest: z.string(),
  plan: z.looseObject({}).describe('All that decides what it finds'),
  createdAt: instant,
};
const tuning = answer('Tuning', z.looseObject(members));
const trial = z.object({
  trial: z.int(),
  drawn: z.record(z.string(), z.number()),
  value: figure,
  epochs: z.int(),
  state: z.enum(['complete', 'pruned', 'failed']),
  reason: z.string().optional(),
  score: figure,
});
const tuningWithTrials = answer('TuningWithTrials', z.looseObject({ ...members, table: z.array(trial) }));

const listTunings = route({
  id: 'listTunings',
  method: 'get',
  path: '/tunings',
  group: 'models',
  summary: 'Finished tunings, newest first',
  role: 'viewer',
  query: { name: text('Only of this model'), limit: limit(), cursor },
  answers: { 200: { description: 'A page of tunings', schema: pageOf('TuningPage', tuning) } },
  async handle({ query, context }) {
    const { name } = query;
    const found = await context.ports.documents.find<StoredTuning>('tunings', {
      ...(name ? { where: { name } } : {}),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const getTuning = route({
  id: 'getTuning',
  method: 'get',
  path: '/tunings/{id}',
  group: 'models',
  summary: 'One tuning with all its trials',
  role: 'viewer',
  params: { id: segment('Tuning id', 'tun_0123456789abcdef01234567') },
  answers: { 200: { description: 'The tuning', schema: tuningWithTrials } },
  example: { params: { id: 'tun_example' } },
  async handle({ params, context }) {
    const { documents, objects } = context.ports;
    const found = await documents.get<StoredTuning>('tunings', params.id);
    if (!found) throw new NotFoundError(`No tuning "${params.id}"; ids are tun_…, see GET /tunings`);
    const bytes = await objects.get(found.table.key, found.table.sha256);
    const table = JSON.parse(new TextDecoder().decode(bytes)) as TuningTrial[];
    return { body: { ...found, table } };
  },
});

export const tuningRoutes = [listTunings, getTuning];
