import { DataQualityError, messageOf, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { HttpAnswer, HttpClient, HttpRequest } from './http.js';

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 10 * 1024 * 1024;
const NOT_MODIFIED = 304;

/** Requests to addresses of our own, such as a replay site on loopback: bounded, but to any network. */
export function plainClient(): HttpClient {
  return { request, close: async () => undefined };
}

async function request(asked: HttpRequest): Promise<HttpAnswer> {
  const { url, method = 'GET', body, etag, lastModified, timeoutMs = TIMEOUT_MS } = asked;
  const headers = {
    'user-agent': 'finsight/0.1',
    ...(etag ? { 'if-none-match': etag } : {}),
    ...(lastModified ? { 'if-modified-since': lastModified } : {}),
    ...asked.headers,
  };
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout;
  try {
    // fetch follows at most 20 redirects.
    const answer = await fetch(url, { method, headers, signal, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 400) throw await refusal(url, answer);
    return {
      status: answer.status,
      url: answer.url || url,
      headers: Object.fromEntries(answer.headers),
      bytes: await readLimited(url, answer, asked.maxBytes ?? MAX_BYTES),
      notModified: answer.status === NOT_MODIFIED,
      etag: answer.headers.get('etag'),
      lastModified: answer.headers.get('last-modified'),
    };
  } catch (error) {
    if (
      error instanceof NotFoundError ||
      error instanceof DataQualityError ||
      error instanceof UnreachableError
    )
      throw error;
    throw new UnreachableError(`${url} does not answer: ${messageOf((error as Error).cause ?? error)}`);
  }
}

async function refusal(url: string, answer: Response): Promise<Error> {
  const isText = answer.headers.get('content-type')?.startsWith('text/plain') ?? false;
  const reason = isText ? `: ${(await answer.text()).slice(0, 300)}` : '';
  if (!isText) await answer.body?.cancel();
  if (answer.status === 404 || answer.status === 410)
    return new NotFoundError(`${url} is not there (HTTP ${answer.status}${reason})`);
  if (answer.status === 422) return new DataQualityError(`${url} cannot be given (HTTP 422${reason})`);
  return new UnreachableError(`${url} answers HTTP ${answer.status}${reason}`);
}

async function readLimited(url: string, answer: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > maxBytes) throw new DataQualityError(`${url} is larger than ${maxBytes / 2 ** 20} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
