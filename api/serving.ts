import { z } from 'zod';
import type { InstanceHealth, ServingHealth } from '../adapters/ports.js';
import { route } from './route.js';
import { answer, instant } from './schemas.js';

const figure = z.number().nullable();

const backend = answer(
  'ServingBackend',
  z.object({
    address: z.string().describe('As in SERVING_URL, without passwords'),
    backend: z.string(),
    provider: z.string().describe('What computes; where it is not what was asked for, why'),
    role: z.enum(['primary', 'fallback']).describe('A fallback is asked where no primary one can answer'),
    state: z
      .enum(['ready', 'open', 'down'])
      .describe('open: it failed again and again and is left alone for a while; down: it does not answer'),
    loaded: z.array(z.string()).describe('Digests of the ONNX files that are ready'),
    running: z.int().min(0).describe('Batches that it was given and has not answered'),
    p50Ms: figure.describe('Of the last 512 batches of this process; null where there were none'),
    p95Ms: figure,
    requests: z.int().min(0),
    failures: z.int().min(0),
    reason: z.string().nullable().describe('Why it is not ready'),
  }),
);

const fallback = z.object({
  active: z.boolean().describe('Whether the last batch was answered by a fallback'),
  address: z.string().nullable(),
  reason: z.string().nullable().describe('Why the primary instances could not answer'),
  since: instant.nullable(),
  requests: z.int().min(0).describe('Batches that fallbacks answered'),
});

const getServing = route({
  id: 'getServing',
  method: 'get',
  path: '/serving',
  group: 'models',
  summary: 'Model servers: their state and figures, as this process sees them',
  role: 'viewer',
  answers: {
    200: {
      description: 'In the order of SERVING_URL',
      schema: answer(
        'Serving',
        z.object({
          backends: z.array(backend),
          fallback: fallback.nullable().describe('Null where SERVING_URL names none'),
          asOf: instant,
        }),
      ),
    },
  },
  async handle({ context }) {
    const health = await context.ports.serving.health();
    const body = {
      backends: instancesOf(health),
      fallback: health.fallback ?? null,
      asOf: context.ports.now(),
    };
    return { body };
  },
});

/** A backend that keeps no figures of its own has none. */
const instancesOf = ({ backend: name, provider, loaded, instances }: ServingHealth): InstanceHealth[] =>
  instances ?? [
    {
      ...{
        address: `${name}:`,
        backend: name,
        provider,
        loaded,
        role: 'primary',
        state: 'ready',
        running: 0,
      },
      ...{ p50Ms: null, p95Ms: null, requests: 0, failures: 0, reason: null },
    },
  ];

export const servingRoutes = [getServing];
