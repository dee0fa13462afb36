import {
  DataQualityError,
  InvalidInputError,
  messageOf,
  NotFoundError,
  UnreachableError,
} from '../../domain/errors.js';

type Translation = (exchange: string, text: string) => Error;

const invalid =
  (what: string): Translation =>
  (exchange, text) =>
    new InvalidInputError(`${exchange} ${what}: ${text}`);
const unreachable =
  (what: string): Translation =>
  (exchange, text) =>
    new UnreachableError(`${exchange} ${what}: ${text}`);

/** ccxt's error classes; the one nearest to what was thrown decides. What can pass is transient, the rest final. */
const TABLE: Record<string, Translation> = {
  BadSymbol: invalid('does not know the symbol'),
  AuthenticationError: invalid('refuses access'),
  RestrictedLocation: invalid('does not serve this location'),
  ArgumentsRequired: invalid('needs more to answer'),
  BadRequest: invalid('refuses the request'),
  NotSupported: invalid('does not offer this'),
  InvalidProxySettings: invalid('cannot be asked with these proxy settings'),
  DDoSProtection: unreachable('asks for fewer requests'),
  RateLimitExceeded: unreachable('asks for fewer requests'),
  RequestTimeout: unreachable('did not answer in time'),
  ExchangeNotAvailable: unreachable('is not available'),
  NetworkError: unreachable('cannot be reached'),
  BaseError: unreachable('does not answer properly'),
};

const OURS = [InvalidInputError, NotFoundError, DataQualityError, UnreachableError];

/** An error of the venue's client in the terms of domain/errors.ts; what is ours already stays. */
export function translateVenueError(exchange: string, error: unknown): Error {
  if (OURS.some((kind) => error instanceof kind)) return error as Error;
  const text = messageOf(error).slice(0, 300);
  const name = ancestry(error).find((each) => Object.hasOwn(TABLE, each));
  // A TypeError inside the client means that it could not read what the venue sent.
  return (TABLE[name ?? ''] ?? unreachable('sent what its client cannot read'))(exchange, text);
}

function ancestry(error: unknown): string[] {
  const names: string[] = [];
  for (let kind = (error as object | null)?.constructor; kind?.name; kind = Object.getPrototypeOf(kind))
    names.push(kind.name);
  return names;
}

/** What an HTTP status alone says about a venue's answer; null where its body decides. */
export function faultOfStatus(
  exchange: string,
  status: number,
  retryAfter: string | undefined,
): Error | null {
  if (status === 403 || status === 451)
    return new InvalidInputError(
      `${exchange} refuses this address or location (HTTP ${status}); choose another exchange or a recorded source`,
    );
  const wait = retryAfter ? `; retry after ${retryAfter} s` : '';
  if (status === 418 || status === 429)
    return new UnreachableError(`${exchange} asks for fewer requests (HTTP ${status}${wait})`);
  if (status >= 500) return new UnreachableError(`${exchange} is not available (HTTP ${status}${wait})`);
  return null;
}
