import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataQualityError, InvalidInputError, messageOf, NotFoundError } from '../../domain/errors.js';
import { openZipEntry } from './zip.js';

/** What a packed file may unfold to: a bomb is a small file that unfolds to far more than bars ever do. */
export interface UnpackLimits {
  /** Bytes in all. */
  bytes: number;
  /** Bytes for each packed byte, looked at once `ratioFrom` bytes have come. */
  ratio: number;
  ratioFrom: number;
}

/** Bars pack about 4 to 1, flat ones 40 to 1; a bomb 1,000 to 1. */
export const UNPACK_LIMITS: UnpackLimits = { bytes: 64 * 2 ** 30, ratio: 200, ratioFrom: 16 * 2 ** 20 };

/** A file to be read, whatever it is packed in. */
export interface Input {
  /** As given, for messages. */
  path: string;
  /** Name of what is inside: `BTCUSDT-1h.csv` of `BTCUSDT-1h.zip`. */
  name: string;
  /** The unpacked bytes; each call begins anew. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Lends a plain file with the unpacked bytes, for formats that must jump in it. */
  lend(): Promise<{ path: string; giveBack(): Promise<void> }>;
}

/**
 * Opens a file, plain, gzip or zip, told apart by their first bytes. A zip must hold one file.
 * @throws NotFoundError, InvalidInputError, DataQualityError naming the file.
 */
export async function openInput(path: string, limits: UnpackLimits = UNPACK_LIMITS): Promise<Input> {
  const state = await stat(path).catch(() => null);
  if (!state) throw new NotFoundError(`No file ${path}`);
  if (!state.isFile()) throw new InvalidInputError(`${path} is no file`);
  const magic = await firstBytes(path, 4);
  const name = basename(path);
  refuseUnread(path, magic);
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
  const isZip = magic.toString('latin1') === 'PK\x03\x04';
  const raw = (): Readable => createReadStream(path, { highWaterMark: 2 ** 20 });
  if (!isGzip && !isZip)
    return {
      path,
      name,
      bytes: () => named(raw(), path),
      lend: async () => ({ path, giveBack: async () => undefined }),
    };
  const entry = isZip ? await openZipEntry(path) : null;
  const unpacked = async function* (): AsyncIterable<Uint8Array> {
    const source = entry ? await entry.open() : gunzipped(raw());
    yield* limited(source, { path, packed: entry?.packedBytes ?? state.size, limits });
  };
  return {
    path,
    name: entry?.name ?? name.replace(/\.(gz|gzip)$/i, ''),
    bytes: () => named(unpacked(), path),
    lend: () => spooled(named(unpacked(), path)),
  };
}

/** Packings that nothing here unpacks, by their first bytes. */
const UNREAD: [string, string][] = [
  ['BZh', 'bzip2'],
  ['\xfd7zX', 'xz'],
  ['\x28\xb5\x2f\xfd', 'Zstandard'],
  ['7z\xbc\xaf', '7-Zip'],
  ['Rar!', 'RAR'],
  ['\x04\x22\x4d\x18', 'LZ4'],
];

function refuseUnread(path: string, magic: Buffer): void {
  const text = magic.toString('latin1');
  const kind = UNREAD.find(([begin]) => text.startsWith(begin))?.[1];
  if (kind)
    throw new InvalidInputError(
      `${path} is packed with ${kind}, which is not read; unpack it, or pack it as gzip or zip`,
    );
}

function gunzipped(raw: Readable): Readable {
  const unpacked = createGunzip();
  // Errors of the file do not travel down a pipe, and an abandoned reading must close the file.
  raw.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  return unpacked.on('close', () => raw.destroy());
}

async function* limited(
  source: AsyncIterable<unknown>,
  { path, packed, limits }: { path: string; packed: number; limits: UnpackLimits },
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > limits.bytes || (bytes > limits.ratioFrom && bytes > limits.ratio * packed))
      throw new InvalidInputError(
        `${path} unfolds ${packed} bytes to more than ${bytes}: refused as a bomb ` +
          `(at most ${limits.ratio} to 1 and ${limits.bytes} bytes); unpack it yourself if it is sound`,
      );
    yield chunk as Uint8Array;
  }
}

async function* named(source: AsyncIterable<unknown>, path: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of source) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof InvalidInputError || error instanceof DataQualityError) throw error;
    throw new DataQualityError(`${path} cannot be read: ${messageOf(error)}`);
  }
}

async function spooled(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ path: string; giveBack(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'finsight-unpacked-'));
  const giveBack = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const path = join(directory, 'file');
  try {
    await pipeline(bytes, createWriteStream(path));
    return { path, giveBack };
  } catch (error) {
    await giveBack();
    throw error;
  }
}

/** The beginning of a file. */
async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The first bytes of what is inside, at least `count` where there are so many. */
export async function headOf(input: Input, count: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input.bytes()) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= count) break;
  }
  return Buffer.concat(parts);
}
