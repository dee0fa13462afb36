import { createHash } from 'node:crypto';
import type * as Sdk from '@aws-sdk/client-s3';
import { InvalidInputError, messageOf, UnreachableError } from '../domain/errors.js';
import { redacted } from './addresses.js';
import { readS3Address, type S3Address } from './s3-address.js';

type Vendor = typeof Sdk;
type S3Client = Sdk.S3Client;

/** A bucket's connection: made at its first use, and again after a close. */
export interface S3Connection extends S3Address {
  /** The object's full key: below the address's prefix. */
  keyOf(name: string): string;
  /**
   * Runs requests; vendor errors come out as ours. `failover`: they may go to the second endpoint while the first
   * does not answer (default).
   */
  use<T>(work: (client: S3Client, s3: Vendor) => Promise<T>, options?: { failover?: boolean }): Promise<T>;
  close(): Promise<void>;
}

const CONNECT_MS = 5000;
const REQUEST_MS = 120_000;
/** How long the second endpoint is used before the first is tried again. */
const FAILOVER_MS = 30_000;

/** @param address see readS3Address */
export function s3Connection(address: string): S3Connection {
  const place = readS3Address(address);
  const clients = new Map<string, S3Client>();
  let failedAt = -Infinity;

  const run = async <T>(endpoint: string, work: (client: S3Client, s3: Vendor) => Promise<T>): Promise<T> => {
    const s3 = await import('@aws-sdk/client-s3');
    const client = clients.get(endpoint) ?? openClient(s3, place, endpoint);
    clients.set(endpoint, client);
    try {
      return await work(client, s3);
    } catch (error) {
      throw translated(redacted(address), endpoint, error);
    }
  };

  return {
    ...place,
    keyOf: (name) => place.prefix + name,
    async use(work, { failover = true } = {}) {
      const second = failover ? place.fallback : '';
      if (second && performance.now() - failedAt < FAILOVER_MS) return run(second, work);
      try {
        return await run(place.endpoint, work);
      } catch (error) {
        if (!second || !(error instanceof UnreachableError)) throw error;
        failedAt = performance.now();
        return run(second, work);
      }
    },
    async close() {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}

function openClient(s3: Vendor, place: S3Address, endpoint: string): S3Client {
  return new s3.S3Client({
    region: place.region,
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...(place.keys ? { credentials: place.keys } : {}),
    // Temporal retries; both would multiply.
    maxAttempts: 1,
    // Our own sha256 is stored with each object; servers that know no CRC headers refuse them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
  });
}

interface VendorError {
  name?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

export const statusOf = (error: unknown): number | undefined =>
  (error as VendorError | null)?.$metadata?.httpStatusCode;

/** True where a conditional put was refused, as another writer was faster. */
export const isConflict = (error: unknown): boolean => [404, 409, 412].includes(statusOf(error) ?? 0);

/** True where the object is not there; its bucket is made at the first write. */
export const isAbsent = (error: unknown): boolean =>
  ['NoSuchKey', 'NotFound', 'NoSuchBucket'].includes((error as VendorError | null)?.name ?? '');

const NETWORK = /^(E[A-Z]+|TimeoutError|NetworkingError|RequestTimeout\w*|CredentialsProviderError)$/;

/** The SDK's errors as ours; those that a caller decides about (absent, conflict) pass through. */
function translated(address: string, endpoint: string, error: unknown): unknown {
  const { name = '', code = '' } = (error ?? {}) as VendorError;
  const status = statusOf(error) ?? 0;
  const where = `S3 ${address}${endpoint ? ` at ${endpoint}` : ''}`;
  if (NETWORK.test(code) || NETWORK.test(name) || status >= 500 || status === 429)
    return new UnreachableError(`${where} does not answer: ${messageOf(error) || name || code}`);
  if (status === 401 || status === 403)
    return new UnreachableError(`${where} refuses this key: ${name}: ${messageOf(error)}`);
  if (name === 'InvalidBucketName')
    return new InvalidInputError(`${where}: a bucket is 3 to 63 of a-z 0-9 . -, such as finsight-bars`);
  return error;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const orAbsent = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });

/** Every object below a prefix (a full key), page after page. */
export async function listObjects(
  connection: S3Connection,
  prefix: string,
): Promise<{ key: string; etag: string; bytes: number; at: number }[]> {
  const found: { key: string; etag: string; bytes: number; at: number }[] = [];
  for (let token: string | undefined; ;) {
    const more = {
      Bucket: connection.bucket,
      Prefix: prefix,
      ...(token ? { ContinuationToken: token } : {}),
    };
    const page = await orAbsent(
      connection.use((client, s3) => client.send(new s3.ListObjectsV2Command(more))),
    );
    if (!page) return found;
    for (const { Key, ETag, Size, LastModified } of page.Contents ?? [])
      if (Key)
        found.push({ key: Key, etag: ETag ?? '', bytes: Size ?? 0, at: LastModified?.getTime() ?? Infinity });
    token = page.NextContinuationToken;
    if (!page.IsTruncated || !token) return found;
  }
}
