import type { BarsInput } from '../activities/bars.js';
import type { ImportReport } from '../activities/bars/files.js';
import type { ImportObjectInput, ResampleReport, TransformInput } from '../activities/bars/transform.js';
import type { BarsReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** Brings a stream's bars of a window into the store and measures how complete they are. */
export async function collectBars(input: BarsInput): Promise<BarsReport> {
  const progress = trackProgress(['plan', 'collect', 'coverage']);
  const plan = await progress.run('plan', () => io.resolveBars(input));
  let cursor: number | null = plan.from;
  let stored = 0;
  await progress.run('collect', async () => {
    while (cursor !== null) {
      const chunk: { stored: number; next: number | null } = await io.fetchBars({ ...plan, cursor });
      stored += chunk.stored;
      cursor = chunk.next;
      progress.note('collect', `${stored} new bars`);
    }
  });
  const coverage = await progress.run('coverage', () => io.measureCoverage(plan));
  return { ...coverage, stored };
}

/** ETL: puts a file of bars that was stored as an object into a stream, or makes longer bars of a stored one. */
export async function transformBars(
  input: TransformInput | ImportObjectInput,
): Promise<ResampleReport | ImportReport> {
  const progress = trackProgress(['transform']);
  return progress.run('transform', (): Promise<ResampleReport | ImportReport> =>
    'object' in input ? io.importBarsObject(input) : io.resampleStoredBars(input),
  );
}
