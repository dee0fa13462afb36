import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';
import { messageOf, UnreachableError } from '../domain/errors.js';
import { freePort } from './ports.js';
import { SEARCH_ATTRIBUTES } from './temporal-server.js';

export interface TimeSkippingServer {
  address: string;
  namespace: string;
  client: Client;
  pid: number;
  /** The server's clock, epoch ms: ahead of this machine's by what was skipped. */
  now(): Promise<number>;
  /** Lets its clock run on to the next timer whenever nothing else is to be done, for as long as `work` lasts. */
  skipping<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const READY_MS = 30_000;
const KEYWORD = 2;
const GRACE_MS = 5000;
const WITH_TEST_SERVICE = { [InternalConnectionOptionsSymbol]: { supportsTestService: true } };

/**
 * Starts Temporal's test server, which keeps everything in memory and can skip the waits of timers: hours of a story pass
 * in moments. It has no visibility and no schedules. @throws UnreachableError where it is missing or does not answer.
 */
export async function startTimeSkippingServer(binary: string): Promise<TimeSkippingServer> {
  if (!existsSync(binary))
    throw new UnreachableError(`No Temporal test server at ${binary}; run: node infra/bootstrap.mjs prepare`);
  const port = await freePort(0, HOST);
  const child = spawn(binary, [String(port)], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const address = `${HOST}:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(killer);
  };
  const connection = await connected(address, () => child.exitCode !== null).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const service = connection.testService;
  if (!service) throw new UnreachableError('The Temporal client offers no test service');
  const namespace = 'default';
  // An attribute that is not registered hangs a story on this server without an error.
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
  });
  return {
    address,
    namespace,
    client: new Client({ connection, namespace }),
    pid: child.pid ?? 0,
    async now() {
      const { time } = await service.getCurrentTime({});
      return Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
    },
    async skipping(work) {
      await service.unlockTimeSkipping({});
      try {
        return await work();
      } finally {
        await service.lockTimeSkipping({});
      }
    },
    async stop() {
      await connection.close();
      await stop();
    },
  };
}

async function connected(address: string, hasEnded: () => boolean): Promise<Connection> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    try {
      const options = { address, connectTimeout: 1000, ...WITH_TEST_SERVICE };
      return await Connection.connect(options);
    } catch (error) {
      if (hasEnded() || Date.now() > deadline)
        throw new UnreachableError(
          `The Temporal test server does not answer at ${address}: ${messageOf(error)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
