import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { supervise, type Supervised } from '../adapters/processes.js';
import { DataQualityError, messageOf, UnreachableError } from '../domain/errors.js';
import { freePort } from './ports.js';

/** Registered as Keyword: stories set them, and an unregistered one would hang a workflow. */
export const SEARCH_ATTRIBUTES = [
  'Symbol',
  'Timeframe',
  'JobKind',
  'Stage',
  'ModelName',
  'ModelVersion',
  'Source',
] as const;

/**
 * A free worker gets the most urgent task that waits, and of one urgency tenants take turns by weight. Both are exact within
 * a partition only, so tasks are written to one; those that an earlier version left in others are still read.
 */
export const FAIR_QUEUES = {
  'matching.useNewMatcher': 'true',
  'matching.enableFairness': 'true',
  'matching.numTaskqueueWritePartitions': '1',
} as const;

/** The same as arguments of the dev server. */
export const fairArguments = (): string[] =>
  Object.entries(FAIR_QUEUES).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);

/** The dev server's own 24 h would forget what a week's report refers to. */
const RETENTION = '720h';
const READY_MS = 30_000;
const LOOK_EVERY_MS = 150;
/** A server that ended this often at its start does not come by waiting. */
const FAILED_STARTS = 3;
const HOST = '127.0.0.1';

export interface TemporalServerOptions {
  /** The `temporal` executable. */
  binary: string;
  /** The server's SQLite file lies in its folder `temporal`. */
  dataDir: string;
  /** Any free one unless given. */
  port?: number;
  uiPort?: number;
  namespace: string;
  log: (line: string) => void;
  onSpawn?: (pid: number) => void;
}

export interface TemporalServer extends Supervised {
  address: string;
  uiUrl(): string;
}

/**
 * Starts a Temporal server on loopback with its state in a file, and keeps it running: killed, it comes
 * back on the same ports with the same runs.
 * @throws UnreachableError where the binary is missing, a wanted port is taken, or it is not healthy in 30 s.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  if (!existsSync(options.binary))
    throw new UnreachableError(
      `No Temporal binary at ${options.binary}; run: node infra/bootstrap.mjs prepare`,
    );
  const port = await portOf(options.port, 'Temporal');
  const uiPort = await portOf(options.uiPort, 'the Temporal UI');
  const folder = join(options.dataDir, 'temporal');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'temporal.db');
  const recent: string[] = [];
  const log = (line: string): void => {
    recent.push(line);
    if (recent.length > 5) recent.shift();
    options.log(line);
  };
  const args = serverArguments({
    port,
    uiPort,
    file,
    namespace: options.namespace,
  });
  const spec = { name: 'temporal', command: options.binary, args, env: SERVER_ENVIRONMENT };
  const server = supervise({ ...spec, ...(options.onSpawn ? { onSpawn: options.onSpawn } : {}) }, log);
  const address = `${HOST}:${port}`;
  try {
    await waitUntilHealthy({ binary: options.binary, address, namespace: options.namespace, server });
  } catch (error) {
    await server.stop();
    if (recent.some((line) => UNSOUND.test(line))) throw unsound(file);
    const said = recent.length > 0 ? ` Its last lines:\n${recent.join('\n')}` : '';
    throw new UnreachableError(
      `Temporal was not healthy on ${address} in ${READY_MS / 1000} s: ${messageOf(error)}.${said}`,
    );
  }
  return { ...server, address, uiUrl: () => `http://${HOST}:${uiPort}` };
}

/** What the server says of a damaged file. */
const UNSOUND = /not a database|malformed|SQLITE_(?:NOTADB|CORRUPT)/i;

const unsound = (file: string): DataQualityError =>
  new DataQualityError(
    `${file}, which holds Temporal's runs, is not a sound SQLite file; restore it, or move it aside: bars, articles and models are not in it`,
  );

async function portOf(wanted: number | undefined, owner: string): Promise<number> {
  const port = await freePort(wanted ?? 0, HOST);
  if (wanted === undefined || wanted === 0 || port === wanted) return port;
  throw new UnreachableError(`Port ${wanted} for ${owner} is in use on ${HOST}; free it or choose another`);
}

function serverArguments(
  server: Record<'port' | 'uiPort', number> & Record<'file' | 'namespace', string>,
): string[] {
  const settings = {
    '--ip': HOST,
    '--port': String(server.port),
    '--ui-port': String(server.uiPort),
    '--db-filename': server.file,
    '--namespace': server.namespace,
    '--log-level': 'error',
    '--log-format': 'json',
  };
  return [
    'server',
    'start-dev',
    '--ui-disable-news-fetch',
    ...Object.entries(settings).flat(),
    ...fairArguments(),
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
}

/** The server takes all settings from its arguments: no profile or address of the user's must reach it. */
const NO_ENVIRONMENT = {};
/** Collects garbage when the heap has grown by half, not when it has doubled: it serves one machine, mostly idle. */
const SERVER_ENVIRONMENT = { GOGC: '50' };

/** Setting the retention needs the namespace, so its success says that the server serves. */
async function waitUntilHealthy(server: {
  binary: string;
  address: string;
  namespace: string;
  server: Supervised;
}): Promise<void> {
  const run = promisify(execFile);
  const args = ['operator', 'namespace', 'update', '--address', server.address, '-n', server.namespace];
  const deadline = Date.now() + READY_MS;
  for (;;) {
    try {
      await run(server.binary, [...args, '--retention', RETENTION], { timeout: 5000, env: NO_ENVIRONMENT });
      return;
    } catch (error) {
      if (Date.now() > deadline || server.server.restarts() >= FAILED_STARTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
