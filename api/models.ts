import { z } from 'zod';
import { NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import type { ModelVersion } from '../domain/models.js';
import { evaluation } from './evaluation-schemas.js';
import { choice, cursor, limit, readRange, segment, text, time } from './query.js';
import { route } from './route.js';
import { answer, figure, instant, pageOf, source } from './schemas.js';

const objectRef = answer('ObjectRef', z.object({ key: z.string(), sha256: z.string(), bytes: z.int() }));
const model = answer(
  'ModelVersion',
  z.object({
    id: z.string().meta({ examples: ['mdl_ridge-1h-h1@0123456789ab'] }),
    name: z.string(),
    version: z.string(),
    onnx: objectRef,
    task: z.enum(['forecast', 'sentiment']),
    kind: z.string(),
    specSha256: z.string(),
    spec: z.record(z.string(), z.unknown()),
    dataset: z.string().nullable(),
    training: z.record(z.string(), z.unknown()),
    parityMaxAbs: figure,
    seconds: figure,
    stage: z.enum(['candidate', 'champion', 'rejected', 'archived']),
    createdAt: instant,
    source,
    featureVersion: z.string(),
    trainedBy: z.string().nullable().optional().describe('The principal whose story trained it'),
    leaks: z
      .array(z.object({ stream: z.string(), evaluation: z.string(), reasons: z.array(z.string()) }))
      .optional()
      .describe('Leak audits that failed: such a model is rejected and never served'),
    tags: z.record(z.string(), z.string()).optional(),
    archivedAt: instant.optional(),
  }),
);
const id = segment('mdl_<name>@<version>', 'mdl_ridge-1h-h1@0123456789ab');
const createdRange = { from: time('Created at or after'), to: time('Created before') };

const listModels = route({
  id: 'listModels',
  method: 'get',
  path: '/models',
  group: 'models',
  summary: 'Model versions, newest first',
  role: 'viewer',
  query: {
    task: choice(['forecast', 'sentiment'], 'Only models of this task'),
    stage: choice(['candidate', 'champion', 'rejected', 'archived'], 'Only models in this stage'),
    name: text('Only versions of this model'),
    ...createdRange,
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of models', schema: pageOf('ModelPage', model) } },
  async handle({ query, context }) {
    const { task, stage, name } = query;
    const where = { ...(task ? { task } : {}), ...(stage ? { stage } : {}), ...(name ? { name } : {}) };
    const page = {
      where,
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    };
    const found = await context.ports.documents.find<ModelVersion>('models', page);
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const getModel = route({
  id: 'getModel',
  method: 'get',
  path: '/models/{id}',
  group: 'models',
  summary: 'One model version',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The model', schema: model } },
  example: { params: { id: 'mdl_example@1' } },
  async handle({ params, context }) {
    const found = await context.ports.documents.get<ModelVersion>('models', params.id);
    if (!found) throw new NotFoundError(`No model "${params.id}"; ids are mdl_<name>@<version>`);
    return { body: found };
  },
});

const listEvaluations = route({
  id: 'listEvaluations',
  method: 'get',
  path: '/evaluations',
  group: 'models',
  summary: 'Evaluations beside their naive baselines, newest first',
  role: 'viewer',
  query: {
    model: text('<name>@<version>'),
    stream: text('Only of this stream', 'binance/BTC-USDT/1h'),
    ...createdRange,
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of evaluations', schema: pageOf('EvaluationPage', evaluation) } },
  async handle({ query, context }) {
    const { model: name, stream } = query;
    const where = { ...(name ? { model: name } : {}), ...(stream ? { stream } : {}) };
    const page = {
      where,
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    };
    const found = await context.ports.documents.find<Evaluation>('evaluations', page);
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

export const modelRoutes = [listModels, getModel, listEvaluations];
