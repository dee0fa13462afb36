import { existsSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePorts, HOST, launch, onPath, temporaryFolder, type ServerKind } from './server.js';

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
  async start() {
    const [port = 0, nodes = 0, mapper = 0] = await freePorts(3);
    const folder = temporaryFolder('rabbitmq');
    const home = join(folder, 'home');
    mkdirSync(home);
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
        RABBITMQ_NODE_IP_ADDRESS: HOST,
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_DIST_PORT: String(nodes),
        RABBITMQ_MNESIA_BASE: join(folder, 'data'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_LOGS: '-',
        RABBITMQ_CONF_ENV_FILE: join(folder, 'none.conf'),
        RABBITMQ_CONFIG_FILE: join(folder, 'none'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: QUIET,
        // The node replaces the shell that starts it, so that a signal reaches it.
        RABBITMQ_ALLOW_INPUT: 'yes',
        RABBITMQ_SERVER_START_ARGS: '-noinput',
      },
      ready: () => greets(port),
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
  },
};

const listens = (port: number): Promise<void> => ask(port, '', 0);

/** A broker that serves answers the protocol's header with a method frame. */
const greets = (port: number): Promise<void> => ask(port, 'AMQP\0\0\x09\x01', 1);

function ask(port: number, words: string, frame: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: HOST });
    const end = (error?: Error): void => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.setTimeout(2000, () => end(new Error('no answer')));
    socket.once('error', reject);
    socket.once('connect', () => (words === '' ? end() : socket.write(words)));
    socket.once('data', (data) => end(data[0] === frame ? undefined : new Error(`answers ${data[0]}`)));
    socket.once('end', () => end(new Error('closes the connection')));
  });
}
