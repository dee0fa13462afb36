import type { ObjectRef } from '../../domain/models.js';
import { DataQualityError, NotFoundError } from '../../domain/errors.js';
import { redacted } from '../addresses.js';
import type { ObjectsPort } from '../ports.js';
import { readyBucket } from '../s3-bucket.js';
import { listObjects, orAbsent, s3Connection, sha256, type S3Connection } from '../s3.js';
import { checkKey, checkPrefix } from './keys.js';

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
      const object = { Bucket, Key: keyOf(checkKey(key)), Body: bytes, Metadata: { sha256: digest } };
      await bucket();
      await upload(connection, object);
      return { key, sha256: digest, bytes: bytes.length };
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
  object: { Bucket: string; Key: string; Body: Uint8Array; Metadata: Record<string, string> },
): Promise<void> {
  const params = { ...object, ...(encryption ? { ServerSideEncryption: encryption } : {}) };
  await use(async (client, s3) => {
    if (object.Body.length <= PART_BYTES) return void (await client.send(new s3.PutObjectCommand(params)));
    const { Upload } = await import('@aws-sdk/lib-storage');
    await new Upload({ client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE }).done();
  });
}
