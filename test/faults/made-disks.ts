import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../adapters/directories.js';
import { atEnd } from '../at-end.js';

/** Why no small or read-only file system can be made here, or null: only root may mount, and not everywhere. */
export const noMount = ((): string | null => {
  if (process.platform !== 'linux') return 'mounting a tmpfs needs Linux';
  sweep();
  const place = newPlace();
  const tried = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { encoding: 'utf8' });
  if (tried.status !== 0) return 'mounting a tmpfs needs root';
  unmount(place);
  return null;
})();

/** A file system of its own, `options` as of mount: `size=1m`, `ro`. Unmounted after the file's tests. */
export function madeDisk(options: string): { path: string; remount(options: string): void } {
  const path = newPlace();
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  const guard = guarded(path);
  atEnd(() => {
    unmount(path);
    guard.release();
  });
  return { path, remount: (changed) => void execFileSync('mount', ['-o', `remount,${changed}`, path]) };
}

/** The name tells whose disk it is, for the sweep. */
function newPlace(): string {
  const path = join(temporaryDirectory(), `disk-${process.pid}`);
  mkdirSync(path);
  return path;
}

/** Lazily: a file that is still open in it must not keep it mounted. */
function unmount(path: string): void {
  spawnSync('umount', ['-l', path]);
}

/** A killed process runs no hook: a shell beside it sees the end of the pipe that only this process holds. */
function guarded(path: string): { release(): void } {
  const script = 'cat >/dev/null; umount -l "$1"; rm -rf --one-file-system "$2"';
  const child = spawn('sh', ['-c', script, 'sh', path, dirname(path)], {
    // In a group of its own: what kills the tests' group must not kill what cleans up.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  return { release: () => child.stdin.destroy() };
}

/** Takes away the disks of processes that are gone, should their guard have been killed, too. */
function sweep(): void {
  const mounted = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  for (const line of mounted) {
    const path = line.split(' ')[1] ?? '';
    const owner = /\/finsight-test-[^/]+\/disk-(\d+)$/.exec(path)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    unmount(path);
    rmSync(dirname(path), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
