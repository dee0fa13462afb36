import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import {
  freePorts,
  HOST,
  launch,
  onPath,
  temporaryFolder,
  type ServerKind,
  type TestServer,
} from './server.js';

const missing = (): string | null =>
  onPath('redis-server') ? null : 'redis-server is not installed; run: apt install redis-server';

/** One Redis server in memory. */
export const redis: ServerKind = {
  name: 'Redis',
  quick: true,
  missing,
  async start() {
    const [port = 0] = await freePorts(1);
    return node(port, []);
  },
};

/** Three masters that share the hash slots, without replicas. */
export const redisCluster: ServerKind = {
  name: 'Redis, 3-node cluster',
  quick: true,
  missing,
  async start() {
    const ports = await freePorts(6);
    const nodes: TestServer[] = [];
    const stop = async (): Promise<void> => void (await Promise.all(nodes.map((each) => each.stop())));
    try {
      for (let i = 0; i < 3; i++) {
        const bus = ['--cluster-enabled', 'yes', '--cluster-port', String(ports[i + 3])];
        nodes.push(await node(ports[i] ?? 0, [...bus, '--cluster-node-timeout', '2000']));
      }
      const addresses = nodes.map((each) => each.address);
      const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes'];
      await promisify(execFile)('redis-cli', create, { timeout: 20_000 });
      const up = async (): Promise<void> => void (await Promise.all(ports.slice(0, 3).map(untilClusterIsUp)));
      await up();
      const kill = async (): Promise<void> => void (await Promise.all(nodes.map((each) => each.kill())));
      const restart = async (): Promise<void> => {
        await Promise.all(nodes.map((each) => each.restart()));
        await up();
      };
      return { address: addresses.join(','), kill, restart, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

function node(port: number, more: string[]): Promise<TestServer> {
  const folder = temporaryFolder('redis');
  const settings = [
    '--port',
    String(port),
    '--bind',
    HOST,
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  return launch({
    name: 'Redis',
    command: 'redis-server',
    args: [...settings, ...more],
    folder,
    address: `${HOST}:${port}`,
    ready: () => ask(port, 'PING', /^\+PONG/),
  });
}

async function untilClusterIsUp(port: number): Promise<void> {
  for (let left = 100; ; left--) {
    try {
      return await ask(port, 'CLUSTER INFO', /cluster_state:ok[\s\S]*cluster_known_nodes:3/);
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Sends one inline command; rejects where the answer is another one. */
function ask(port: number, command: string, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: HOST });
    socket.setTimeout(2000, () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.once('data', (data) => {
      socket.destroy();
      if (wanted.test(data.toString())) resolve();
      else reject(new Error(`${command} is answered by ${data.toString().slice(0, 200)}`));
    });
  });
}
