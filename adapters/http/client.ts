import { Agent } from 'undici';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import type { CachePort } from '../ports.js';
import { releaseVersion } from '../version.js';
import { hostOf, portOf, readAddress, readAllowed, shownAddress } from './addresses.js';
import type { BodyLimits } from './body.js';
import { guardedConnector, lookupInSystem, type Lookup } from './connector.js';
import { openDoor, type Door } from './door.js';
import { exchange } from './exchange.js';
import { faultOfStatus, nameOf, readRetryAfter } from './faults.js';
import type { HttpAnswer, HttpClient, HttpRequest } from './http.js';
import type { Rate } from './politeness.js';
import { firstHop, MOST_REDIRECTS, nextHop, type Hop } from './redirects.js';

interface CommonOptions {
  /** Hosts, addresses and CIDRs beyond the public Internet that may be asked. */
  allow?: readonly string[];
  /** Whom a site can write to about FinSight's requests. */
  contact?: string;
  rate?: Rate;
  limits?: Partial<HttpLimits>;
  lookup?: Lookup;
  now?: () => number;
}

export type HttpOptions = CommonOptions &
  (
    | {
        /** Holds what all processes share: rates, pauses, robots.txt and breakers. */
        cache: Pick<CachePort, 'get' | 'set' | 'take'>;
      }
    /** One origin of the platform's own: it alone is asked, wherever it is, without politeness. */
    | { only: string }
  );

export interface HttpLimits extends Omit<BodyLimits, 'maxBytes'> {
  connectMs: number;
  /** How long nothing may come: before the headers are complete, and between two pieces of the body. */
  silenceMs: number;
  headerBytes: number;
}

const LIMITS: HttpLimits = {
  connectMs: 5000,
  silenceMs: 10_000,
  headerBytes: 16 * 1024,
  windowMs: 10_000,
  windowBytes: 1024,
};

const MAX_BYTES = 10 * 2 ** 20;
const TIMEOUT_MS = 30_000;
/** Connections of this process to one origin. */
const CONNECTIONS = 6;

/** The client for addresses that users and feeds give; it connects at its first request, and again after a close. */
export function openHttp(options: HttpOptions): HttpClient {
  const limits = { ...LIMITS, ...options.limits };
  const now = options.now ?? Date.now;
  const userAgent = `finsight/${releaseVersion()}${options.contact ? ` (+${options.contact})` : ''}`;
  const own = 'only' in options ? new URL(options.only) : null;
  const allowed = readAllowed(own ? [hostAndPort(own)] : (options.allow ?? []));
  const judge = (address: string): URL => {
    if (own && (!URL.canParse(address) || new URL(address).origin !== own.origin))
      throw new InvalidInputError(`"${shownAddress(address)}" may not be asked: it is not of ${own.origin}`);
    return readAddress(address, allowed);
  };
  let agent: Agent | null = null;
  const connected = (): Agent =>
    (agent ??= new Agent({
      connect: guardedConnector({
        allowed,
        lookup: options.lookup ?? lookupInSystem,
        timeoutMs: limits.connectMs,
      }),
      connections: CONNECTIONS,
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.silenceMs,
      bodyTimeout: limits.silenceMs,
      keepAliveMaxTimeout: 10_000,
    }));
  const ask = async (hop: Hop, { request, timeoutMs }: { request: HttpRequest; timeoutMs: number }) =>
    exchange(hop, {
      ...limits,
      agent: connected(),
      userAgent,
      timeoutMs,
      maxBytes: request.maxBytes ?? MAX_BYTES,
      signal: request.signal,
    });
  const door: Door | null =
    'only' in options
      ? null
      : openDoor({
          ...options,
          now,
          read: (request) => follow(request, { judge, ask, now, door, isRobots: true }),
        });
  return {
    request: (request) => follow(request, { judge, ask, now, door, isRobots: false }),
    async close() {
      const open = agent;
      agent = null;
      await open?.destroy();
    },
  };
}

interface Following {
  judge(address: string): URL;
  ask(hop: Hop, sending: { request: HttpRequest; timeoutMs: number }): ReturnType<typeof exchange>;
  door: Door | null;
  /** The request is for a robots.txt itself. */
  isRobots: boolean;
  now: () => number;
}

/** From the first address to the one that answers; each on the way is judged, and waits for its turn, as the first was. */
async function follow(request: HttpRequest, way: Following): Promise<HttpAnswer> {
  let hop = firstHop(way.judge(request.url), request);
  let left = request.timeoutMs ?? TIMEOUT_MS;
  const seen = new Set<string>();
  while (seen.size <= MOST_REDIRECTS) {
    seen.add(`${hop.method} ${hop.url.href}`);
    await way.door?.admit(hop, { request, isRobots: way.isRobots });
    const started = performance.now();
    const asked = way.ask(hop, { request, timeoutMs: Math.max(1, left) });
    const answer = await (way.door?.told(hop, asked) ?? asked);
    left -= performance.now() - started;
    const { status, headers, reason } = answer;
    const retryAfterMs = readRetryAfter(headers['retry-after'], way.now());
    if (status >= 400) throw faultOfStatus(hop, { status, reason, retryAfterMs });
    const next = nextHop(hop, { status, location: headers['location'] }, way.judge);
    if (!next) return answerOf(hop, answer);
    if (seen.has(`${next.method} ${next.url.href}`))
      throw new UnreachableError(
        `${nameOf(hop)} does not answer: its redirects go round in a circle, back to ${nameOf(next)}`,
      );
    hop = next;
  }
  throw new UnreachableError(
    `${shownAddress(request.url)} does not answer: it leads on more than ${MOST_REDIRECTS} times, at last to ${nameOf(hop)}`,
  );
}

function answerOf(hop: Hop, { status, headers, bytes }: Awaited<ReturnType<typeof exchange>>): HttpAnswer {
  const { 'if-none-match': tag, 'if-modified-since': since } = hop.headers;
  if (status === 304 && !tag && !since)
    throw new UnreachableError(
      `${nameOf(hop)} says that it has not changed (HTTP 304), but nobody asked that`,
    );
  const notModified = status === 304;
  return {
    status,
    url: hop.url.href,
    headers,
    bytes,
    notModified,
    etag: headers['etag'] ?? (notModified ? (tag ?? null) : null),
    lastModified: headers['last-modified'] ?? (notModified ? (since ?? null) : null),
  };
}

const hostAndPort = (url: URL): string => {
  const host = hostOf(url);
  return `${host.includes(':') ? `[${host}]` : host}:${portOf(url)}`;
};
