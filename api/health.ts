import { z } from 'zod';
import { messageOf } from '../domain/errors.js';
import { packageVersion } from './config.js';
import { outboxFigures, outboxOf } from './outbox.js';
import { route, type Context } from './route.js';
import { answer, instant } from './schemas.js';

const check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() });
const ready = answer('Readiness', z.object({ ready: z.boolean(), checks: z.array(check) }));

const live = route({
  id: 'live',
  method: 'get',
  path: '/livez',
  root: true,
  group: 'health',
  summary: 'The process answers',
  role: 'public',
  answers: { 200: { description: 'Alive', schema: answer('Liveness', z.object({ live: z.boolean() })) } },
  handle: async () => ({ body: { live: true } }),
});

const readiness = route({
  id: 'ready',
  method: 'get',
  path: '/readyz',
  root: true,
  group: 'health',
  summary: 'Stores and Temporal answer',
  role: 'public',
  answers: {
    200: { description: 'Ready', schema: ready },
    503: { description: 'Not ready; `checks` says what is missing', schema: ready },
  },
  async handle({ context }) {
    const checks = await runChecks(context);
    const good = checks.every((each) => each.ok);
    // Anyone may ask: the details, which may hold addresses, are for GET /health.
    const open = checks.map((each) => ({ ...each, detail: each.ok ? 'ok' : 'does not answer' }));
    return { status: good ? 200 : 503, body: { ready: good, checks: open } };
  },
});

const health = route({
  id: 'health',
  method: 'get',
  path: '/health',
  group: 'health',
  summary: 'State of everything the platform needs',
  role: 'viewer',
  answers: {
    200: {
      description: 'State',
      schema: answer(
        'Health',
        z.object({
          ready: z.boolean(),
          version: z.string(),
          asOf: instant,
          checks: z.array(check),
          serving: z
            .object({ backend: z.string(), provider: z.string(), loaded: z.array(z.string()) })
            .nullable(),
          trainer: z.object({ trainer: z.string(), reason: z.string() }),
          outbox: outboxFigures
            .nullable()
            .describe('Events that wait or are kept; null where it cannot be read'),
        }),
      ),
    },
  },
  async handle({ context }) {
    const checks = await runChecks(context);
    const serving = await context.ports.serving.health().catch((error: unknown) => {
      checks.push({ name: 'serving', ok: false, detail: messageOf(error) });
      return null;
    });
    if (serving?.instances?.every(({ state }) => state === 'down'))
      checks.push({ name: 'serving', ok: false, detail: serving.provider });
    let outbox: Awaited<ReturnType<typeof outboxOf>> | null = null;
    checks.push(await checked('events', async () => (outbox = await outboxOf(context.ports))));
    const body = {
      ready: checks.every((each) => each.ok),
      version: packageVersion(),
      asOf: context.ports.now(),
      checks,
      serving: serving && { backend: serving.backend, provider: serving.provider, loaded: serving.loaded },
      trainer: context.ports.trainer(),
      outbox,
    };
    return { body };
  },
});

async function runChecks({ ports, stories }: Context) {
  return Promise.all([
    checked('documents', () => ports.documents.count('runs', {})),
    checked('series', () => ports.series.probe()),
    checked('cache', () => ports.cache.get('health')),
    checked('temporal', () => stories.ready()),
  ]);
}

const PATIENCE_MS = 3000;

async function checked(name: string, look: () => Promise<unknown>) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    await Promise.race([look(), late]);
    return { name, ok: true, detail: 'ok' };
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

export const healthRoutes = [live, readiness, health];
