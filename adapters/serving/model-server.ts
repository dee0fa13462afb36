import { Pool } from 'undici';
import { InvalidInputError, messageOf, UnreachableError } from '../../domain/errors.js';

/** A model server that is asked over HTTP. */
export interface ModelServer {
  /** Any status is an answer. @throws UnreachableError where none comes in time or the connection ends before it */
  ask(request: Asking): Promise<Answer>;
  close(): Promise<void>;
}

export interface Asking {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query. */
  path: string;
  body?: Uint8Array;
  headers?: Record<string, string>;
  /** To the last byte; else that of the server. */
  timeoutMs?: number;
}

export interface Answer {
  status: number;
  bytes: Buffer;
}

/** Batches wait here rather than at the server for a free connection. */
const CONNECTIONS = 64;

/** `name` is what errors call it: an address without secrets. */
export function openModelServer(options: {
  origin: string;
  name: string;
  timeoutMs: number;
  headers?: Record<string, string>;
}): ModelServer {
  const { origin, name, timeoutMs, headers = {} } = options;
  const pool = new Pool(origin, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });
  return {
    async ask(request) {
      const limit = request.timeoutMs ?? timeoutMs;
      // Cheaper than AbortSignal.timeout, which a small batch would feel.
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), limit);
      try {
        const answer = await pool.request({
          ...{ method: request.method, path: request.path, signal: stop.signal, body: request.body ?? null },
          headers: { ...headers, ...request.headers },
        });
        return { status: answer.statusCode, bytes: Buffer.from(await answer.body.arrayBuffer()) };
      } catch (error) {
        const why = stop.signal.aborted ? `it was not done within ${limit / 1000} s` : messageOf(error);
        throw new UnreachableError(`${name} does not answer: ${why}`, { cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
    // What still runs is of no use to anyone.
    close: () => pool.destroy(),
  };
}

/** What a JSON answer holds; empty where it is none. */
export function readJson(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What an answer says in words, at most 300 characters. */
export function saidBy({ bytes }: Answer): string {
  const { message, error, status } = readJson(bytes);
  return String(message ?? error ?? status ?? bytes.toString('utf8')).slice(0, 300);
}

/** Where a server is, from an address such as `torchserve:http://key@host:8080?batch=4`. */
export interface ServerAddress {
  origin: string;
  /** Before the `@`, decoded: keys, no user names. */
  keys: [string, string];
  options: URLSearchParams;
  /** Without keys. */
  shown: string;
}

/** @throws InvalidInputError naming the address without its keys, and what would be right */
export function readServerAddress(
  address: string,
  { known, example }: { known: readonly string[]; example: string },
): ServerAddress {
  const rest = address.slice(address.indexOf(':') + 1);
  const url = URL.canParse(rest) ? new URL(rest) : null;
  const shown = address.replace(/\/\/[^/?#]*@/, '//');
  if (!url || !/^https?:$/.test(url.protocol) || (url.pathname !== '/' && url.pathname !== ''))
    throw new InvalidInputError(`"${shown}" in SERVING_URL is no address of a server, such as ${example}`);
  checkOptions(url.searchParams, { known, shown });
  const keys: [string, string] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  return { origin: url.origin, keys, options: url.searchParams, shown: `${shown.split('?')[0]}` };
}

/** @throws InvalidInputError for an option that nobody knows */
export function checkOptions(
  options: URLSearchParams,
  { known, shown }: { known: readonly string[]; shown: string },
): void {
  for (const name of options.keys())
    if (!known.includes(name))
      throw new InvalidInputError(`Unknown "${name}" in SERVING_URL ${shown}; known: ${known.join(', ')}`);
}

/** A whole number of an address. @throws InvalidInputError naming it and its bounds */
export function readCount(
  options: URLSearchParams,
  { name, usual, least = 1, most }: { name: string; usual: number; least?: number; most: number },
): number {
  const value = Number(options.get(name) ?? usual);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidInputError(`${name}=${options.get(name)} in SERVING_URL is not ${least} … ${most}`);
}
