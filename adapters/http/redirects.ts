import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { shownAddress } from './addresses.js';
import type { HttpRequest } from './http.js';

/** One request to one address; a redirect makes another one of it. */
export interface Hop {
  url: URL;
  method: 'GET' | 'HEAD' | 'POST';
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string | null;
}

export const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What may be said to another origin; keys go by many names. */
const HARMLESS = new Set(['accept', 'accept-language', 'if-none-match', 'if-modified-since']);

/** Set by us, or of the connection: they must not be given. */
const OURS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @throws InvalidInputError for a header that may not be given, without its value. */
export function firstHop(url: URL, request: HttpRequest): Hop {
  const headers: Record<string, string> = {};
  for (const [given, value] of Object.entries(request.headers ?? {})) {
    const name = given.toLowerCase();
    if (OURS.has(name) || name.startsWith('proxy-') || !/^[!#$%&'*+.^`|~\w-]+$/.test(name))
      throw new InvalidInputError(
        `Header "${given.slice(0, 60)}" may not be given for ${shownAddress(url.href)}`,
      );
    // oxlint-disable-next-line no-control-regex
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new InvalidInputError(`Header "${name}" has characters that a header cannot have`);
    headers[name] = value;
  }
  if (isTag(request.etag)) headers['if-none-match'] = request.etag;
  if (isTag(request.lastModified)) headers['if-modified-since'] = request.lastModified;
  return { url, method: request.method ?? 'GET', headers, body: request.body ?? null };
}

/**
 * Where an answer leads; null where it is the answer itself. Another origin gets neither secrets nor a body.
 * @throws InvalidInputError for a way that is not gone, UnreachableError for one that leads nowhere.
 */
export function nextHop(
  hop: Hop,
  answer: { status: number; location: string | undefined },
  judged: (address: string) => URL,
): Hop | null {
  if (!REDIRECTS.has(answer.status)) return null;
  const from = shownAddress(hop.url.href);
  if (!answer.location)
    throw new UnreachableError(`${from} moved (HTTP ${answer.status}) and does not say where`);
  if (!URL.canParse(answer.location, hop.url.href))
    throw new UnreachableError(`${from} moved to what is no address: "${shownAddress(answer.location)}"`);
  const target = new URL(answer.location, hop.url.href);
  const refused = (why: string): InvalidInputError =>
    new InvalidInputError(`${from} leads to ${shownAddress(target.href)}, ${why}`);
  if (hop.url.protocol === 'https:' && target.protocol === 'http:')
    throw refused('from https back to http, where everybody on the way can read and change it');
  const isElsewhere = target.origin !== hop.url.origin;
  if (hop.method === 'POST' && answer.status !== 303 && (isElsewhere || answer.status < 307))
    throw refused(`and what is posted is not sent on (HTTP ${answer.status}); give that address`);
  const url = judged(target.href);
  const headers = isElsewhere ? harmless(hop.headers) : hop.headers;
  if (hop.method !== 'POST' || answer.status !== 303) return { ...hop, url, headers };
  const { 'content-type': _, ...others } = headers;
  return { url, method: 'GET', headers: others, body: null };
}

const harmless = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));

/** What a server said once may be anything; what cannot be a header is left out, and the whole is asked for. */
const isTag = (value: string | null | undefined): value is string =>
  typeof value === 'string' && /^[\x20-\x7e]{1,1000}$/.test(value);
