import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import type { Duplex } from 'node:stream';

const pack = promisify(gzip);
/** Less fits in one packet anyway. */
const LEAST_BYTES = 1024;

/** What the caller likes most, by the q-values of Accept-Encoding; plain where it says nothing. */
function wantsGzip(req: Request, res: Response): boolean {
  res.vary('Accept-Encoding');
  return req.acceptsEncodings(['gzip', 'identity']) === 'gzip';
}

/** A text, packed where the caller wants that and it is worth it. */
export async function encode(req: Request, res: Response, text: string): Promise<string | Buffer> {
  const isLong = Buffer.byteLength(text) >= LEAST_BYTES;
  if (!wantsGzip(req, res) || !isLong) return text;
  markGzip(res);
  return pack(text);
}

/** A packing stage of a stream, or none; the ETag must be set before. */
export function encoder(req: Request, res: Response): Duplex[] {
  if (!wantsGzip(req, res)) return [];
  markGzip(res);
  return [createGzip()];
}

/** For answers that are the same byte for byte where their text is. */
export const strongTag = (text: string): string =>
  `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`;

/** A strong tag stands for these bytes: the packed ones are others. A weak one stands for what they mean. */
function markGzip(res: Response): void {
  res.set('content-encoding', 'gzip');
  const tag = res.get('etag');
  if (tag?.startsWith('"')) res.set('etag', tag.replace(/"$/, '-gzip"'));
}

/**
 * True where If-None-Match names the answer's tag. Express's own check lets `Cache-Control: no-cache` win, which
 * fetch adds to every request with a condition; the condition is to be kept all the same (RFC 9110, 13.2).
 */
export function isKnown(req: Request, res: Response): boolean {
  const known = req.get('if-none-match');
  const tag = res.get('etag');
  if (known === undefined || tag === undefined) return false;
  const bare = (text: string): string => text.trim().replace(/^W\//, '');
  return known.trim() === '*' || known.split(',').some((each) => bare(each) === bare(tag));
}

/** Ends an answer that the caller has already. */
export function notModified(res: Response): void {
  for (const name of ['content-type', 'content-encoding', 'content-disposition']) res.removeHeader(name);
  res.status(304).end();
}
