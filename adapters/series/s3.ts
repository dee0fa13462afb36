import { readFile, rm } from 'node:fs/promises';
import { InvalidInputError } from '../../domain/errors.js';
import { untilWritten } from '../contention.js';
import type { SeriesPort } from '../ports.js';
import { readyBucket } from '../s3-bucket.js';
import {
  isConflict,
  listObjects,
  orAbsent,
  s3Connection,
  sha256,
  statusOf,
  type S3Connection,
} from '../s3.js';
import { readStored, writeBars } from './files.js';
import type { StoredBar } from '../ports.js';
import { partitionedSeries, type Change } from './partitioned.js';
import { folderOf, periodIn, placeIn } from './partitions.js';
import { readRows, type Span } from './rows.js';
import { cachedFiles, type CachedFiles } from './s3-files.js';
import { spanOf, summary } from './spans.js';

const FILE = 'bars.parquet';

/**
 * Bars as ZSTD Parquet in an S3 bucket, in the folders of the `parquet:` store. A partition is replaced by a conditional
 * put: only where it still is what the writer has read, so no lock is needed and no writer's bars are lost.
 */
export function s3Series(address: string, options: { now?: () => number } = {}): SeriesPort {
  const connection = s3Connection(address);
  const files = cachedFiles(connection);
  const spans = new Map<string, { etag: string; span: Promise<Span | null> }>();
  /** ETags as they were listed last, by key. */
  const listed = new Map<string, string>();
  let ready: Promise<unknown> | null = null;
  const prepared = (): Promise<unknown> =>
    (ready ??= prepare(connection).catch((error: unknown) => {
      ready = null;
      throw error;
    }));
  const list = async (prefix: string) => {
    const found = (await listObjects(connection, connection.keyOf(prefix))).filter(({ key }) =>
      key.endsWith(`/${FILE}`),
    );
    for (const { key, etag } of found) listed.set(key, etag);
    return found;
  };
  const spanAt = (key: string, etag: string): Promise<Span | null> => {
    const known = spans.get(key);
    if (known?.etag === etag) return known.span;
    const span = headSpan(connection, key);
    spans.set(key, { etag, span });
    span.catch(() => spans.delete(key));
    return span;
  };

  return partitionedSeries(
    {
      grain: 'coarse',
      async periods({ source, stream }) {
        const found = await list(`${folderOf('', source, stream)}/`);
        return found.map(({ key }) => periodIn(key)).sort();
      },
      async read({ source, stream }, periods, window) {
        const held: string[] = [];
        for (const period of periods) {
          const key = connection.keyOf(objectOf(folderOf('', source, stream), period));
          const found = await files.at(key, listed.get(key));
          if (found) held.push(found.file);
        }
        return readRows(held, window);
      },
      async versions({ source, stream }, period) {
        const key = connection.keyOf(objectOf(folderOf('', source, stream), period));
        const found = await files.at(key, listed.get(key));
        return found ? readStored(found.file) : [];
      },
      async merge({ source, stream }, period, change) {
        await prepared();
        const key = connection.keyOf(objectOf(folderOf('', source, stream), period));
        return untilWritten(`bars ${key}`, () => mergeObject(connection, { key, files, change }));
      },
      async streams() {
        const byFolder = new Map<string, Span[]>();
        for (const { key, etag } of await list('')) {
          const folder = key.slice(connection.keyOf('').length, key.lastIndexOf('/period='));
          const span = await spanAt(key, etag);
          if (span) byFolder.set(folder, [...(byFolder.get(folder) ?? []), span]);
        }
        return [...byFolder].flatMap(([folder, held]) => {
          const place = placeIn(folder);
          return place ? [summary(place.stream, place.source, held)] : [];
        });
      },
      async close() {
        spans.clear();
        await files.close();
        await connection.close();
      },
    },
    options,
  );
}

const objectOf = (folder: string, period: string): string => `${folder}/period=${period}/${FILE}`;

/** How many records changed, or null where another writer was faster. What lost all its bars stays as an empty object. */
async function mergeObject(
  connection: S3Connection,
  task: { key: string; files: CachedFiles; change: Change },
): Promise<number | null> {
  const { key, files, change } = task;
  const { bucket: Bucket, encryption, use } = connection;
  const held = await files.at(key);
  const { all, changed } = change(held ? await readStored(held.file) : []);
  if (changed === 0) return 0;
  const Body = await bytesOf(await files.newFile(), all);
  const params = {
    Bucket,
    Key: key,
    Body,
    Metadata: { sha256: sha256(Body), ...(all.length > 0 ? { span: textOf(spanOf(all)) } : {}) },
    ...(encryption ? { ServerSideEncryption: encryption } : {}),
    ...(held ? { IfMatch: held.etag } : { IfNoneMatch: '*' }),
  };
  try {
    await use((client, s3) => client.send(new s3.PutObjectCommand(params)), { failover: false });
    return changed;
  } catch (error) {
    if (isConflict(error)) return null;
    throw error;
  }
}

/** Metadata is ASCII. */
const textOf = (span: Span): string => encodeURIComponent(JSON.stringify(span));

async function bytesOf(file: string, bars: StoredBar[]): Promise<Uint8Array> {
  await writeBars(file, bars);
  const bytes = await readFile(file);
  await rm(file, { force: true });
  return bytes;
}

/** The span lies in the metadata, so that a listing downloads nothing. */
async function headSpan({ use, bucket: Bucket }: S3Connection, Key: string): Promise<Span | null> {
  const head = await orAbsent(use((client, s3) => client.send(new s3.HeadObjectCommand({ Bucket, Key }))));
  const span = head?.Metadata?.['span'];
  return span === undefined ? null : (JSON.parse(decodeURIComponent(span)) as Span);
}

/**
 * The bucket is there and the server heeds conditions: one that ignores them would lose bars in silence.
 * @throws InvalidInputError where it does not.
 */
async function prepare(connection: S3Connection): Promise<void> {
  await readyBucket(connection);
  const { bucket: Bucket, keyOf, use } = connection;
  const Key = keyOf('.finsight/conditional-puts');
  const put = (condition: { IfMatch: string } | { IfNoneMatch: string }): Promise<number> =>
    use((client, s3) => client.send(new s3.PutObjectCommand({ Bucket, Key, Body: MARK, ...condition })), {
      failover: false,
    }).then(
      () => 200,
      (error: unknown) => {
        if (isConflict(error)) return statusOf(error) ?? 0;
        throw error;
      },
    );
  const [first, second] = [await put({ IfNoneMatch: '*' }), await put({ IfNoneMatch: '*' })];
  const stale = await put({ IfMatch: '"00000000000000000000000000000000"' });
  if ((first === 200 || isRefusal(first)) && isRefusal(second) && isRefusal(stale)) return;
  throw new InvalidInputError(
    `The S3 server of bucket ${Bucket} ignores conditional puts (If-Match, If-None-Match), so two writers could lose ` +
      'bars; use a server that has them, or another address in SERIES_URL',
  );
}

const MARK = new TextEncoder().encode('Written to see whether this server heeds conditions.\n');

const isRefusal = (status: number): boolean => status === 412 || status === 409;
