import type { Request } from 'express';
import { InvalidInputError } from '../domain/errors.js';
import { MediaTypeError, TooLargeError } from './errors.js';

/** How long a refused sender may go on before the line is cut; without it the refusal would be lost on the way. */
const LINGER_MS = 5000;

/** @throws TooLargeError, InvalidInputError, MediaTypeError before anything of the body is read. */
export function checkBody(req: Request, limit: number): void {
  const length = req.get('content-length');
  if (Number(length ?? 0) > limit) throw tooLarge(limit, `${length} bytes`);
  if (length === '0' || (length === undefined && req.get('transfer-encoding') === undefined))
    throw new InvalidInputError('The upload is empty: the body must be the file');
  const encoding = req.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new MediaTypeError(
      `The body came with Content-Encoding "${encoding}"; send the file as it is (.gz and .zip files, too)`,
    );
}

/** The sha256 that a Content-Digest header (RFC 9530) promises, in hex. @throws InvalidInputError */
export function promisedDigest(req: Request): string | undefined {
  const header = req.get('content-digest');
  if (header === undefined) return undefined;
  const encoded = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header)?.[1];
  if (encoded) return Buffer.from(encoded, 'base64').toString('hex');
  throw new InvalidInputError(
    `Unreadable Content-Digest "${header.slice(0, 100)}"; the form is sha-256=:<base64 of the digest>:`,
  );
}

/** The body piece by piece. @throws TooLargeError past the limit, InvalidInputError where the sender broke off. */
export async function* bodyOf(req: Request, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const pieces = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > limit) throw tooLarge(limit, 'more');
      yield piece;
    }
  } catch (error) {
    if (!req.destroyed || req.complete) throw error;
    throw new InvalidInputError(`The upload broke off after ${bytes} bytes; nothing of it was kept`);
  }
  if (bytes === 0) throw new InvalidInputError('The upload is empty: the body must be the file');
}

/** Takes what a refused sender still sends, for a while. */
export function linger(req: Request): void {
  if (req.complete || req.destroyed) return;
  const timer = setTimeout(() => req.destroy(), LINGER_MS).unref();
  req.once('end', () => clearTimeout(timer)).once('error', () => clearTimeout(timer));
  req.resume();
}

const tooLarge = (limit: number, what: string): TooLargeError =>
  new TooLargeError(`The file has ${what}; at most ${limit} bytes are taken (FINSIGHT_UPLOAD_LIMIT_MB)`);
