import { arch, cpus, platform } from 'node:os';

/** What of this machine may decide the last bits of a computation. */
export const machineOf = (): Record<string, string> => ({
  node: process.version,
  machine: `${platform()} ${arch()}`,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
});
