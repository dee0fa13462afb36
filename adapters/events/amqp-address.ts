import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidInputError, messageOf } from '../../domain/errors.js';
import { nearNames } from '../../domain/near-names.js';
import { redacted } from '../addresses.js';
import { projectRoot } from '../config.js';

/** A broker's address, with what of it is ours and what is the client's. */
export interface AmqpAddress {
  /** Begins the names of exchanges and queues; several platforms on one broker differ in it, or in the vhost. */
  prefix: string;
  /** `quorum` is replicated in a cluster; `classic` lies on one node's disk. */
  queues: 'classic' | 'quorum';
  /** As the client takes it. */
  url: string;
  /** For the socket of `amqps:`; read at each connection, so that renewed files count. @throws InvalidInputError */
  tls(): TlsOptions;
}

export interface TlsOptions {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  rejectUnauthorized?: boolean;
  servername?: string;
}

const OWN = ['prefix', 'queues'];
/** By the names that RabbitMQ's own clients know. */
const FILES = { cacertfile: 'ca', certfile: 'cert', keyfile: 'key' } as const;
const TLS = [...Object.keys(FILES), 'verify', 'server_name_indication'];
/** The client's, which it reads itself. */
const CLIENT = ['heartbeat', 'channelMax', 'frameMax', 'locale'];
const KNOWN = [...OWN, ...TLS, ...CLIENT];
const DEFAULT_PREFIX = 'finsight';
/** After two of these without a sign of life the connection counts as lost. */
const HEARTBEAT_SECONDS = 10;

/**
 * @param address `amqp://user:password@host:port/vhost?prefix=finsight&queues=classic`, or `amqps://…` with
 *   `cacertfile`, `certfile`, `keyfile`, `verify` and `server_name_indication`.
 * @throws InvalidInputError for an address that cannot be read, and an option that is none or does not fit.
 */
export function readAmqpAddress(address: string): AmqpAddress {
  if (!URL.canParse(address))
    throw new InvalidInputError(
      `Unusable address ${redacted(address)} in EVENTS_URL; such as amqp://user:password@host:5672/vhost`,
    );
  const url = new URL(address);
  const { searchParams: options } = url;
  checkNames(url);
  const prefix = options.get('prefix') ?? DEFAULT_PREFIX;
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(prefix))
    throw wrong(`prefix=${prefix}`, 'must be 1 to 60 letters, digits, dashes or underscores');
  const queues = options.get('queues') ?? 'classic';
  if (queues !== 'classic' && queues !== 'quorum')
    throw wrong(`queues=${queues}`, 'must be classic or quorum');
  const given = new URLSearchParams(options);
  const tls = (): TlsOptions => (url.protocol === 'amqps:' ? readTls(given) : {});
  // What cannot be read is told at the start, and not when the first event comes.
  tls();
  for (const name of [...OWN, ...TLS]) options.delete(name);
  if (!options.has('heartbeat')) options.set('heartbeat', String(HEARTBEAT_SECONDS));
  return { prefix, queues, url: url.href, tls };
}

function checkNames({ protocol, searchParams }: URL): void {
  for (const name of searchParams.keys()) {
    const near = nearNames(name, KNOWN, 1)[0];
    if (!KNOWN.includes(name))
      throw new InvalidInputError(
        `Unknown option ${name} in EVENTS_URL;${near ? ` did you mean ${near}?` : ''} known: ${KNOWN.join(', ')}`,
      );
    if (TLS.includes(name) && protocol !== 'amqps:')
      throw wrong(name, 'is for TLS: give amqps:// in the place of amqp://');
  }
}

/** Relative paths start at the project's folder. */
function readTls(options: URLSearchParams): TlsOptions {
  const verify = options.get('verify') ?? 'verify_peer';
  if (verify !== 'verify_peer' && verify !== 'verify_none')
    throw wrong(`verify=${verify}`, 'must be verify_peer or verify_none');
  if (options.has('certfile') !== options.has('keyfile'))
    throw wrong(
      options.has('certfile') ? 'certfile' : 'keyfile',
      'needs the other of certfile and keyfile, too',
    );
  const tls: TlsOptions = { rejectUnauthorized: verify === 'verify_peer' };
  for (const [name, member] of Object.entries(FILES)) {
    const path = options.get(name);
    if (path !== null) tls[member] = readPem(name, path);
  }
  const servername = options.get('server_name_indication');
  return servername ? { ...tls, servername } : tls;
}

function readPem(name: string, path: string): Buffer {
  let pem: Buffer;
  try {
    pem = readFileSync(resolve(projectRoot(), path));
  } catch (error) {
    throw wrong(`${name}=${path}`, `cannot be read (${messageOf(error)})`);
  }
  if (/-----BEGIN [A-Z ]*(CERTIFICATE|PRIVATE KEY)-----/.test(pem.toString('latin1'))) return pem;
  throw wrong(`${name}=${path}`, 'must be a PEM file, which begins with -----BEGIN');
}

const wrong = (what: string, why: string): InvalidInputError =>
  new InvalidInputError(`${what} in EVENTS_URL ${why}`);
