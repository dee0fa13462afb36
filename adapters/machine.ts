import { arch, availableParallelism, cpus, freemem, loadavg, platform, totalmem } from 'node:os';
import type { MachineFigures } from '../domain/resources.js';
import { openGpus } from './gpus.js';

/** What of this machine may decide the last bits of a computation. */
export const machineOf = (): Record<string, string> => ({
  node: process.version,
  machine: `${platform()} ${arch()}`,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
});

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
