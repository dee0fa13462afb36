import { existsSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../domain/errors.js';
import { redacted, schemePath } from './addresses.js';
import type { Config } from './config.js';
import { withDuckdb } from './duckdb.js';
import { ensureStores } from './ensure.js';
import { influxConnection } from './influxdb.js';
import { mongoConnection } from './mongodb.js';
import type { StoragePort, StoreState } from './ports-inventory.js';
import { redisConnection } from './redis.js';
import { listObjects, s3Connection } from './s3.js';
import { readHybridAddress } from './series/hybrid.js';
import { sqliteFile } from './sqlite.js';

type Measured = Pick<StoreState, 'version' | 'bytes' | 'freeBytes'>;

/** What a store of each scheme is and holds; a scheme that is not here is shown without figures. */
const MEASURES: Record<string, (address: string) => Promise<Measured>> = {
  async sqlite(address) {
    const path = schemePath(address);
    const file = sqliteFile(path, []);
    try {
      const version = file.get<{ version: string }>('SELECT sqlite_version() AS version')?.version ?? null;
      const sizes = await Promise.all([path, `${path}-wal`, `${path}-shm`].map(sizeOf));
      return { version, bytes: sum(sizes), freeBytes: await freeAt(dirname(path)) };
    } finally {
      file.close();
    }
  },
  async parquet(address) {
    const version = await withDuckdb(async (connection) =>
      String((await connection.runAndReadAll('SELECT version() AS version')).getRows()[0]?.[0] ?? ''),
    );
    return { ...(await folder(address)), version: version ? `DuckDB ${version}` : null };
  },
  csv: async (address) => ({ ...(await folder(address)), version: null }),
  file: async (address) => ({ ...(await folder(address)), version: null }),
  mongodb: measureMongo,
  'mongodb+srv': measureMongo,
  async influxdb(address) {
    const { version } = await influxConnection(address).request<{ version?: string }>('/health', 'GET');
    return { version: version ?? null, bytes: null, freeBytes: null };
  },
  redis: measureRedis,
  rediss: measureRedis,
  async s3(address) {
    const connection = s3Connection(address);
    try {
      const found = await listObjects(connection, connection.keyOf(''));
      return { version: null, bytes: sum(found.map((each) => each.bytes)), freeBytes: null };
    } finally {
      await connection.close();
    }
  },
};

/** The configured stores: what they are, how much they hold, and how they were set. Addresses without secrets. */
export function openStorage(config: Config): StoragePort {
  const { documentsUrl, eventsUrl, cacheUrl, seriesUrl, objectsUrl } = config;
  const seams: [StoreState['seam'], string][] = [
    ['documents', documentsUrl],
    ['events', eventsUrl],
    ...partsOf(seriesUrl).map((address): ['series', string] => ['series', address]),
    ['objects', objectsUrl],
    ['cache', cacheUrl],
  ];
  return {
    stores: () => Promise.all(seams.map(([seam, address]) => measure(seam, address))),
    ensure: () => ensureStores(config),
    settings: () => settingsOf(config),
  };
}

function partsOf(address: string): string[] {
  if (!address.startsWith('hybrid:')) return [address];
  const { recent, old } = readHybridAddress(address);
  return [recent, old];
}

async function measure(seam: StoreState['seam'], address: string): Promise<StoreState> {
  const backend = address.slice(0, address.indexOf(':'));
  const shown = { seam, backend, address: redacted(address) };
  const nothing = { version: null, bytes: null, freeBytes: null };
  try {
    return { ...shown, ...nothing, ...(await MEASURES[backend]?.(address)), error: null };
  } catch (error) {
    return { ...shown, ...nothing, error: messageOf(error) };
  }
}

async function measureMongo(address: string): Promise<Measured> {
  const connection = mongoConnection(address);
  try {
    return await connection.use('runs', async ({ db }) => {
      const [built, stats] = await Promise.all([db.admin().buildInfo(), db.stats()]);
      const bytes = Number(stats['totalSize'] ?? stats['storageSize']);
      const version = typeof built['version'] === 'string' ? built['version'] : null;
      return { version, bytes: Number.isFinite(bytes) ? bytes : null, freeBytes: null };
    });
  } finally {
    await connection.close();
  }
}

async function measureRedis(address: string): Promise<Measured> {
  const connection = redisConnection(address);
  try {
    const text = await connection.use((client) => client.info('server'));
    return { version: /redis_version:(\S+)/.exec(text)?.[1] ?? null, bytes: null, freeBytes: null };
  } finally {
    await connection.close();
  }
}

async function folder(address: string): Promise<Omit<Measured, 'version'>> {
  const path = schemePath(address);
  return { bytes: await sizeOf(path), freeBytes: await freeAt(path) };
}

/** Bytes of a file or of all files below a folder; what goes away meanwhile counts nothing. */
async function sizeOf(path: string): Promise<number> {
  const state = await stat(path).catch(() => null);
  if (!state) return 0;
  if (!state.isDirectory()) return state.size;
  let bytes = 0;
  for (const name of await readdir(path).catch(() => [])) bytes += await sizeOf(join(path, name));
  return bytes;
}

/** What is free on the disk of a path; the path itself may not be there yet. */
async function freeAt(path: string): Promise<number | null> {
  const place = existsSync(path) || dirname(path) === path ? path : null;
  if (place === null) return freeAt(dirname(path));
  const disk = await statfs(place).catch(() => null);
  return disk ? disk.bavail * disk.bsize : null;
}

const sum = (values: number[]): number => values.reduce((all, each) => all + each, 0);

/** Everything that was set, without keys, tokens and passwords; of addresses of feeds not the query, which may hold one. */
function settingsOf(config: Config): Record<string, unknown> {
  const { temporal, api, feeds, exchangeHosts, newsKeys, smtp, ...rest } = config;
  const bare = (url: string): string => redacted(url).replace(/[?#].*$/, '');
  const each = (record: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(record).map(([name, url]) => [name, bare(url)]));
  const plain = Object.entries(rest).map(([name, value]) => [
    name,
    typeof value === 'string' ? redacted(value) : value,
  ]);
  const { address, namespace, tls } = temporal;
  const { host, port, logLevel, rateLimit, uploadLimitBytes } = api;
  return {
    ...(Object.fromEntries(plain) as Record<string, unknown>),
    feeds: each(feeds),
    newsKeys: Object.keys(newsKeys).sort(),
    exchangeHosts: each(exchangeHosts),
    smtp: { address: redacted(smtp.url), from: smtp.from },
    temporal: { address, namespace, tls, hasKey: temporal.apiKey !== '' },
    api: { host, port, logLevel, rateLimit, uploadLimitBytes, hasAdminKey: api.adminKey !== '' },
  };
}
