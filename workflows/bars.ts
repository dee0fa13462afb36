import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { BarsInput, BarsPlan } from '../activities/bars.js';
import type { ImportReport } from '../activities/bars/files.js';
import type { ImportObjectInput, ResampleReport, TransformInput } from '../activities/bars/transform.js';
import type { BarsReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** What a continued run knows of the one before; nobody else sets it. */
interface Resumed {
  plan: BarsPlan;
  cursor: number;
  stored: number;
}

/** Brings a stream's bars of a window into the store and measures how complete they are. */
export async function collectBars(input: BarsInput & { resumed?: Resumed }): Promise<BarsReport> {
  const { resumed } = input;
  const progress = trackProgress(['plan', 'collect', 'coverage'], input);
  const plan = await progress.run('plan', async () => resumed?.plan ?? (await io.resolveBars(input)));
  progress.label({ Source: plan.source.kind });
  let cursor: number | null = resumed?.cursor ?? plan.from;
  let stored = resumed?.stored ?? 0;
  await progress.run('collect', async () => {
    while (cursor !== null) {
      const chunk: { stored: number; next: number | null } = await io.fetchBars({ ...plan, cursor });
      stored += chunk.stored;
      cursor = chunk.next;
      progress.note('collect', noteOf(stored, cursor));
      if (cursor !== null && workflowInfo().continueAsNewSuggested)
        await continueAsNew<typeof collectBars>({ ...input, resumed: { plan, cursor, stored } });
    }
  });
  const coverage = await progress.run(
    'coverage',
    () => io.measureCoverage(plan),
    ({ expected, missing }) => `${expected - missing} of ${expected} bars`,
  );
  // Corrections are records, too, but no further bars.
  return { ...coverage, stored: Math.max(stored, coverage.stored) };
}

const noteOf = (stored: number, cursor: number | null): string =>
  `${stored} new bars${cursor === null ? '' : `, at ${new Date(cursor).toISOString()}`}`;
/** ETL: puts a file of bars that was stored as an object into a stream, or makes longer bars of a stored one. */
export async function transformBars(
  input: TransformInput | ImportObjectInput,
): Promise<ResampleReport | ImportReport> {
  const progress = trackProgress(['transform'], input);
  return progress.run('transform', (): Promise<ResampleReport | ImportReport> =>
    'object' in input ? io.importBarsObject(input) : io.resampleStoredBars(input),
  );
}
