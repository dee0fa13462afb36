import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { environment, projectRoot } from '../../adapters/config.js';
import { messageOf, UnreachableError } from '../../domain/errors.js';
import { freePort } from '../ports.js';

/** A real server on free ports of 127.0.0.1 with its state in a temporary folder. */
export interface TestServer {
  /** `host:port`, or several, separated by commas. */
  address: string;
  /** As `kill -9` does; its folder stays. */
  kill(): Promise<void>;
  /** Starts it again on the same address and folder; what it keeps in memory only is gone. */
  restart(): Promise<void>;
  /** Ends it and removes its folder; twice without harm. */
  stop(): Promise<void>;
}

export interface ServerKind<S extends TestServer = TestServer> {
  /** With its version where we choose it. */
  name: string;
  /** Quick to install, so that CI must have it. */
  quick: boolean;
  /** Why it cannot be started here and what would help, or null. */
  missing(): string | null;
  /** @throws UnreachableError with its last lines where it does not get ready. */
  start(): Promise<S>;
}

export const HOST = '127.0.0.1';
const READY_MS = 30_000;
const LOOK_EVERY_MS = 50;
const GRACE_MS = 5000;

type Installed = 'influxd' | 'mlflow' | 'mongo-java-server' | 'nvidia-pytriton' | 'seaweedfs' | 'torchserve';

const versions = (): Record<Installed, string> =>
  JSON.parse(readFileSync(join(projectRoot(), 'infra', 'test-servers', 'versions.json'), 'utf8')) as never;

export const versionOf = (name: Installed): string => versions()[name];

/** Where install.mjs puts a server: outside the checkout, under the name of its version. */
export const placeOf = (name: Installed): string =>
  join(homedir(), '.cache', 'finsight', 'test-servers', `${name}-${versionOf(name)}`);

/** Why an installed server is not there, or null. */
export const missingAt = (name: Installed, file: string): string | null =>
  existsSync(join(placeOf(name), file))
    ? null
    : `${name} ${versionOf(name)} is not installed; run: node infra/test-servers/install.mjs ${name}`;

/** True where a command is on the PATH. */
export const onPath = (command: string): boolean =>
  (environment()['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));

/** Distinct free ports: each is held until all are found. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort(0, HOST));
  return [...ports];
}

export const temporaryFolder = (name: string): string => mkdtempSync(join(tmpdir(), `finsight-${name}-`));

export interface Launch {
  name: string;
  command: string;
  args: string[];
  /** Removed at the end. */
  folder: string;
  address: string;
  env?: Record<string, string>;
  /** Rejects as long as the server does not serve. */
  ready(): Promise<unknown>;
  /** How long it may take to get ready; left out: half a minute. */
  readyMs?: number;
}

/**
 * A killed starter runs no handler: the shell between watches the pipe that only the starter holds, and kills the
 * server at its end.
 */
export const GUARD = `exec 3<&0
"$@" <&3 & server=$!
trap 'kill -TERM $server' TERM
(cat <&3; kill -KILL $server) >/dev/null 2>&1 & watcher=$!
wait $server
code=$?
# A signal ends the first wait before the server has ended.
wait $server 2>/dev/null
kill $watcher 2>/dev/null
exit $code`;

/** Starts a process and waits until it serves. It never outlives the process that started it. */
export async function launch(wanted: Launch): Promise<TestServer> {
  const remove = (): void => rmSync(wanted.folder, { recursive: true, force: true });
  let running = await begin(wanted).catch((error: unknown) => {
    remove();
    throw error;
  });
  return {
    address: wanted.address,
    kill: () => running.kill(),
    async restart() {
      await running.kill();
      running = await begin(wanted);
    },
    async stop() {
      await running.stop();
      remove();
    },
  };
}

interface Running {
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws UnreachableError with its last lines where it does not get ready. */
async function begin(wanted: Launch): Promise<Running> {
  const child = spawn('sh', ['-c', GUARD, 'sh', wanted.command, ...wanted.args], {
    cwd: wanted.folder,
    env: { PATH: environment()['PATH'], HOME: wanted.folder, ...wanted.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const listen = (line: string): void => void (said.push(line), said.splice(0, said.length - 8));
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', listen);
  child.once('error', (error) => listen(error.message));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null || !child.pid;
  // The guard's end of the pipe closes: it kills what does not end by itself.
  const kill = async (): Promise<void> => {
    child.stdin.destroy();
    if (child.pid) await ended;
  };
  const stop = async (): Promise<void> => {
    const killer = setTimeout(() => void kill(), GRACE_MS);
    if (!hasEnded()) child.kill('SIGTERM');
    if (child.pid) await ended;
    clearTimeout(killer);
    child.stdin.destroy();
  };
  const deadline = Date.now() + (wanted.readyMs ?? READY_MS);
  for (;;) {
    const fault = await wanted.ready().then(() => null, messageOf);
    if (fault === null) return { kill, stop };
    if (hasEnded() || Date.now() > deadline) {
      await stop();
      throw new UnreachableError(
        `${wanted.name} did not get ready on ${wanted.address} (${fault}):\n${said.join('\n')}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Resolves where the address answers with a status that `good` accepts. */
export async function answers(url: string, good = (status: number): boolean => status < 500): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await response.arrayBuffer();
  if (!good(response.status)) throw new Error(`${url} answers ${response.status}`);
}
