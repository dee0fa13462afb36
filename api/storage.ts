import { z } from 'zod';
import { COLLECTIONS } from '../domain/collections.js';
import { route, type Context } from './route.js';
import { answer, instant } from './schemas.js';

const COLLECTION_NAMES = Object.keys(COLLECTIONS);

const storageInfo = route({
  id: 'storageInfo',
  method: 'get',
  path: '/admin/storage',
  group: 'administration',
  summary: 'The configured stores: backend, version, size, what they hold, and what is free on their disk',
  role: 'admin',
  answers: {
    200: {
      description: 'A store that does not answer says why in `error`; what is not known of one is null',
      schema: answer(
        'StorageInfo',
        z.object({
          stores: z.array(
            z.object({
              seam: z.enum(['documents', 'events', 'series', 'objects', 'cache']),
              backend: z.string().describe('Scheme of the address'),
              address: z.string().describe('Without user names, passwords and keys'),
              version: z.string().nullable(),
              bytes: z.int().nullable().describe('Seams of one address share them'),
              freeBytes: z.int().nullable(),
              error: z.string().nullable(),
            }),
          ),
          documents: z.record(z.string(), z.int()).nullable().describe('Collection → documents'),
          series: z.object({ streams: z.int(), bars: z.int(), broken: z.array(z.string()) }).nullable(),
          objects: z.object({ count: z.int() }).nullable(),
          asOf: instant,
        }),
      ),
    },
  },
  cacheMs: 5000,
  async handle({ context }) {
    const { documents, series, objects, storage, now } = context.ports;
    // One store that is away must not hide the others.
    const orNull = <T>(work: Promise<T>): Promise<T | null> => work.catch(() => null);
    const counts = async (): Promise<Record<string, number>> => {
      const found = COLLECTION_NAMES.map(async (name) => [name, await documents.count(name, {})] as const);
      return Object.fromEntries(await Promise.all(found));
    };
    const streams = async () => {
      const all = await series.streams();
      const bars = all.reduce((sum, each) => sum + each.bars, 0);
      return { streams: all.length, bars, broken: all.flatMap((each) => each.broken) };
    };
    const body = {
      stores: await storage.stores(),
      documents: await orNull(counts()),
      series: await orNull(streams()),
      objects: await orNull(objects.list('').then((keys) => ({ count: keys.length }))),
      asOf: now(),
    };
    return { body };
  },
});

const ensureStorage = route({
  id: 'ensureStorage',
  method: 'post',
  path: '/admin/storage/ensure',
  group: 'administration',
  summary:
    'Make indexes, buckets, retention, encryption and lifecycle as the addresses say; again changes nothing',
  role: 'admin',
  answers: {
    200: {
      description: 'What was looked after',
      schema: answer(
        'StorageEnsured',
        z.object({ stores: z.array(z.string()), collections: z.array(z.string()) }),
      ),
    },
  },
  async handle({ context }) {
    const body = { stores: await context.ports.storage.ensure(), collections: await ensureIndexes(context) };
    return { body, target: 'stores', detail: body };
  },
});

/** A collection's indexes are made when it is first used. */
async function ensureIndexes({ ports }: Context): Promise<string[]> {
  for (const name of COLLECTION_NAMES) await ports.documents.count(name, {});
  return COLLECTION_NAMES;
}

const readConfig = route({
  id: 'readConfig',
  method: 'get',
  path: '/admin/config',
  group: 'administration',
  summary: 'How this process is set, without secrets',
  role: 'admin',
  answers: {
    200: {
      description: 'Settings; of keys only whether there is one',
      schema: answer('Settings', z.object({ settings: z.record(z.string(), z.unknown()), asOf: instant })),
    },
  },
  handle: async ({ context }) => ({
    body: { settings: context.ports.storage.settings(), asOf: context.ports.now() },
  }),
});

export const storageRoutes = [storageInfo, ensureStorage, readConfig];
