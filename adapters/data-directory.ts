import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  try {
    for (const name of FOLDERS) mkdirSync(join(directory, name), { recursive: true });
    prove(join(directory, 'run', `probe-${process.pid}`));
  } catch (error) {
    throw fileError(directory, error);
  }
  return lockOnce(join(directory, 'run', 'lock'));
}

/** Writes what a full disk would refuse, and takes it away again. */
function prove(probe: string): void {
  try {
    writeFileSync(probe, Buffer.alloc(LEAST_BYTES));
  } finally {
    rmSync(probe, { force: true });
  }
}
