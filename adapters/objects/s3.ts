import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ObjectRef } from '../../domain/models.js';
import { DataQualityError, NotFoundError } from '../../domain/errors.js';
import { redacted } from '../addresses.js';
import { writeStreamAtomically } from '../files.js';
import type { ObjectsPort } from '../ports.js';
import { readyBucket } from '../s3-bucket.js';
import { listObjects, orAbsent, s3Connection, sha256, type S3Connection } from '../s3.js';
import { checkDigest, checkKey, checkPrefix } from './keys.js';

/** Larger objects are uploaded in parts, which S3 shows only when all are there. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 3;

/**
 * Objects in an S3 bucket. The sha256 of each lies in its metadata and is checked at every read, so bytes that
 * changed at rest or on the way are never handed on.
 */
export function s3Objects(address: string): ObjectsPort {
  const connection = s3Connection(address);
  const { bucket: Bucket, keyOf } = connection;
  let bucketReady: Promise<unknown> | null = null;
  const bucket = (): Promise<unknown> =>
    (bucketReady ??= readyBucket(connection).catch((error: unknown) => {
      bucketReady = null;
      throw error;
    }));
  const read = async (key: string): Promise<{ bytes: Uint8Array; stored: string | undefined } | null> => {
    const Key = keyOf(checkKey(key));
    const answer = await orAbsent(
      connection.use(async (client, s3) => {
        const { Body, Metadata } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
        return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), metadata: Metadata };
      }),
    );
    return answer && { bytes: new Uint8Array(answer.bytes), stored: answer.metadata?.['sha256'] };
  };

  return {
    async put(key, bytes) {
      const digest = sha256(bytes);
      const object = { Bucket, Key: keyOf(checkKey(key)), Metadata: { sha256: digest } };
      await bucket();
      await upload(connection, { ...object, Body: () => bytes, bytes: bytes.length });
      return { key, sha256: digest, bytes: bytes.length };
    },
    async putStream(key, chunks, wanted) {
      const Key = keyOf(checkKey(key));
      // Its digest goes before it, so it must be whole first: on the disk, as it may not fit in the memory.
      const folder = await mkdtemp(join(tmpdir(), 'finsight-object-'));
      try {
        const path = join(folder, 'object');
        const file = await writeStreamAtomically(path, chunks, (found) => checkDigest(key, found, wanted));
        await bucket();
        const Body = (): Readable => createReadStream(path);
        await upload(connection, { Bucket, Key, Body, bytes: file.bytes, Metadata: { sha256: file.sha256 } });
        return { key, ...file };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async stream(key) {
      const Key = keyOf(checkKey(key));
      const found = await orAbsent(
        connection.use((client, s3) => client.send(new s3.GetObjectCommand({ Bucket, Key }))),
      );
      if (!found?.Body) throw new NotFoundError(`No object "${key}" in ${redacted(address)}`);
      return found.Body as Readable;
    },
    async get(key, expected) {
      const found = await read(key);
      if (!found) throw new NotFoundError(`No object "${key}" in ${redacted(address)}`);
      const digest = sha256(found.bytes);
      const wanted = expected ?? found.stored ?? digest;
      if (digest !== wanted || (found.stored !== undefined && digest !== found.stored))
        throw new DataQualityError(
          `Object "${key}" is not what was stored: its sha256 is ${digest}, it should be ${wanted}`,
        );
      return found.bytes;
    },
    async head(key) {
      const Key = keyOf(checkKey(key));
      const found = await orAbsent(
        connection.use((client, s3) => client.send(new s3.HeadObjectCommand({ Bucket, Key }))),
      );
      if (!found) return null;
      const stored = found.Metadata?.['sha256'];
      if (stored !== undefined) return { key, sha256: stored, bytes: found.ContentLength ?? 0 };
      // Put there by another program.
      const foreign = await read(key);
      return (
        foreign && ({ key, sha256: sha256(foreign.bytes), bytes: foreign.bytes.length } satisfies ObjectRef)
      );
    },
    async list(prefix) {
      checkPrefix(prefix);
      const found = await listObjects(connection, keyOf(prefix));
      return found.map(({ key }) => key.slice(keyOf('').length)).sort();
    },
    async entries(prefix) {
      checkPrefix(prefix);
      const found = await listObjects(connection, keyOf(prefix));
      return found.map(({ key, bytes, at }) => ({ key: key.slice(keyOf('').length), bytes, at }));
    },
    async remove(key) {
      const Key = keyOf(checkKey(key));
      await connection.use((client, s3) => client.send(new s3.DeleteObjectCommand({ Bucket, Key })));
    },
    async link(key, seconds) {
      const Key = keyOf(checkKey(key));
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
      return connection.use((client, s3) =>
        getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key }), { expiresIn: seconds }),
      );
    },
    locate: (key) => `s3://${Bucket}/${keyOf(checkKey(key))}`,
    close: connection.close,
  };
}

async function upload(
  { use, encryption }: S3Connection,
  object: {
    Bucket: string;
    Key: string;
    /** Each call begins anew: a second endpoint gets all of it. */
    Body: () => Uint8Array | Readable;
    bytes: number;
    Metadata: Record<string, string>;
  },
): Promise<void> {
  const { Body, bytes, ...rest } = object;
  const params = { ...rest, ...(encryption ? { ServerSideEncryption: encryption } : {}) };
  await use(async (client, s3) => {
    if (bytes <= PART_BYTES) {
      const put = { ...params, Body: Body(), ContentLength: bytes };
      return void (await client.send(new s3.PutObjectCommand(put)));
    }
    const { Upload } = await import('@aws-sdk/lib-storage');
    // 10,000 parts are the most that there may be.
    const partSize = Math.max(PART_BYTES, Math.ceil(bytes / 9_000));
    await new Upload({
      client,
      params: { ...params, Body: Body() },
      partSize,
      queueSize: PARTS_AT_ONCE,
    }).done();
  });
}
