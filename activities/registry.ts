import type { Ports } from '../adapters/ports.js';
import { synchronise, type SyncInput, type SyncReport } from './registry/reconciling.js';

/** Steps of the registry beside the platform; publishing itself is a loop of activities/events/loops.ts. */
export const registryMirrorSteps = (ports: Ports) => ({
  /** See synchronise. */
  compareRegistry: (input: SyncInput): Promise<SyncReport> => synchronise(ports, input),
});
