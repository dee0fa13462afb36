import { appendFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import type { ServerKind, TestServer } from '../infra/test-servers/server.js';

/**
 * A real server for the tests of this file, or null where it cannot be started: the reason is then shown and its
 * tests are skipped. In CI a server that is quick to install must be there.
 * @param suite what is tested against it, such as `series mongodb:`; for the list at the end of a run.
 */
export async function realServer<S extends TestServer>(
  suite: string,
  kind: ServerKind<S>,
): Promise<{ server: S; reason: null } | { server: null; reason: string }> {
  const reason = kind.missing();
  if (reason !== null && kind.quick && process.env['CI'] === 'true')
    throw new Error(`${suite} must be tested in CI: ${reason}`);
  note(suite, outcomeOf(kind, reason));
  if (reason !== null) return { server: null, reason };
  const server = await kind.start();
  afterAll(() => server.stop());
  return { server, reason };
}

/** One way in which a port's contract is tested. */
export interface Backend {
  /** Of the registry: every scheme of it must have a backend. */
  scheme: string;
  /** Where it is more than the scheme. */
  name?: string;
  server?: ServerKind;
  /** The address of an empty store; `address` is the server's. */
  fresh(address: string): string;
}

export interface ReadyBackend extends Backend {
  name: string;
  /** Why its tests are skipped, or null. */
  reason: string | null;
  open(): string;
}

/** Starts the servers of a port's backends, each once. */
export async function readyBackends<T extends Backend>(
  port: string,
  backends: T[],
): Promise<(T & ReadyBackend)[]> {
  const started = new Map<ServerKind, ReturnType<typeof realServer>>();
  const ready: (T & ReadyBackend)[] = [];
  for (const backend of backends) {
    const { server: kind, name = `${backend.scheme}:` } = backend;
    const suite = `${port} ${name}`;
    const before = kind && started.get(kind);
    if (kind && before) note(suite, outcomeOf(kind, (await before).reason));
    const starting = before ?? (kind && realServer(suite, kind));
    if (kind && starting) started.set(kind, starting);
    const { server, reason } = (await starting) ?? { server: null, reason: null };
    ready.push({ ...backend, name, reason, open: () => backend.fresh(server?.address ?? '127.0.0.1:1') });
  }
  return ready;
}

let stores = 0;
/** A name that no other store of this run has. */
export const newName = (): string => `store${process.pid}x${++stores}`;

const outcomeOf = (kind: ServerKind, reason: string | null): string =>
  reason === null ? `ran against ${kind.name}` : `SKIPPED: ${reason}`;

/** `npm test` prints these lines before its summary; alone they go to the terminal. */
function note(suite: string, outcome: string): void {
  const line = `${suite} ${outcome}\n`;
  const report = process.env['FINSIGHT_SERVERS_REPORT'];
  if (report) appendFileSync(report, line);
  else process.stderr.write(line);
}
