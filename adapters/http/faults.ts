import {
  DataQualityError,
  InvalidInputError,
  messageOf,
  NotFoundError,
  UnreachableError,
} from '../../domain/errors.js';
import { shownAddress } from './addresses.js';
import type { Hop } from './redirects.js';

const OURS = [InvalidInputError, NotFoundError, DataQualityError, UnreachableError];

/** Codes of the vendor and of the system, in words. */
const WORDS: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped',
  UND_ERR_SOCKET: 'it broke the connection off',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is not as long as it said',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it broke the connection off',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up at present',
};

/** What a message calls a request; of a post only the origin, since the path of a webhook is its secret. */
export const nameOf = ({ url, method }: Pick<Hop, 'url' | 'method'>): string =>
  method === 'POST' ? `POST ${url.origin}/…` : shownAddress(url.href);

/** An error of the connection in the terms of domain/errors.ts; what is ours already stays. */
export function faultOfTransport(hop: Hop, error: unknown): Error {
  const found = [error, (error as Error).cause].find((each) => OURS.some((kind) => each instanceof kind));
  if (found) return found as Error;
  const { code, errors } = error as { code?: string; errors?: { code?: string }[] };
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return new DataQualityError(`The headers of ${nameOf(hop)} are too large`);
  // Where each of a host's addresses failed there is an error of all, without words of its own.
  const told = WORDS[code ?? errors?.[0]?.code ?? ''];
  const reason = told ?? `${messageOf(error).slice(0, 200) || 'no reason given'}${code ? ` (${code})` : ''}`;
  return new UnreachableError(`${nameOf(hop)} does not answer: ${reason}`);
}

/** What a status from 400 on means; `reason` is what the body says of it. */
export function faultOfStatus(
  hop: Hop,
  { status, reason, retryAfterMs }: { status: number; reason: string; retryAfterMs: number | null },
): Error {
  const said = reason ? `: ${reason}` : '';
  const told = `${nameOf(hop)} answers HTTP ${status}${said}`;
  if (status === 404 || status === 410)
    return new NotFoundError(`${nameOf(hop)} is not there (HTTP ${status}${said})`);
  if (status === 422) return new DataQualityError(`${nameOf(hop)} cannot be given (HTTP 422${said})`);
  if (status === 401 || status === 407)
    return new InvalidInputError(`${told}; it wants a key, or another one`);
  if (status === 403 || status === 451)
    return new InvalidInputError(`${told}; it refuses this program or location`);
  if (status < 500 && status !== 408 && status !== 425 && status !== 429) return new InvalidInputError(told);
  const wait = retryAfterMs === null ? '' : `; retry after ${Math.ceil(retryAfterMs / 1000)} s`;
  return new UnreachableError(`${told}${wait}`, { retryAfterMs });
}

/** Seconds, or an HTTP date; null for neither. */
export function readRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

const LONGEST_REASON = 300;
/** Shorter values are words of the language as well. */
const SHORTEST_SECRET = 5;

/** What a plain or JSON body says, on one line, without what was sent as header or in the query: some answers repeat it. */
export function readReason(hop: Hop, { type, text }: { type: string; text: string }): string {
  if (!/^text\/plain|^application\/([\w.-]+\+)?json/i.test(type)) return '';
  const sent = [...hop.url.searchParams.values(), ...Object.values(hop.headers)]
    .flatMap((value) => [value, ...value.split(/[\s,;=]+/), encodeURIComponent(value)])
    .filter((value) => value.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length);
  // The path of a webhook is a secret as well.
  if (hop.method === 'POST' && hop.url.pathname !== '/') sent.unshift(hop.url.pathname);
  const plain = sent.reduce((said, value) => said.replaceAll(value, '…'), text.replace(/\s+/g, ' ').trim());
  return plain.slice(0, LONGEST_REASON);
}
