import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../adapters/cache/index.js';
import { readConfig } from '../../adapters/config.js';
import { openDocuments } from '../../adapters/documents/index.js';
import { openObjects } from '../../adapters/objects/index.js';
import { openStorage } from '../../adapters/storage.js';
import { INFLUX_SETUP, influxdb } from '../../infra/test-servers/influxdb.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { redis } from '../../infra/test-servers/redis.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { newName, realServer } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { s3Address } from './s3-addresses.js';

const storageOf = (env: Record<string, string>) =>
  openStorage(readConfig({ FINSIGHT_DATA_DIR: temporaryDirectory(), ...env }));

const servers = {
  documents: await realServer('storage mongodb:', mongo),
  series: await realServer('storage influxdb:', influxdb),
  cache: await realServer('storage redis:', redis),
  objects: await realServer('storage s3:', seaweedfs),
};
const ADDRESSES: Record<keyof typeof servers, (host: string) => string> = {
  documents: (host) => `mongodb://${host}/${newName()}`,
  series: (host) => `influxdb://${INFLUX_SETUP.token}@${host}/${INFLUX_SETUP.org}/${newName()}`,
  cache: (host) => `redis://${host}?prefix=${newName()}`,
  objects: s3Address,
};

const FILLS: Partial<Record<keyof typeof servers, (address: string) => Promise<void>>> = {
  async documents(address) {
    const documents = openDocuments(address);
    await documents.insert('runs', [{ id: 'run_1', startedAt: 1 }]);
    await documents.close();
  },
  async cache(address) {
    const cache = openCache(address);
    await cache.set('a', 'b', 1000);
    await cache.close();
  },
  async objects(address) {
    const objects = openObjects(address);
    await objects.put('a/b', new Uint8Array(1000));
    await objects.close();
  },
};

for (const seam of ['documents', 'series', 'cache', 'objects'] as const) {
  const { server, reason } = servers[seam];
  describe.skipIf(reason !== null)(`the real store of ${seam} ${reason ?? ''}`, () => {
    it('tells what it is and holds, and no secret', async () => {
      const address = ADDRESSES[seam](server?.address ?? '');
      await FILLS[seam]?.(address);
      const found = (await storageOf({ [`${seam.toUpperCase()}_URL`]: address }).stores()).find(
        (each) => each.seam === seam,
      );
      expect(found).toMatchObject({ error: null });
      // A server that was built from its sources may call itself by another name than a number.
      if (seam !== 'objects') expect(found?.version).toMatch(/\S/);
      else expect(found?.bytes).toBe(1000);
      const secret = /\/\/([^@/]+)@/.exec(address)?.[1];
      if (secret) expect(JSON.stringify(found)).not.toContain(secret);
    });
  });
}

it('says of a store that is away why nothing is known of it, and shows the others', async () => {
  const stores = await storageOf({ CACHE_URL: 'redis://:word@127.0.0.1:1' }).stores();
  const cache = stores.find((each) => each.seam === 'cache');
  expect(cache?.error).toContain('127.0.0.1:1');
  expect(JSON.stringify(stores)).not.toContain('word');
  expect(stores.filter((each) => each.error === null)).toHaveLength(4);
});

it('shows both stores of a hybrid address, and settings without what is secret in them', () => {
  const directory = temporaryDirectory();
  const hybrid = `hybrid:?recent=${encodeURIComponent('influxdb://token@host:8086/o/b')}&old=${encodeURIComponent(`csv:${join(directory, 'old')}`)}&days=30`;
  const settings = JSON.stringify(
    storageOf({
      SERIES_URL: hybrid,
      DOCUMENTS_URL: 'mongodb://person:word@host/x',
      MLFLOW_TRACKING_URI: 'https://u:pass@host/',
      TEMPORAL_API_KEY: 'temporal-key',
      FINSIGHT_API_KEY: 'api-key',
    }).settings(),
  );
  for (const secret of ['token@', 'token%40', 'word', 'pass@', 'temporal-key', 'api-key'])
    expect(settings).not.toContain(secret);
  expect(settings).toContain('mongodb://host/x');
});
