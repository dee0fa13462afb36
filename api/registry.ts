import { z } from 'zod';
import { messageOf } from '../domain/errors.js';
import type { Publication } from '../domain/registry.js';
import { choice, cursor, limit } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant, pageOf } from './schemas.js';

/** A registry that hangs must not hold up those who ask how it is. */
const PROBE_MS = 3000;

const registryState = route({
  id: 'registryState',
  method: 'get',
  path: '/registry',
  group: 'models',
  summary: 'The model registry: what it is, whether it answers, and what is still to be told to it',
  role: 'viewer',
  answers: {
    200: {
      description: 'With `documents` there is nothing beside the platform, and nothing to be told',
      schema: answer(
        'RegistryState',
        z.object({
          backend: z.string().describe('documents or mlflow'),
          address: z.string().describe('Without user names and passwords'),
          reachable: z.boolean(),
          error: z.string().nullable(),
          waiting: z.int().describe('Runs, versions and aliases that are still to be published'),
          oldestWaitingAt: instant.nullable(),
          refused: z.int().describe('What it will not have; see /registry/publications?state=refused'),
          published: z.int(),
          lastPublishedAt: instant.nullable(),
          asOf: instant,
        }),
      ),
    },
  },
  cacheMs: 1000,
  async handle({ context }) {
    const { mirror, registry, now } = context.ports;
    const { backend, address } = mirror?.registry ?? registry;
    const fault = await faultOf(context);
    const [waiting, refused, published] = await Promise.all(
      (['waiting', 'refused', 'published'] as const).map((state) => countOf(context, state)),
    );
    const body = {
      ...{ backend, address, reachable: fault === null, error: fault },
      ...{ waiting, refused, published },
      oldestWaitingAt: await timeOf(context, 'waiting', 'oldest'),
      lastPublishedAt: await timeOf(context, 'published', 'newest'),
      asOf: now(),
    };
    return { body };
  },
});

async function faultOf({ ports }: Context): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`It did not answer within ${PROBE_MS / 1000} s`), PROBE_MS);
  });
  const asked = (ports.mirror?.registry ?? ports.registry).probe().then(() => null, messageOf);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

const countOf = ({ ports }: Context, state: Publication['state']): Promise<number> =>
  ports.documents.count('publications', { where: { state } });

async function timeOf(
  { ports }: Context,
  state: Publication['state'],
  order: 'oldest' | 'newest',
): Promise<number | null> {
  const query = { where: { state }, order, limit: 1 };
  const { items } = await ports.documents.find<Publication>('publications', query);
  return items[0]?.at ?? null;
}

const publication = answer(
  'Publication',
  z.object({
    id: z.string(),
    kind: z.enum(['run', 'version', 'aliases']),
    subject: z.string().describe('Id of the run or version, or the name of the model'),
    state: z.enum(['waiting', 'published', 'refused']),
    attempts: z.int(),
    error: z.string().nullable(),
    remote: z.object({ number: z.string(), run: z.string() }).nullable().describe('Version and run there'),
    publishedAt: instant.nullable(),
    at: instant.describe('Of the last change'),
  }),
);

const listPublications = route({
  id: 'listPublications',
  method: 'get',
  path: '/registry/publications',
  group: 'models',
  summary: 'What is to be told to the registry beside the platform, and how it went; newest first',
  role: 'viewer',
  query: {
    state: choice(['waiting', 'published', 'refused'], 'Only in this state'),
    kind: choice(['run', 'version', 'aliases'], 'Only of this kind'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of publications', schema: pageOf('PublicationPage', publication) } },
  async handle({ query, context }) {
    const { state, kind } = query;
    const found = await context.ports.documents.find<Publication>('publications', {
      where: { ...(state && { state }), ...(kind && { kind }) },
      limit: query.limit,
      ...(query.cursor && { cursor: query.cursor }),
    });
    const items = found.items.map(({ digest: _, wanted: __, aliases: ___, ...shown }) => shown);
    return { body: { items, cursor: found.cursor, asOf: context.ports.now() } };
  },
});

const listRegisteredModels = route({
  id: 'listRegisteredModels',
  method: 'get',
  path: '/registry/models',
  group: 'models',
  summary: 'Models by name, with the versions that their aliases lead to',
  role: 'viewer',
  query: { limit: limit(), cursor },
  answers: {
    200: {
      description: 'A page of names, in their order',
      schema: pageOf(
        'RegisteredModelPage',
        answer(
          'RegisteredModel',
          z.object({
            name: z.string(),
            versions: z.int(),
            aliases: z.array(
              z.object({
                alias: z.string().describe('With the source behind it where that is not live'),
                version: z.string(),
              }),
            ),
          }),
        ),
      ),
    },
  },
  async handle({ query, context }) {
    const { registry, documents, now } = context.ports;
    const page = await registry.models({ limit: query.limit, ...(query.cursor && { cursor: query.cursor }) });
    const items = page.items.map(async (each) => ({
      ...each,
      versions: await documents.count('models', { where: { name: each.name } }),
    }));
    return { body: { items: await Promise.all(items), cursor: page.cursor, asOf: now() } };
  },
});

export const registryRoutes = [registryState, listPublications, listRegisteredModels];
