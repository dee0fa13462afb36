import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { describe, expect, it } from 'vitest';
import { influxdb } from '../../infra/test-servers/influxdb.js';
import { mlflow } from '../../infra/test-servers/mlflow.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { rabbitmq } from '../../infra/test-servers/rabbitmq.js';
import { redis, redisCluster } from '../../infra/test-servers/redis.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { freePorts, GUARD, launch, temporaryFolder } from '../../infra/test-servers/server.js';

const listens = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = createConnection({ host: host ?? '', port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    setTimeout(() => socket.destroy(), 200);
  });

describe.each(
  [redis, redisCluster, rabbitmq, mongo, seaweedfs, influxdb, mlflow].map(
    (kind) => [kind.name, kind] as const,
  ),
)('%s', (_, kind) => {
  const reason = kind.missing();
  it.skipIf(reason !== null)(`starts on free ports and is gone afterwards ${reason ?? ''}`, async () => {
    const started = performance.now();
    const server = await kind.start();
    process.stderr.write(`${kind.name} ready in ${Math.round(performance.now() - started)} ms\n`);
    for (const address of server.address.split(',')) expect(await listens(address)).toBe(true);
    await server.stop();
    await server.stop();
    for (const address of server.address.split(',')) expect(await listens(address)).toBe(false);
  });
});

it('a server does not outlive a starter that is killed', async () => {
  const guarded = ['-c', GUARD, 'sh', 'sh', '-c', 'echo $$; exec sleep 300'];
  const script = `const { spawn } = require('node:child_process');
    spawn('sh', ${JSON.stringify(guarded)}, { stdio: ['pipe', 1, 1] }); setInterval(() => {}, 1000)`;
  const starter = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(starter.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const runs = (): boolean => existsSync(`/proc/${pid}`);
  expect(runs()).toBe(true);
  starter.kill('SIGKILL');
  await expect.poll(runs, { timeout: 5000 }).toBe(false);
});

it('a server that ends at once is reported with its last words, and its folder is removed', async () => {
  const folder = temporaryFolder('broken');
  const [port] = await freePorts(1);
  const script = 'echo "wrong setting x" >&2; exit 3';
  const broken = launch({
    name: 'broken',
    command: 'sh',
    args: ['-c', script],
    folder,
    address: `127.0.0.1:${port}`,
    ready: async () => {
      throw new Error('not there');
    },
  });
  await expect(broken).rejects.toThrow(
    /broken did not get ready on 127.0.0.1:\d+ \(not there\):\nwrong setting x/,
  );
  expect(existsSync(folder)).toBe(false);
});
