import { createActivities } from '../activities/index.js';
import type { Config } from '../adapters/config.js';
import { openPorts } from '../adapters/open.js';
import type { Ports } from '../adapters/ports.js';
import { say } from './output.js';
import { readPlatform } from './platform.js';

/** True where no platform runs on the data directory, or the caller wants none. */
export function isLocal(config: Config, asked: boolean | undefined): boolean {
  if (asked) return true;
  if (readPlatform(config.dataDir)) return false;
  say(`no platform runs on ${config.dataDir}: done in this process`);
  return true;
}

export type Steps = ReturnType<typeof createActivities>['io'];

/** The same steps that a worker runs. */
export async function inProcess<T>(config: Config, work: (steps: Steps) => Promise<T>): Promise<T> {
  const ports = openPorts(config);
  try {
    return await work(createActivities(ports).io);
  } finally {
    await ports.close();
  }
}

/** Work on the stores of the data directory themselves. */
export async function withPorts<T>(config: Config, work: (ports: Ports) => Promise<T>): Promise<T> {
  const ports = openPorts(config);
  try {
    return await work(ports);
  } finally {
    await ports.close();
  }
}
