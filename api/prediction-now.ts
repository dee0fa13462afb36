import { z } from 'zod';
import type { ForecastsPort } from '../adapters/ports-forecasts.js';
import { UnreachableError } from '../domain/errors.js';
import type { Principal } from '../domain/identity.js';
import type { PredictionRequest } from '../domain/prediction/request.js';
import { weightOf } from '../domain/priorities.js';
import { boundedTurns } from './back-pressure.js';
import { problemOf } from './errors.js';
import { predictInput } from './prediction-inputs.js';
import { prediction } from './prediction.js';
import { segment } from './query.js';
import { route, type Context } from './route.js';
import { answer, problem, request } from './schemas.js';

const MOST_IN_A_BATCH = 100;

/** Most of one is computing: more at a time would only share the same processor. */
const turns = boundedTurns({ what: 'predictions', running: 8, waiting: 200, retryAfterMs: 1000 });

/** @throws UnreachableError where this process makes none */
function forecastsOf({ forecasts }: Context): ForecastsPort {
  if (forecasts) return forecasts;
  throw new UnreachableError('This API makes no predictions itself: start the story predict');
}

/** Tenants take turns by weight. */
const turnOf = ({ config }: Context, { tenant }: Principal): { tenant: string; weight: number } => ({
  tenant,
  weight: weightOf(config.tenantWeights ?? {}, tenant),
});

const refusals = {
  404: { description: 'Nothing is stored of the stream', schema: problem },
  422: { description: 'Nothing can honestly be said, and why', schema: problem },
  503: { description: 'Too many at once; Retry-After says when to come again', schema: problem },
};

const example = { stream: 'binance/BTC-USDT/1h', horizonBars: 1, minConfidence: 0.5 };

const predictNow = route({
  id: 'predictNow',
  method: 'post',
  path: '/predictions',
  group: 'predictions',
  summary: 'A forecast from the stored bars, answered at once and stored with its event',
  role: 'operator',
  body: predictInput,
  answers: { 200: { description: 'The prediction', schema: prediction }, ...refusals },
  example: { body: example },
  async handle({ body, context, principal }) {
    const by = turnOf(context, principal);
    const made = await turns.take(by, () => forecastsOf(context).predict(body as PredictionRequest));
    return { body: made, target: made.id };
  },
});

const batch = answer(
  'PredictionBatch',
  z.object({
    items: z
      .array(z.object({ prediction: prediction.nullable(), problem: problem.nullable() }))
      .describe('One for each request, in their order'),
    made: z.int(),
    failed: z.int(),
  }),
);

const predictBatch = route({
  id: 'predictBatch',
  method: 'post',
  path: '/predictions/batch',
  group: 'predictions',
  summary:
    'Forecasts of up to 100 streams, horizons or models, answered at once; one that fails leaves the others',
  role: 'operator',
  body: request(
    'PredictBatch',
    z.strictObject({ requests: z.array(predictInput).min(1).max(MOST_IN_A_BATCH) }),
  ),
  answers: { 200: { description: 'An answer for each', schema: batch }, 503: refusals[503] },
  example: { body: { requests: [example, { ...example, horizonBars: 4 }] } },
  async handle({ body, context, principal, requestId }) {
    const found = await turns.take(turnOf(context, principal), () =>
      forecastsOf(context).predictMany(body.requests as PredictionRequest[]),
    );
    const items = found.map((each, i) =>
      each instanceof Error
        ? {
            prediction: null,
            problem: problemOf(each, { instance: `/predictions/batch#${i}`, requestId }),
          }
        : { prediction: each, problem: null },
    );
    const failed = items.filter((each) => each.problem).length;
    return { body: { items, made: items.length - failed, failed }, detail: { failed } };
  },
});

const replay = answer(
  'PredictionReplay',
  z.object({
    id: z.string(),
    identical: z.boolean(),
    expected: z.string().describe('sha256 of what the stored record decides'),
    found: z.string().nullable().describe('The same of what was computed; null where an input is broken'),
    broken: z
      .object({ id: z.string(), what: z.string(), expected: z.string(), found: z.string() })
      .nullable()
      .describe('The link nearest to the raw data that is not what it was'),
    checks: z.int().describe('Digests that were compared'),
  }),
);

const replayNow = route({
  id: 'replayPrediction',
  method: 'post',
  path: '/predictions/{id}/replay',
  group: 'predictions',
  summary: 'Computes a prediction again from what it was made from, and compares the bytes',
  role: 'viewer',
  params: { id: segment('Prediction id', 'prd_0123456789abcdef01234567') },
  changesNothing: true,
  answers: {
    200: { description: 'Whether it came out the same, and what is broken', schema: replay },
    404: { description: 'No such prediction', schema: problem },
  },
  example: { params: { id: 'prd_example' } },
  async handle({ params, context, principal }) {
    return {
      body: await turns.take(turnOf(context, principal), () => forecastsOf(context).replay(params.id)),
    };
  },
});

export const predictionNowRoutes = [predictNow, predictBatch, replayNow];
