import { z } from 'zod';
import { isWeight, weightOf } from '../domain/priorities.js';
import { route } from './route.js';
import { answer, instant, request } from './schemas.js';

const weights = answer(
  'TenantWeights',
  z.object({
    items: z.array(
      z.object({
        tenant: z.string().describe('* all others'),
        weight: z.number(),
        from: z.enum(['configured', 'set']).describe('FINSIGHT_TENANT_WEIGHTS, or PUT, which goes before it'),
      }),
    ),
    asOf: instant,
  }),
);

const tenant = z
  .string()
  .regex(/^[a-z0-9-]{1,60}$/, 'must be 1 to 60 lower-case letters, digits or dashes')
  .describe('Tenant')
  .meta({ examples: ['research'] });
const one = answer('TenantWeight', z.object({ tenant: z.string(), weight: z.number() }));

const listWeights = route({
  id: 'listTenantWeights',
  method: 'get',
  path: '/resources/weights',
  group: 'administration',
  summary: 'What tenants weigh where they wait for the same workers; others weigh 1',
  role: 'viewer',
  answers: { 200: { description: 'Weights, those that were set last', schema: weights } },
  async handle({ context: { stories, config, ports } }) {
    const set = await stories.queues.weights();
    const items = [
      ...Object.entries(config.tenantWeights ?? {}).map(([name, weight]) => ({
        ...{ tenant: name, weight, from: 'configured' as const },
      })),
      ...Object.entries(set).map(([name, weight]) => ({ tenant: name, weight, from: 'set' as const })),
    ];
    return { body: { items, asOf: ports.now() } };
  },
});

const setWeight = route({
  id: 'setTenantWeight',
  method: 'put',
  path: '/resources/weights/{tenant}',
  group: 'administration',
  summary: "A tenant's share for steps that come from now on, of stories that run already, too",
  role: 'admin',
  params: { tenant },
  body: request(
    'TenantWeightChange',
    z.strictObject({
      weight: z
        .number()
        .refine(isWeight, 'must be from 0.001 to 1000')
        .meta({ examples: [2] }),
    }),
  ),
  answers: { 200: { description: 'As it is now', schema: one } },
  example: { params: { tenant: 'research' }, body: { weight: 2 } },
  async handle({ params, body, context: { stories } }) {
    await stories.queues.weigh(params.tenant, body.weight);
    return { body: { tenant: params.tenant, weight: body.weight }, target: params.tenant };
  },
});

const unsetWeight = route({
  id: 'unsetTenantWeight',
  method: 'delete',
  path: '/resources/weights/{tenant}',
  group: 'administration',
  summary: "Takes a tenant's share back to what is configured, or 1",
  role: 'admin',
  params: { tenant },
  answers: { 200: { description: 'As it is configured', schema: one } },
  example: { params: { tenant: 'research' } },
  async handle({ params, context: { stories, config } }) {
    await stories.queues.weigh(params.tenant, null);
    const weight = weightOf(config.tenantWeights ?? {}, params.tenant);
    return { body: { tenant: params.tenant, weight }, target: params.tenant };
  },
});

export const tenantWeightRoutes = [listWeights, setWeight, unsetWeight];
