import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Certificate } from './certificates.js';
import {
  freePorts,
  HOST,
  launch,
  onPath,
  temporaryFolder,
  type ServerKind,
  type TestServer,
} from './server.js';

/** Debian's wrapper changes the user, the home and the folder; what it wraps does as it is told. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
/** One scheduler that sleeps when it has nothing to do: two of them would spin on a small machine. */
const QUIET = '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none';

/** One RabbitMQ node with its own port mapper, which ends with it; users `guest` and `guest`, from this machine only. */
export const rabbitmq: ServerKind = {
  name: 'RabbitMQ',
  quick: true,
  missing: () =>
    existsSync(SERVER) && onPath('epmd')
      ? null
      : 'rabbitmq-server is not installed; run: node infra/test-servers/install.mjs rabbitmq',
  start: () => startNode(null),
};

/** What a broker that speaks TLS only shows, and what it wants of its clients. */
export interface BrokerTls extends Certificate {
  /** By which certificates of clients are judged. */
  ca: string;
  /** Whether a client must have one. */
  wantsClient: boolean;
}

/** The same with TLS at its port, and nothing else. */
export const rabbitmqTls = (tls: BrokerTls): ServerKind => ({
  ...rabbitmq,
  name: 'RabbitMQ with TLS',
  start: () => startNode(tls),
});

async function startNode(tls: BrokerTls | null): Promise<TestServer> {
  const [port = 0, nodes = 0, mapper = 0] = await freePorts(3);
  const folder = temporaryFolder('rabbitmq');
  const home = join(folder, 'home');
  mkdirSync(home);
  if (tls) writeFileSync(join(folder, 'own.conf'), configOf(tls, port));
  const epmd = await launch({
    name: 'epmd',
    command: 'epmd',
    args: ['-port', String(mapper), '-address', HOST],
    folder: temporaryFolder('epmd'),
    address: `${HOST}:${mapper}`,
    ready: () => listens(mapper),
  });
  const broker = await launch({
    name: 'RabbitMQ',
    command: SERVER,
    args: [],
    folder,
    address: `${HOST}:${port}`,
    env: {
      HOME: home,
      LANG: 'C.UTF-8',
      ERL_EPMD_PORT: String(mapper),
      RABBITMQ_NODENAME: `finsight${port}@localhost`,
      // They would add a port without TLS.
      ...(tls ? {} : { RABBITMQ_NODE_IP_ADDRESS: HOST, RABBITMQ_NODE_PORT: String(port) }),
      RABBITMQ_DIST_PORT: String(nodes),
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_CONF_ENV_FILE: join(folder, 'none.conf'),
      RABBITMQ_CONFIG_FILE: join(folder, tls ? 'own.conf' : 'none'),
      RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: QUIET,
      // The node replaces the shell that starts it, so that a signal reaches it.
      RABBITMQ_ALLOW_INPUT: 'yes',
      RABBITMQ_SERVER_START_ARGS: '-noinput',
    },
    ready: () => greets(port, tls),
  }).catch(async (error: unknown) => {
    await epmd.stop();
    throw error;
  });
  return {
    ...broker,
    async stop() {
      await broker.stop();
      await epmd.stop();
    },
  };
}

const configOf = ({ ca, cert, key, wantsClient }: BrokerTls, port: number): string => `listeners.tcp = none
listeners.ssl.1 = ${HOST}:${port}
ssl_options.cacertfile = ${ca}
ssl_options.certfile = ${cert}
ssl_options.keyfile = ${key}
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = ${wantsClient}
`;

const listens = (port: number): Promise<void> => ask(connect({ port, host: HOST }), '', 0);

/** A broker that serves answers the protocol's header with a method frame. */
const greets = (port: number, tls: BrokerTls | null): Promise<void> =>
  ask(tls ? secured(port, tls) : connect({ port, host: HOST }), 'AMQP\0\0\x09\x01', 1);

const secured = (port: number, { ca, cert, key }: BrokerTls): Socket =>
  connectTls({ port, host: HOST, ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) });

function ask(socket: Socket, words: string, frame: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error): void => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.setTimeout(2000, () => end(new Error('no answer')));
    socket.once('error', reject);
    const ready = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
    socket.once(ready, () => (words === '' ? end() : socket.write(words)));
    socket.once('data', (data) => end(data[0] === frame ? undefined : new Error(`answers ${data[0]}`)));
    socket.once('end', () => end(new Error('closes the connection')));
  });
}
