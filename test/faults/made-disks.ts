import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { temporaryDirectory } from '../adapters/directories.js';

/** Why no small or read-only file system can be made here, or null: only root may mount, and not everywhere. */
export const noMount = ((): string | null => {
  if (process.platform !== 'linux') return 'mounting a tmpfs needs Linux';
  const place = join(temporaryDirectory(), 'probe');
  mkdirSync(place);
  const tried = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { encoding: 'utf8' });
  if (tried.status !== 0) return 'mounting a tmpfs needs root';
  execFileSync('umount', [place]);
  return null;
})();

/** A file system of its own, `options` as of mount: `size=1m`, `ro`. Unmounted after the file's tests. */
export function madeDisk(options: string): { path: string; remount(options: string): void } {
  const path = join(temporaryDirectory(), 'disk');
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  afterAll(() => void spawnSync('umount', ['-l', path]));
  return { path, remount: (changed) => void execFileSync('mount', ['-o', `remount,${changed}`, path]) };
}
