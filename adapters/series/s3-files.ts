import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { DataQualityError } from '../../domain/errors.js';
import { orAbsent, sha256, type S3Connection } from '../s3.js';

/** On this machine's disk. */
const CACHE_BYTES = 512 * 1024 * 1024;

/** An object's content by its ETag. */
interface Held {
  etag: string;
  file: string;
  bytes: number;
}

export type CachedFiles = ReturnType<typeof cachedFiles>;

/** Partitions as files of this machine: one that has not changed is downloaded once. */
export function cachedFiles(connection: S3Connection) {
  let folder: Promise<string> | null = null;
  let files = 0;
  const held = new LRUCache<string, Held>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ bytes }) => Math.max(1, bytes),
    // A reader may be about to open it.
    dispose: ({ file }) => void setTimeout(() => void rm(file, { force: true }), 30_000).unref(),
  });
  const newFile = async (): Promise<string> =>
    join(await (folder ??= mkdtemp(join(tmpdir(), 'finsight-s3-'))), `${++files}.parquet`);
  return {
    newFile,
    /** The object as a file of this machine, or null where there is none; `etag` spares asking. */
    async at(key: string, etag?: string): Promise<Held | null> {
      const known = held.get(key);
      if (known && known.etag === etag) return known;
      const found = await download(connection, key);
      if (!found) return null;
      const file = await newFile();
      await writeFile(file, found.bytes);
      const entry = { etag: found.etag, file, bytes: found.bytes.length };
      held.set(key, entry);
      return entry;
    },
    async close(): Promise<void> {
      const made = folder;
      folder = null;
      held.clear();
      if (made) await rm(await made, { recursive: true, force: true });
    },
  };
}

/** @throws DataQualityError where the bytes are not those that were stored. */
async function download(
  { use, bucket: Bucket }: S3Connection,
  Key: string,
): Promise<{ bytes: Uint8Array; etag: string } | null> {
  const found = await orAbsent(
    use(async (client, s3) => {
      const { Body, ETag, Metadata } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
      return {
        bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(),
        etag: ETag ?? '',
        stored: Metadata?.['sha256'],
      };
    }),
  );
  if (found?.stored !== undefined && sha256(found.bytes) !== found.stored)
    throw new DataQualityError(
      `Stored bars s3://${Bucket}/${Key} are not what was stored: their sha256 is ${sha256(found.bytes)}, ` +
        `it should be ${found.stored}; restore an older version or remove the object and collect its range again`,
    );
  return found;
}
