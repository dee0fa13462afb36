import type { Cluster, Redis } from 'ioredis';
import { InvalidInputError, messageOf, UnreachableError } from '../domain/errors.js';
import { redacted } from './addresses.js';

export interface RedisAddress {
  /** More than one, or `cluster=on`: a cluster. */
  hosts: { host: string; port: number }[];
  cluster: boolean;
  tls: boolean;
  username?: string;
  password?: string;
  /** The number of the database; a cluster has 0 only. */
  database: number;
  /** Before every key, so that several installations can share a server. */
  prefix: string;
}

/** A server's or a cluster's connection: made at its first use, and again after a close. */
export interface RedisConnection {
  prefix: string;
  /** Runs commands; vendor errors come out as ours. */
  use<T>(work: (client: Redis | Cluster) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const FORM =
  'redis://[<user>:<password>@]<host>[:<port>][,<host>…][/<database>][?cluster=on&prefix=finsight]';
const PORT = 6379;
const CONNECT_MS = 5000;
const LONGEST_PAUSE_MS = 2000;

/** `rediss:` is with TLS. @throws InvalidInputError naming what is wrong and the right form. */
export function readRedisAddress(address: string): RedisAddress {
  const wrong = (what: string): InvalidInputError =>
    new InvalidInputError(`Unusable Redis address ${redacted(address)}: ${what}; the form is ${FORM}`);
  const match = /^(rediss?):\/\/(?:([^@/]*)@)?([^/?]+)(?:\/(\d*))?(?:\?(.*))?$/.exec(address);
  if (!match) throw wrong('it names no host');
  const [, scheme, credentials = '', list = '', database = '', query = ''] = match;
  const options = new URLSearchParams(query);
  const unknown = [...options.keys()].find((name) => !['cluster', 'prefix'].includes(name));
  if (unknown !== undefined) throw wrong(`unknown option "${unknown}", known: cluster, prefix`);
  const hosts = list.split(',').map((each) => {
    const [, host = '', port = String(PORT)] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(each) ?? [];
    if (!host) throw wrong(`"${each}" is no host`);
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  });
  const cluster = hosts.length > 1 || options.get('cluster') === 'on';
  if (cluster && Number(database) > 0) throw wrong('a cluster has database 0 only');
  const [username = '', password = ''] = credentials.split(':').map(decodeURIComponent);
  return {
    hosts,
    cluster,
    tls: scheme === 'rediss',
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    database: Number(database),
    prefix: options.get('prefix') ?? 'finsight',
  };
}

export function redisConnection(address: string): RedisConnection {
  const place = readRedisAddress(address);
  let opening: Promise<Redis | Cluster> | null = null;
  const connect = (): Promise<Redis | Cluster> => {
    if (opening) return opening;
    const made = open(place);
    opening = made;
    const forget = (): void => {
      if (opening === made) opening = null;
    };
    made.then((client) => client.once('end', forget), forget);
    return made;
  };
  return {
    prefix: place.prefix,
    async use(work) {
      try {
        return await work(await connect());
      } catch (error) {
        throw translated(redacted(address), error);
      }
    },
    async close() {
      const closing = opening;
      opening = null;
      (await closing?.catch(() => null))?.disconnect();
    },
  };
}

async function open(place: RedisAddress): Promise<Redis | Cluster> {
  const { Cluster, Redis } = await import('ioredis');
  const common = {
    connectTimeout: CONNECT_MS,
    // A command that meets a broken connection fails soon: Temporal retries it.
    maxRetriesPerRequest: 1,
    ...(place.username ? { username: place.username } : {}),
    ...(place.password ? { password: place.password } : {}),
    ...(place.tls ? { tls: {} } : {}),
  };
  const first = place.hosts[0] ?? { host: '127.0.0.1', port: PORT };
  const client = place.cluster
    ? new Cluster(place.hosts, {
        lazyConnect: true,
        redisOptions: common,
        slotsRefreshTimeout: CONNECT_MS,
        clusterRetryStrategy: (times: number) => (times > 3 ? null : 100 * times),
      })
    : new Redis({
        ...first,
        ...common,
        db: place.database,
        lazyConnect: true,
        retryStrategy: (times: number) => Math.min(times * 100, LONGEST_PAUSE_MS),
      });
  // Faults reach us through the commands; without a listener they would be printed, too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.disconnect();
    throw error;
  }
}

const UNREACHABLE =
  /ECONN|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EPIPE|EAI_AGAIN|Connection is closed|max retries|Failed to refresh slots|All sentinels|CLUSTERDOWN|LOADING|MASTERDOWN|READONLY|TRYAGAIN|OOM|BUSY|timed? ?out|None of startup nodes/i;

/** Redis's and the client's errors as ours, without the password; others pass through. */
function translated(address: string, error: unknown): unknown {
  const inner = (error as { lastNodeError?: unknown; previousErrors?: unknown[] } | null) ?? {};
  const text = [error, inner.lastNodeError, inner.previousErrors?.at(-1)]
    .filter((each) => each !== undefined)
    .map(messageOf)
    .join(': ');
  if (/WRONGPASS|NOAUTH|NOPERM/.test(text))
    return new UnreachableError(`Redis at ${address} refuses this user: ${text}`);
  if (UNREACHABLE.test(text)) return new UnreachableError(`Redis at ${address} does not answer: ${text}`);
  return error;
}
