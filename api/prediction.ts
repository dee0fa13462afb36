import { z } from 'zod';
import { NotFoundError } from '../domain/errors.js';
import type { Prediction } from '../domain/prediction.js';
import { choice, cursor, limit, readRange, segment, text, time } from './query.js';
import { route } from './route.js';
import { answer, figure, instant, pageOf, source, streamText } from './schemas.js';

const pathPoint = z.object({
  horizonBars: z.int(),
  targetTime: instant,
  mean: figure,
  quantiles: z.array(z.object({ level: z.number(), price: figure })).describe('Ascending; quote currency'),
});

export const prediction = answer(
  'Prediction',
  z.object({
    id: z.string().meta({ examples: ['prd_0123456789abcdef01234567'] }),
    stream: streamText,
    model: z
      .string()
      .describe('<name>@<version>, ensemble:<kind>, or baseline:<name> where no model is good enough'),
    reason: z.string().describe('Why this model or baseline answered'),
    asOf: instant.describe('Close of the last known bar'),
    horizonBars: z.int(),
    targetTime: instant,
    lastClose: figure,
    mean: figure.describe('Expected close, quote currency'),
    interval: z.object({ lower: figure, upper: figure, coverage: figure }),
    probabilityUp: figure,
    inputs: z.record(z.string(), z.union([z.string(), z.number()]).nullable()),
    read: z
      .object({ from: instant, to: instant, asOf: instant })
      .describe('What was looked at: bars that open in [from, to), and scores, as known at asOf'),
    createdAt: instant,
    source,
    settledAt: instant.nullable(),
    realised: figure,
    path: z.array(pathPoint).optional().describe('The fan: each horizon that the model forecasts'),
    abstained: z
      .string()
      .nullable()
      .optional()
      .describe('Why nobody should act on it; null where it is meant'),
    chain: z
      .array(z.object({ model: z.string(), reason: z.string() }))
      .optional()
      .describe('Who was asked before, and why they did not answer'),
    route: z
      .object({
        ...{ deployment: z.string(), rollout: z.string(), phase: z.string(), percent: z.number() },
        answered: z
          .enum(['candidate', 'champion', 'fallback'])
          .describe('fallback: the version before, since the candidate failed'),
      })
      .optional()
      .describe('While a version was on its way: which answered'),
    trigger: z.string().optional().describe('What asked for it'),
  }),
);

const listPredictions = route({
  id: 'listPredictions',
  method: 'get',
  path: '/predictions',
  group: 'predictions',
  summary: 'Predictions, newest first',
  role: 'viewer',
  query: {
    stream: text('Only of this stream', 'binance/BTC-USDT/1h'),
    model: text('Only by this model or baseline'),
    from: time('Made at or after'),
    to: time('Made before'),
    settled: choice(
      ['true', 'false'],
      'Only those whose outcome is recorded, or only those that wait for it',
    ),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of predictions', schema: pageOf('PredictionPage', prediction) } },
  async handle({ query, context }) {
    const { stream, model } = query;
    const where = {
      ...(stream ? { stream } : {}),
      ...(model ? { model } : {}),
      ...(query.settled ? { settledAt: query.settled === 'true' ? ({ not: null } as const) : null } : {}),
    };
    const page = {
      where,
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    };
    const found = await context.ports.documents.find<Prediction>('predictions', page);
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const getPrediction = route({
  id: 'getPrediction',
  method: 'get',
  path: '/predictions/{id}',
  group: 'predictions',
  summary: 'One prediction',
  role: 'viewer',
  params: { id: segment('Prediction id', 'prd_0123456789abcdef01234567') },
  answers: { 200: { description: 'The prediction', schema: prediction } },
  example: { params: { id: 'prd_example' } },
  async handle({ params, context }) {
    const found = await context.ports.documents.get<Prediction>('predictions', params.id);
    if (!found) throw new NotFoundError(`No prediction "${params.id}"`);
    return { body: found };
  },
});

export const predictionRoutes = [listPredictions, getPrediction];
