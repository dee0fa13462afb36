import { workflowInfo } from '@temporalio/workflow';
import type { MoveBarsInput, MoveBarsReport, PruneInput, PruneReport } from '../activities/upkeep.js';
import type { CleanInput, CleanReport } from '../activities/cleaning.js';
import type { ArtifactsReport } from '../activities/registry/cleaning.js';
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
 * Removes drafts that were given up, uploads that nothing refers to, texts of articles that may be kept no longer, and
 * archives and removes versions of models that nothing points to; it is a dry run unless told otherwise.
 */
export async function cleanObjects(input: CleanInput): Promise<CleanedReport> {
  const progress = trackProgress(['plan', 'clean', 'texts', 'artifacts'], input);
  const plan = await progress.run('plan', () => io.planCleaning(input));
  const report = await (input.only ? leftOut(progress) : cleanStores(progress, plan));
  const artifacts = await progress.run(
    'artifacts',
    () => io.removeArtifacts({ ...plan, ...asker() }),
    ({ archived, versions, objects }) =>
      `${archived.count} versions archived, ${versions.count} removed, ${objects.count} objects`,
  );
  return { dryRun: plan.dryRun, ...report, artifacts };
}

type Progress = ReturnType<typeof trackProgress>;

interface CleanedReport extends Partial<CleanReport> {
  dryRun: boolean;
  texts?: number;
  artifacts: ArtifactsReport;
}

async function leftOut(progress: Progress): Promise<object> {
  for (const step of ['clean', 'texts']) progress.skip(step, 'not asked for');
  return {};
}

async function cleanStores(
  progress: Progress,
  plan: Awaited<ReturnType<typeof io.planCleaning>>,
): Promise<CleanReport & { texts: number }> {
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
