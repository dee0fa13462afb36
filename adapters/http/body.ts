import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { Readable } from 'node:stream';
import { DataQualityError, messageOf, UnreachableError } from '../../domain/errors.js';

export interface BodyLimits {
  /** Of the body as sent, and again unpacked. */
  maxBytes: number;
  /** What comes slower than `windowBytes` in `windowMs` is given up. */
  windowMs: number;
  windowBytes: number;
}

/** A page that was packed more than once is a mistake, or a trap. */
const MOST_LAYERS = 2;

type Unpack = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const [ofGzip, ofZlib, ofRaw, ofBrotli] = [gunzip, inflate, inflateRaw, brotliDecompress].map(
  (unpack) => promisify(unpack) as Unpack,
) as [Unpack, Unpack, Unpack, Unpack];

const UNPACK: Record<string, Unpack> = {
  gzip: ofGzip,
  'x-gzip': ofGzip,
  // Half of the servers that say deflate mean zlib's format, the other half the bare one.
  deflate: (bytes, options) => (isZlib(bytes) ? ofZlib : ofRaw)(bytes, options),
  br: ofBrotli,
};

/** What is asked for as accept-encoding. */
export const ENCODINGS = 'gzip, deflate, br';

/**
 * The whole body, unpacked; at most `maxBytes` of each form are held at any time.
 * @throws DataQualityError where it is larger or cannot be unpacked, UnreachableError where it comes too slowly.
 */
export async function readBody(
  body: Readable,
  { headers, name, limits }: { headers: Record<string, string>; name: string; limits: BodyLimits },
): Promise<Uint8Array> {
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > limits.maxBytes) throw tooLarge(name, limits);
  const layers = (headers['content-encoding'] ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '' && each !== 'identity');
  const unknown = layers.find((each) => !Object.hasOwn(UNPACK, each));
  if (unknown !== undefined || layers.length > MOST_LAYERS)
    throw new DataQualityError(`${name} is packed as "${layers.join(', ').slice(0, 60)}", not ${ENCODINGS}`);
  let bytes = await readSent(body, { name, limits });
  for (const layer of layers.toReversed()) bytes = await unpacked(bytes, { layer, name, limits });
  return bytes;
}

async function readSent(
  body: Readable,
  { name, limits }: { name: string; limits: BodyLimits },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let [size, before] = [0, 0];
  const timer = setInterval(() => {
    if (size - before < limits.windowBytes)
      body.destroy(
        new UnreachableError(
          `${name} is too slow: ${size - before} bytes in the last ${limits.windowMs / 1000} s`,
        ),
      );
    before = size;
  }, limits.windowMs);
  try {
    for await (const part of body as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > limits.maxBytes) throw tooLarge(name, limits);
      parts.push(part);
    }
  } finally {
    clearInterval(timer);
  }
  return Buffer.concat(parts);
}

async function unpacked(
  bytes: Uint8Array,
  { layer, name, limits }: { layer: string; name: string; limits: BodyLimits },
): Promise<Uint8Array> {
  if (bytes.length === 0) return bytes;
  try {
    return await (UNPACK[layer] as Unpack)(bytes, { maxOutputLength: limits.maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(name, limits);
    throw new DataQualityError(
      `${name} says that it is ${layer}, and cannot be unpacked: ${messageOf(error)}`,
    );
  }
}

/** RFC 1950: the method 8, and a check that makes the first two bytes a multiple of 31. */
const isZlib = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 15) === 8 && (first * 256 + second) % 31 === 0;

const tooLarge = (name: string, { maxBytes }: BodyLimits): DataQualityError =>
  new DataQualityError(
    `${name} is larger than ${maxBytes >= 2 ** 20 ? `${Math.round(maxBytes / 2 ** 20)} MiB` : `${maxBytes} bytes`}`,
  );
