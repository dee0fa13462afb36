import type { Config } from './config.js';
import { redacted, schemePath } from './addresses.js';
import { ensureInflux } from './influxdb-buckets.js';
import { influxConnection } from './influxdb.js';
import { ensureBucket } from './s3-bucket.js';
import { s3Connection } from './s3.js';
import { readHybridAddress } from './series/hybrid.js';

/**
 * Makes the settings of the configured stores as their addresses want them: buckets, versions, encryption, lifecycle,
 * retention, downsampling. Doing it again changes nothing; stores that need nothing are not touched.
 * @returns the addresses that were looked after.
 */
export async function ensureStores(config: Pick<Config, 'seriesUrl' | 'objectsUrl'>): Promise<string[]> {
  const done: string[] = [];
  for (const address of new Set([...partsOf(config.seriesUrl), config.objectsUrl]))
    if (await ensureStore(address)) done.push(redacted(address));
  return done;
}

function partsOf(address: string): string[] {
  if (!address.startsWith('hybrid:')) return [address];
  const { recent, old } = readHybridAddress(address);
  return [recent, old];
}

async function ensureStore(address: string): Promise<boolean> {
  const scheme = address.slice(0, address.length - schemePath(address).length - 1);
  if (scheme === 'influxdb') await ensureInflux(influxConnection(address));
  if (scheme === 's3') {
    const connection = s3Connection(address);
    await ensureBucket(connection).finally(() => connection.close());
  }
  return ['influxdb', 's3'].includes(scheme);
}
