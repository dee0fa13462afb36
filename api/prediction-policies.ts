import { z } from 'zod';
import { checkCron } from '../domain/cron.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { formFault } from '../domain/forms.js';
import { holdsRole, mayActFor } from '../domain/identity.js';
import {
  forecastsOf,
  policyId,
  TRIGGERS,
  type PredictionPolicy,
  type PredictionPolicySpec,
} from '../domain/prediction/policies.js';
import { parseSource } from '../domain/sources.js';
import { cursor, limit, segment } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant, pageOf, request, streamText } from './schemas.js';

const MOST_SCHEDULES = 100;

const members = {
  streams: z.array(streamText).min(1).max(50),
  horizons: z.array(z.int().min(1).max(96)).min(1).max(10).default([1]).describe('Bars ahead'),
  on: z
    .enum(TRIGGERS)
    .describe(
      'bar: one of the stream has closed; sentiment: a story about its base was scored; cron: by the clock',
    ),
  model: z
    .string()
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe('Name of a model; null: the best by past skill'),
  source: z
    .string()
    .superRefine(formFault(parseSource))
    .nullable()
    .default(null)
    .describe('live, recorded:<directory>, simulated:<seed>; null: that of the event, or of the newest bars'),
  debounceSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(900)
    .describe('Stories scored within this stretch of the clock are one trigger, at its end'),
  cron: z.string().min(1).max(100).nullable().default(null).describe('Five fields, where on is cron'),
  timeZone: z.string().min(1).max(60).default('UTC'),
};
const creation = request('PredictionPolicyRequest', z.strictObject(members));
const policy = answer(
  'PredictionPolicy',
  z.object({
    id: z.string().meta({ examples: ['pol_0123456789abcdef'] }),
    streams: z.array(z.string()),
    horizons: z.array(z.int()),
    on: z.enum(TRIGGERS),
    model: z.string().nullable(),
    source: z.string().nullable(),
    debounceSeconds: z.int(),
    cron: z.string().nullable(),
    timeZone: z.string(),
    createdAt: instant,
    createdBy: z.string(),
    tenant: z.string(),
  }),
);

/** @throws InvalidInputError where cadence and trigger do not fit each other */
function checkSpec({ on, cron, streams, horizons }: PredictionPolicySpec): void {
  if (on !== 'cron' && cron !== null)
    throw new InvalidInputError(`"cron" belongs to "on": "cron"; this policy is on "${on}"`);
  if (on !== 'cron') return;
  if (cron === null) throw new InvalidInputError('"on": "cron" needs "cron", such as "2 * * * *"');
  checkCron(cron);
  if (streams.length * horizons.length > MOST_SCHEDULES)
    throw new InvalidInputError(
      `${streams.length} streams of ${horizons.length} horizons would be ${streams.length * horizons.length} schedules; at most ${MOST_SCHEDULES}`,
    );
}

/** One schedule a stream and horizon, named after the policy. */
const schedulesOf = (made: PredictionPolicy) =>
  made.on === 'cron'
    ? made.streams
        .flatMap((stream) => forecastsOf(made, stream))
        .map((input, i) => ({ id: `${made.id}-${i + 1}`, input }))
    : [];

async function schedule({ stories }: Context, made: PredictionPolicy): Promise<void> {
  const by = { principal: made.createdBy, tenant: made.tenant };
  for (const { id, input } of schedulesOf(made)) {
    const spec = {
      ...{ id, kind: 'predict' as const, input, cron: made.cron ?? '', timeZone: made.timeZone },
      ...{ overlap: 'skip' as const, jitterSeconds: 0, catchUpSeconds: 3600 },
      note: `Forecasts of policy ${made.id}`,
    };
    // A policy whose creation was cut off is made again.
    const known = await stories.schedules.get(id).catch(orAbsent);
    if (known) await stories.schedules.change(spec, by);
    else await stories.schedules.create(spec, by);
  }
}

function orAbsent(error: unknown): null {
  if (error instanceof NotFoundError) return null;
  throw error;
}

const createPolicy = route({
  id: 'createPredictionPolicy',
  method: 'post',
  path: '/prediction-policies',
  group: 'predictions',
  summary: 'Forecast by itself: when a bar closes, when a story is scored, or by the clock',
  role: 'operator',
  body: creation,
  answers: { 201: { description: 'Created; the same policy again is the same one', schema: policy } },
  example: { body: { streams: ['binance/BTC-USDT/1h'], horizons: [1, 24], on: 'bar' } },
  async handle({ body, principal, context }) {
    const spec: PredictionPolicySpec = {
      ...body,
      streams: [...new Set(body.streams)].sort(),
      horizons: [...new Set(body.horizons)].sort((a, b) => a - b),
    };
    checkSpec(spec);
    const by = { createdBy: principal.id, tenant: principal.tenant };
    const made: PredictionPolicy = { id: policyId(spec), ...spec, createdAt: context.ports.now(), ...by };
    await schedule(context, made);
    await context.ports.documents.insert<PredictionPolicy>('predictionPolicies', [made]);
    const stored = await context.ports.documents.get<PredictionPolicy>('predictionPolicies', made.id);
    return { status: 201, body: stored ?? made, target: made.id };
  },
});

const listPolicies = route({
  id: 'listPredictionPolicies',
  method: 'get',
  path: '/prediction-policies',
  group: 'predictions',
  summary: 'What is forecast by itself, newest first',
  role: 'viewer',
  query: { limit: limit(), cursor },
  answers: { 200: { description: 'A page of policies', schema: pageOf('PredictionPolicyPage', policy) } },
  async handle({ query, principal, context: { ports } }) {
    const own = holdsRole(principal, 'admin') ? {} : { where: { tenant: principal.tenant } };
    const found = await ports.documents.find<PredictionPolicy>('predictionPolicies', {
      ...own,
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { ...found, asOf: ports.now() } };
  },
});

const removePolicy = route({
  id: 'removePredictionPolicy',
  method: 'delete',
  path: '/prediction-policies/{id}',
  group: 'predictions',
  summary: 'Remove a policy and its schedules; forecasts that it made stay',
  role: 'operator',
  params: { id: segment('Policy id', 'pol_0123456789abcdef') },
  answers: { 204: { description: 'Removed' } },
  example: { params: { id: 'pol_removable' } },
  async handle({ params, principal, context }) {
    const { ports, stories } = context;
    const found = await ports.documents.get<PredictionPolicy>('predictionPolicies', params.id);
    if (!found || !mayActFor(principal, found.tenant))
      throw new NotFoundError(`No policy "${params.id}"; GET /prediction-policies lists them`);
    for (const { id } of schedulesOf(found)) await stories.schedules.remove(id).catch(orAbsent);
    await ports.documents.remove('predictionPolicies', [found.id]);
    return { status: 204, target: found.id };
  },
});

export const predictionPolicyRoutes = [createPolicy, listPolicies, removePolicy];
