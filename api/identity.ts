import { timingSafeEqual } from 'node:crypto';
import type { DocumentsPort } from '../adapters/ports.js';
import { sha256Hex } from '../domain/digest.js';
import { InvalidInputError } from '../domain/errors.js';
import {
  BOOTSTRAP_PRINCIPAL,
  isLoopback,
  keyOfHeaders,
  LOCAL_PRINCIPAL,
  type Principal,
  type StoredPrincipal,
} from '../domain/identity.js';
import { DEFAULT_RATE_LIMIT, type ApiConfig } from './config.js';
import { RateLimitError, UnauthorizedError } from './errors.js';
import type { Context } from './route.js';

/** Wrong keys of one address: slow enough that guessing is hopeless. */
const GUESSES = { capacity: 20, refillPerSecond: 0.5 };

interface Asker {
  header(name: string): string | undefined;
  address: string;
}

/** Who asks. @throws UnauthorizedError where keys exist and none, or a wrong one, was sent; RateLimitError. */
export async function identify(context: Context, asker: Asker): Promise<Principal> {
  const { ports, config } = context;
  const key = keyOfHeaders({
    authorization: asker.header('authorization'),
    apiKey: asker.header('x-api-key'),
  });
  if (key === null) {
    if (isLoopback(config.host) && !(await keysExist(ports.documents, config))) return LOCAL_PRINCIPAL;
    throw new UnauthorizedError(
      'An API key is needed: send it as "Authorization: Bearer <key>" or "X-API-Key: <key>"',
    );
  }
  const principal = await principalOf(ports.documents, config, key);
  if (principal) return principal;
  const { waitMs } = await ports.cache.take(`guesses/${asker.address}`, GUESSES);
  if (waitMs > 0) throw tooMany(waitMs, 'wrong keys');
  throw new UnauthorizedError('This API key is not known; it may have been revoked');
}

async function principalOf(
  documents: DocumentsPort,
  config: ApiConfig,
  key: string,
): Promise<Principal | null> {
  const digest = sha256Hex(key);
  if (config.adminKey && equal(digest, sha256Hex(config.adminKey))) return BOOTSTRAP_PRINCIPAL;
  const { items } = await documents.find<StoredPrincipal>('principals', {
    where: { keySha256: digest },
    limit: 1,
  });
  const found = items[0];
  if (!found || !equal(found.keySha256, digest)) return null;
  return { id: found.id, roles: found.roles, tenant: found.tenant };
}

const equal = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

async function keysExist(documents: DocumentsPort, config: ApiConfig): Promise<boolean> {
  return Boolean(config.adminKey) || (await documents.count('principals', {})) > 0;
}

/** Takes one request of the principal's share. Returns the headers that say what is left. @throws RateLimitError */
export async function takeRequest(context: Context, principal: Principal): Promise<Record<string, string>> {
  const limit = context.config.rateLimit ?? DEFAULT_RATE_LIMIT;
  const { waitMs, remaining } = await context.ports.cache.take(`requests/${principal.id}`, limit);
  if (waitMs > 0) throw tooMany(waitMs, `requests of ${principal.id}`);
  const reset = Math.ceil((limit.capacity - remaining) / limit.refillPerSecond);
  return {
    'ratelimit-limit': String(limit.capacity),
    'ratelimit-remaining': String(Math.max(0, Math.floor(remaining))),
    'ratelimit-reset': String(Math.max(0, reset)),
  };
}

function tooMany(waitMs: number, what: string): RateLimitError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new RateLimitError(`Too many ${what}; come again in ${seconds} s`, seconds);
}

/** @throws InvalidInputError where the API would be open to the network without any key. */
export async function checkExposure(documents: DocumentsPort, config: ApiConfig): Promise<void> {
  if (isLoopback(config.host) || (await keysExist(documents, config))) return;
  throw new InvalidInputError(
    `The API would listen on ${config.host} with no API key: set an admin key, or listen on 127.0.0.1`,
  );
}
