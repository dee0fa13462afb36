import type { SyncInput, SyncReport } from '../activities/registry/reconciling.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** Finds what the registry beside the platform lacks; what is found is then published, in its time. */
export async function syncRegistry(input: SyncInput): Promise<SyncReport> {
  const progress = trackProgress(['compare'], input);
  return progress.run(
    'compare',
    () => io.compareRegistry(input),
    ({ missing, missingLeftOut }) => `${missing.length + missingLeftOut} missing`,
  );
}
