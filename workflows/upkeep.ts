import { workflowInfo } from '@temporalio/workflow';
import type { MoveBarsInput, MoveBarsReport, PruneInput, PruneReport } from '../activities/upkeep.js';
import type { CleanInput, CleanReport } from '../activities/cleaning.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** Moves the bars of a hybrid store that have become old; a dry run says what would be moved. */
export async function moveBars(input: MoveBarsInput): Promise<MoveBarsReport> {
  const progress = trackProgress(['plan', 'move'], input);
  const plan = await progress.run('plan', () => io.planMove(input));
  return progress.run(
    'move',
    () => io.moveAgedBars(plan),
    ({ versions, dryRun }) => (dryRun ? `${versions} would be moved` : `${versions} moved`),
  );
}

/** Removes a stream's bars that are older than so many days, with an audit entry; it is a dry run unless told otherwise. */
export async function pruneBars(input: PruneInput): Promise<PruneReport> {
  const progress = trackProgress(['plan', 'remove'], input);
  const plan = await progress.run(
    'plan',
    () => io.planPruning(input),
    ({ versions }) => `${versions} are older`,
  );
  if (plan.dryRun || plan.versions === 0) {
    progress.skip('remove', plan.dryRun ? 'a dry run' : 'nothing is older');
    return { ...plan, removed: 0 };
  }
  return progress.run(
    'remove',
    () => io.removeOldBars({ ...plan, ...asker() }),
    ({ removed }) => `${removed} removed`,
  );
}

/**
 * Removes drafts that were given up, uploads that nothing refers to, and texts of articles that may be kept no longer;
 * it is a dry run unless told otherwise.
 */
export async function cleanObjects(input: CleanInput): Promise<CleanReport & { texts: number }> {
  const progress = trackProgress(['plan', 'clean', 'texts'], input);
  const plan = await progress.run('plan', () => io.planCleaning(input));
  const report = await progress.run(
    'clean',
    () => io.removeUnused({ ...plan, ...asker() }),
    ({ drafts, uploads }) => `${drafts.count} drafts, ${uploads.count} uploads`,
  );
  const { articles: texts } = await progress.run(
    'texts',
    () => io.forgetTexts({ dryRun: plan.dryRun, ...asker() }),
    ({ articles, dryRun }) => `${articles} texts ${dryRun ? 'would be' : 'are'} removed`,
  );
  return { ...report, texts };
}

/** Who is named in the audit entry. */
function asker(): { principal: string; tenant: string } {
  const { principal = 'local', tenant = 'default' } = workflowInfo().memo as Record<string, string>;
  return { principal, tenant };
}
