import { accessSync, constants, existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UnreachableError } from '../domain/errors.js';
import { fileError } from './files.js';
import { lockOnce } from './series/lock.js';

/** A start needs room for its stores' first pages and logs; with less it would die half-way. */
const LEAST_BYTES = 1024 * 1024;
const FOLDERS = ['logs', 'run'];

/**
 * Makes a data directory this process's own, after proving that it can be written.
 * The lock is the kernel's: it ends with the process, however that ends.
 * @returns null where another process holds it. @throws UnreachableError naming the path and the cure.
 */
export function claimDataDirectory(directory: string): { release(): void } | null {
  proveWritable(directory);
  return lockOnce(join(directory, 'run', 'lock'));
}

/** Makes the directory and writes what a full disk would refuse. @throws UnreachableError */
export function proveWritable(directory: string): void {
  const probe = join(directory, 'run', `probe-${process.pid}`);
  try {
    for (const name of FOLDERS) mkdirSync(join(directory, name), { recursive: true });
    try {
      writeFileSync(probe, Buffer.alloc(LEAST_BYTES));
    } finally {
      rmSync(probe, { force: true });
    }
  } catch (error) {
    throw fileError(directory, reasonOf(directory, error));
  }
}

/** Node says "no such file" where it cannot make a directory on a read-only file system: its parent tells the reason. */
function reasonOf(directory: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  let parent = directory;
  while (!existsSync(parent)) parent = dirname(parent);
  try {
    accessSync(parent, constants.W_OK);
    return error;
  } catch (reason) {
    return reason;
  }
}

export const freeBytes = (directory: string): number => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};

/** What to say where the disk below a directory has become full, else null. Never throws. */
export function fullDisk(directory: string): UnreachableError | null {
  try {
    if (freeBytes(directory) >= LEAST_BYTES) return null;
  } catch {
    return null;
  }
  return new UnreachableError(
    `Cannot use ${directory}: the disk is full: free some space and start again, the run then goes on where it stands`,
  );
}
