import Database from 'libsql';
import { setTimeout as wait } from 'node:timers/promises';
import { UnreachableError } from '../../domain/errors.js';
import { translated } from '../sqlite.js';

const POLL_MS = 10;
const PATIENCE_MS = 60_000;

/** The writers of this process queue up here, so that only one of them polls the file. */
const queues = new Map<string, Promise<unknown>>();

/**
 * One writer at a time over all processes of a machine. The lock is SQLite's own on an empty file: the kernel
 * frees it when its holder dies, however it dies, so there are no stale locks to guess about.
 * @throws UnreachableError where another process holds it for a minute.
 */
export function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(path) ?? Promise.resolve()).then(() => locked(path, work));
  const settled = turn
    .catch(() => undefined)
    .then(() => {
      if (queues.get(path) === settled) queues.delete(path);
    });
  queues.set(path, settled);
  return turn;
}

async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const database = await acquire(path);
  try {
    return await work();
  } finally {
    database.close();
  }
}

/** The lock for as long as this process wants it, or null where another process holds it. */
export function lockOnce(path: string): { release(): void } | null {
  const database = tryAcquire(path);
  return database && { release: () => void database.close() };
}

function tryAcquire(path: string): InstanceType<typeof Database> | null {
  let database: InstanceType<typeof Database> | null = null;
  try {
    database = new Database(path, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return null;
    throw translated(path, error);
  }
}

async function acquire(path: string): Promise<InstanceType<typeof Database>> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const database = tryAcquire(path);
    if (database) return database;
    if (Date.now() > deadline)
      throw new UnreachableError(
        `Another process has been writing under ${path} for ${PATIENCE_MS / 1000} s`,
      );
    await wait(POLL_MS);
  }
}
