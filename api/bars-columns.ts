import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { BarColumns, BarsKey } from '../domain/bars.js';
import { COLUMNS, sliceColumns } from '../domain/bars/columns.js';
import { DataQualityError } from '../domain/errors.js';
import { timeframeMs } from '../domain/streams.js';
import { packageVersion } from './config.js';
import { encoder, isKnown, notModified } from './encoding.js';
import type { Context } from './route.js';

/** Bars read at a time: 6 MB of columns. */
const WINDOW_BARS = 2 ** 17;
const PIECE_BARS = 2 ** 14;
const TEXTS = new Set(['csv', 'json', 'ndjson']);
const VERSION = packageVersion();

/** Media types of files of bars, with the format of each; other common names of a type stand beside it. */
export const FORMAT_OF: Record<string, string> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/vnd.apache.parquet': 'parquet',
  'application/parquet': 'parquet',
  'application/vnd.apache.arrow.file': 'arrow',
  'application/vnd.apache.arrow.stream': 'arrows',
};
export const FORMAT_TYPES = Object.keys(FORMAT_OF);
export const FORMAT_NAMES = ['csv', 'json', 'ndjson', 'parquet', 'arrow', 'arrows'] as const;

/** Stored bars of a range, window after window, ascending. */
export async function* columnsIn(context: Context, key: BarsKey): AsyncGenerator<BarColumns> {
  const { from, to } = key.range;
  const span = WINDOW_BARS * timeframeMs(key.stream.timeframe);
  for (let at = from; at < to; at += span) {
    const range = { from: at, to: Math.min(at + span, to) };
    const columns = await context.ports.series.readColumns({ ...key, range });
    if (columns.time.length > 0) yield columns;
  }
}

export interface FileAnswer {
  /** Each call begins anew. */
  batches: () => AsyncIterable<BarColumns> | Iterable<BarColumns>;
  format: string;
  mediaType: string;
  /** Without the ending. */
  name: string;
  /** Asked for when the batches were read once. */
  headers?: () => Record<string, string>;
}

/**
 * Sends bars as a file. They are read twice, for the tag and for the answer, and never held whole; where they changed
 * in between, the answer is broken off, so that nobody keeps bytes under the tag of others.
 */
export async function sendFile(
  { context, req, res }: { context: Context; req: Request; res: Response },
  { batches, format, mediaType, name, headers }: FileAnswer,
): Promise<void> {
  const { digest, held } = await digestBatches(batches());
  const tag = createHash('sha256').update(`${VERSION} ${format} ${digest}`).digest('hex').slice(0, 32);
  res.status(200).set({
    'content-type': mediaType,
    'content-disposition': `attachment; filename="${name}.${format}"`,
    'cache-control': 'private, no-cache',
    etag: `"${tag}"`,
    ...headers?.(),
  });
  const packing = TEXTS.has(format) ? encoder(req, res) : [];
  if (isKnown(req, res)) return notModified(res);
  if (req.method === 'HEAD') return void res.end();
  const source = held ?? unchanged(batches(), digest);
  const encoded = Readable.from(context.ports.formats.encode(format, pieces(source)));
  await sendStream(res, [encoded, ...packing]);
}

/** Sends what comes out of the stages; a caller who went away is no error. */
export async function sendStream(res: Response, stages: NodeJS.ReadableStream[]): Promise<void> {
  try {
    await pipeline([...stages, res] as never);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** One batch alone is held: it need not be read again. */
async function digestBatches(
  batches: AsyncIterable<BarColumns> | Iterable<BarColumns>,
): Promise<{ digest: string; held: BarColumns[] | null }> {
  const hash = createHash('sha256');
  let held: BarColumns[] | null = [];
  for await (const columns of batches) {
    addTo(hash, columns);
    held = held?.length === 0 ? [columns] : null;
  }
  return { digest: hash.digest('hex'), held };
}

async function* unchanged(
  batches: AsyncIterable<BarColumns> | Iterable<BarColumns>,
  digest: string,
): AsyncGenerator<BarColumns> {
  const hash = createHash('sha256');
  for await (const columns of batches) {
    addTo(hash, columns);
    yield columns;
  }
  if (hash.digest('hex') !== digest)
    throw new DataQualityError('The bars changed while they were sent; ask again');
}

function addTo(hash: Hash, columns: BarColumns): void {
  for (const name of COLUMNS) {
    const { buffer, byteOffset, byteLength } = columns[name];
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
}

/** Encoders make texts of several times the size of what they get. */
async function* pieces(
  batches: AsyncIterable<BarColumns> | Iterable<BarColumns>,
): AsyncGenerator<BarColumns> {
  for await (const columns of batches)
    for (let from = 0; from < columns.time.length; from += PIECE_BARS)
      yield sliceColumns(columns, from, from + PIECE_BARS);
}
