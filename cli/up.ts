import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childEnvironment, type Config } from '../adapters/config.js';
import { claimDataDirectory } from '../adapters/data-directory.js';
import { openPorts } from '../adapters/open.js';
import { supervise, type Supervised } from '../adapters/processes.js';
import { readToolPaths, watchEngines, watchMlEnvironment } from '../adapters/toolchain.js';
import { InvalidInputError, UnreachableError } from '../domain/errors.js';
import { answers, freePort, namedPort } from '../infra/ports.js';
import { startTemporalServer, type TemporalServer } from '../infra/temporal-server.js';
import { say } from './output.js';
import {
  clearPlatform,
  endOrphans,
  readPlatform,
  rememberChildren,
  writePlatform,
  type PlatformState,
} from './platform.js';

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
 * them running; where one cannot start, all are ended. @throws InvalidInputError where a platform already runs on
 * this data directory, UnreachableError where the directory, a named port or Temporal cannot be used.
 */
export async function startPlatform(config: Config, options: { port?: number } = {}): Promise<Platform> {
  const claim = claimDataDirectory(config.dataDir);
  if (!claim) throw alreadyRuns(config.dataDir);
  const log = openLog(config.dataDir);
  const parts: Parts = { temporal: null, processes: [], watched: [] };
  const stop = async (): Promise<void> => {
    for (const each of parts.watched) each.stop();
    await Promise.all(parts.processes.map((each) => each.stop()));
    await parts.temporal?.stop();
    clearPlatform(config.dataDir);
    await log.close();
    claim.release();
  };
  try {
    for (const name of await endOrphans(config.dataDir))
      log.write(`ended ${name}, left by a killed platform`);
    const state = await startParts(config, { ...options, log, parts });
    const all = (): Supervised[] => [...(parts.temporal ? [parts.temporal] : []), ...parts.processes];
    const processes = (): ReturnType<Platform['processes']> =>
      all().map((each) => ({ name: each.name, pid: each.pid(), restarts: each.restarts() }));
    return { ...state, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  temporal: TemporalServer | null;
  processes: Supervised[];
  /** Workers that start as soon as their environment is there. */
  watched: { stop(): void }[];
}

interface Log {
  path: string;
  write(line: string): void;
  close(): Promise<void>;
}

async function startParts(
  config: Config,
  { port: wanted, log, parts }: { port?: number; log: Log; parts: Parts },
): Promise<PlatformState> {
  const { host } = config.api;
  // 0 asks for any free port; a port that was named is taken as it is, so that a clash is an error.
  const named = wanted ?? (config.api.portIsGiven ? config.api.port : undefined);
  const port = named ? await namedPort(named, host) : await freePort(named ?? config.api.port, host);
  await checkStores(config);
  const started = rememberChildren(config.dataDir);
  if (config.temporal.address) await checkTemporal(config.temporal.address);
  else parts.temporal = await embeddedTemporal(config, log, started('temporal'));
  const temporalAddress = parts.temporal?.address ?? config.temporal.address;
  const apiUrl = `http://${host}:${port}`;
  const env = childEnvironment(config, {
    TEMPORAL_ADDRESS: temporalAddress,
    FINSIGHT_API_PORT: String(port),
    // Each of many threads would keep what it has freed for itself.
    ...(process.platform === 'linux' ? { MALLOC_ARENA_MAX: '2' } : {}),
  });
  const node = (name: string, ...args: string[]): Supervised => {
    const flags = ['--enable-source-maps', ...heapFlags(env)];
    const spec = { name, command: process.execPath, args: [...flags, MAIN, ...args], env };
    return supervise({ ...spec, onSpawn: started(name) }, log.write);
  };
  for (const queues of WORKERS) parts.processes.push(node(`worker ${queues}`, 'worker', '--queues', queues));
  const api = node('api', 'api');
  parts.processes.push(api);
  const onReady = (each: Supervised): void => void parts.processes.push(each);
  const python = { enabled: config.ml === 'on', env, log: log.write, onReady };
  parts.watched.push(watchMlEnvironment({ ...python, onSpawn: started('train') }));
  // It holds PyTorch in memory beside the training worker, so only who asks for it has it.
  const torch = { enabled: python.enabled && /(^|[,|])\s*torchscript:/.test(config.servingUrl) };
  parts.watched.push(watchMlEnvironment({ ...python, ...torch, queue: 'torch', onSpawn: started('torch') }));
  parts.watched.push(watchEngines({ ...python, onSpawn: started('verify') }));
  const temporalUi = parts.temporal?.uiUrl() ?? null;
  const state = { pid: process.pid, apiUrl, temporalAddress, temporalUi, startedAt: Date.now() };
  writePlatform(config.dataDir, state);
  await waitUntilReady(`${apiUrl}/readyz`, { api, log });
  return state;
}

/**
 * V8 lets a heap that may reach gigabytes grow fourfold before it collects, and keeps three young spaces of 16 MB. Bars,
 * matrices and weights lie outside of it; NODE_OPTIONS says otherwise where it must.
 */
const HEAP_MB = 512;
const YOUNG_MB = 4;

const heapFlags = (env: NodeJS.ProcessEnv): string[] =>
  env['NODE_OPTIONS']?.includes('max-old-space-size')
    ? []
    : [`--max-old-space-size=${HEAP_MB}`, `--max-semi-space-size=${YOUNG_MB}`];

function alreadyRuns(dataDir: string): InvalidInputError {
  const running = readPlatform(dataDir);
  const which = running ? ` (process ${running.pid}, ${running.apiUrl})` : ' and is still starting';
  return new InvalidInputError(
    `A platform already runs on ${dataDir}${which}; stop it or give another --data-dir`,
  );
}

function openLog(dataDir: string): Log {
  const path = join(dataDir, 'logs', 'platform.log');
  const file = createWriteStream(path, { flags: 'a' });
  // A full disk must not end the platform for the sake of its log.
  file.on('error', () => undefined);
  return {
    path,
    write: (line) => void file.write(`${line}\n`),
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}

/** A store that cannot be read is told here, by its name: later it would only look like a slow start. */
async function checkStores(config: Config): Promise<void> {
  const ports = openPorts(config);
  try {
    await ports.documents.count('runs', {});
    await ports.cache.get('start');
    await ports.series.probe();
  } finally {
    await ports.close();
  }
}

const CONNECT_MS = 5000;

async function checkTemporal(address: string): Promise<void> {
  if (await answers(address, CONNECT_MS)) return;
  throw new UnreachableError(
    `No Temporal server answers at ${address} (TEMPORAL_ADDRESS); start it, or leave the variable empty to have one started`,
  );
}

function embeddedTemporal(config: Config, log: Log, onSpawn: (pid: number) => void): Promise<TemporalServer> {
  const { temporal } = readToolPaths();
  const { namespace } = config.temporal;
  return startTemporalServer({
    binary: temporal,
    dataDir: config.dataDir,
    namespace,
    log: log.write,
    onSpawn,
  });
}

const READY_MS = 60_000;
/** An API that ended this often at its start will not stand up by waiting. */
const FAILED_STARTS = 3;

async function waitUntilReady(url: string, { api, log }: { api: Supervised; log: Log }): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && api.restarts() < FAILED_STARTS) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await wait(100);
  }
  const ended = api.restarts() >= FAILED_STARTS;
  const why = ended ? `cannot start its API: ${api.lastLine()}` : `was not ready within ${READY_MS / 1000} s`;
  throw new UnreachableError(`The platform ${why}; its log is ${log.path}`);
}

/** Runs until a signal asks to end, then drains. */
export async function untilSignal(platform: Platform): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  say('stopping: running steps may finish first');
  await platform.stop();
}
