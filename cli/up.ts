import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment, type Config } from '../adapters/config.js';
import { supervise, type Supervised } from '../adapters/processes.js';
import { readToolPaths, watchMlEnvironment } from '../adapters/toolchain.js';
import { InvalidInputError, UnreachableError } from '../domain/errors.js';
import { freePort } from '../infra/ports.js';
import { startTemporalServer, type TemporalServer } from '../infra/temporal-server.js';
import { say } from './output.js';
import { clearPlatform, readPlatform, writePlatform, type PlatformState } from './platform.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** Queues by process: stories and waiting in one, computing in the other, so that neither starves. */
const WORKERS = ['finsight,io,live', 'cpu,gpu'];

export interface Platform extends PlatformState {
  stop(): Promise<void>;
  /** Process names with pid and restarts: what `doctor` and the chaos bench look at. */
  processes(): { name: string; pid: number | null; restarts: number }[];
}

/**
 * Starts Temporal (unless an address is configured), the workers, the API and the training worker, and keeps
 * them running. @throws InvalidInputError where a platform already runs on this data directory.
 */
export async function startPlatform(config: Config, options: { port?: number } = {}): Promise<Platform> {
  const running = readPlatform(config.dataDir);
  if (running)
    throw new InvalidInputError(
      `A platform already runs on ${config.dataDir} (process ${running.pid}, ${running.apiUrl}); stop it or give another --data-dir`,
    );
  mkdirSync(join(config.dataDir, 'logs'), { recursive: true });
  const logFile = createWriteStream(join(config.dataDir, 'logs', 'platform.log'), { flags: 'a' });
  const log = (line: string): void => void logFile.write(`${line}\n`);
  const temporal = config.temporal.address ? null : await embeddedTemporal(config, log);
  const temporalAddress = temporal?.address ?? config.temporal.address;
  // 0 asks for any free port; a port that was named is taken as it is, so that a clash is an error.
  const port = options.port || (await freePort(options.port ?? config.api.port, config.api.host));
  const apiUrl = `http://${config.api.host}:${port}`;
  const env = childEnvironment(config, {
    TEMPORAL_ADDRESS: temporalAddress,
    FINSIGHT_API_PORT: String(port),
  });
  const node = (name: string, ...args: string[]): Supervised =>
    supervise({ name, command: process.execPath, args: ['--enable-source-maps', MAIN, ...args], env }, log);
  const processes = [
    ...WORKERS.map((queues) => node(`worker ${queues}`, 'worker', '--queues', queues)),
    node('api', 'api'),
  ];
  const ml = watchMlEnvironment({
    enabled: config.ml === 'on',
    env,
    log,
    onReady: (each) => processes.push(each),
  });
  const state = {
    pid: process.pid,
    apiUrl,
    temporalAddress,
    temporalUi: temporal?.uiUrl() ?? null,
    startedAt: Date.now(),
  };
  writePlatform(config.dataDir, state);
  await waitUntilReady(`${apiUrl}/readyz`, join(config.dataDir, 'logs', 'platform.log'));

  return {
    ...state,
    processes: () => [
      ...(temporal ? [{ name: 'temporal', pid: temporal.pid(), restarts: temporal.restarts() }] : []),
      ...processes.map((each) => ({ name: each.name, pid: each.pid(), restarts: each.restarts() })),
    ],
    async stop() {
      ml.stop();
      await Promise.all(processes.map((each) => each.stop()));
      await temporal?.stop();
      clearPlatform(config.dataDir);
      await new Promise((resolve) => logFile.end(resolve));
    },
  };
}

async function embeddedTemporal(config: Config, log: (line: string) => void): Promise<TemporalServer> {
  const { temporal } = readToolPaths();
  const { namespace } = config.temporal;
  return startTemporalServer({ binary: temporal, dataDir: config.dataDir, namespace, log });
}

const READY_MS = 60_000;

async function waitUntilReady(url: string, logPath: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new UnreachableError(`The platform was not ready within ${READY_MS / 1000} s; its log is ${logPath}`);
}

/** Runs until a signal asks to end, then drains. */
export async function untilSignal(platform: Platform): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  say('stopping: running steps may finish first');
  await platform.stop();
}
