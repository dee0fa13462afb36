import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { refusalOf, type Allowed } from './addresses.js';

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<{ address: string; family: number }[]>;

export const lookupInSystem: Lookup = (host) => systemLookup(host, { all: true });

/**
 * Connections to allowed addresses only. A name is looked up once, here, and what was judged is what is connected to: an
 * answer that is another one the next time changes nothing.
 */
export function guardedConnector(options: {
  allowed: Allowed;
  lookup: Lookup;
  /** To the end of the TLS handshake. */
  timeoutMs: number;
}): buildConnector.connector {
  const { allowed, timeoutMs } = options;
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
    const refused = (address: string): InvalidInputError | null => {
      const reason = refusalOf({ host: host.replace(/\.$/, ''), address, port }, allowed);
      return reason === null ? null : new InvalidInputError(`${host} may not be asked: ${reason}`);
    };
    const literal = isIP(host) ? refused(host) : null;
    if (literal) return callback(literal, null);
    const lookup = pinned(options.lookup, refused);
    buildConnector({ timeout: timeoutMs, lookup, maxCachedSessions: 0 })(target, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      // Whatever the way was, the other end is what counts.
      const other = socket.remoteAddress === undefined ? null : refused(socket.remoteAddress);
      if (!other) return callback(null, socket);
      socket.destroy();
      callback(other, null);
    });
  };
}

/** Of a name's addresses those that are allowed; where there is none, why. */
const pinned =
  (lookup: Lookup, refused: (address: string) => Error | null): LookupFunction =>
  (host, { all }, callback) => {
    const fail = (error: Error): void => callback(error, []);
    lookup(host).then((found) => {
      const good = found.filter(({ address }) => refused(address) === null);
      const [first] = good;
      const refusal = found.map(({ address }) => refused(address)).find((each) => each !== null);
      if (!first) fail(refusal ?? new UnreachableError(`${host} has no address at present`));
      else if (all) callback(null, good);
      else callback(null, first.address, first.family);
    }, fail);
  };
