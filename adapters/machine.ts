import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, freemem, loadavg, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import type { MachineFigures } from '../domain/resources.js';
import { projectRoot } from './config.js';
import { openGpus } from './gpus.js';

/** What of this machine may decide the last bits of a computation. */
export const machineOf = (): Record<string, string> => ({
  node: process.version,
  machine: `${platform()} ${arch()}`,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
});

const LOCKS = { packagesSha256: ['package-lock.json'], pythonPackagesSha256: ['ml-pipelines', 'uv.lock'] };

/** Digests of the lock files: with them, every package of both languages is named to its bytes. */
export const lockDigests = (): Record<string, string> =>
  Object.fromEntries(Object.entries(LOCKS).map(([name, path]) => [name, digestOfFile(path)]));

function digestOfFile(path: string[]): string {
  try {
    return createHash('sha256')
      .update(readFileSync(join(projectRoot(), ...path)))
      .digest('hex');
  } catch {
    // An installation may come without the sources of the other language.
    return 'not installed';
  }
}

const gpus = openGpus();

/** What this machine, or the container that this process runs in, has and uses. */
export async function machineFigures(): Promise<MachineFigures> {
  const [load = 0] = loadavg();
  return {
    cores: availableParallelism(),
    memoryBytes: memoryBytes(),
    freeMemoryBytes: Math.min(process.availableMemory?.() ?? freemem(), memoryBytes()),
    load,
    gpus: await gpus(),
  };
}

/** Of the container, where it has a limit. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
