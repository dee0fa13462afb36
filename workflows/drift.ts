import { isCancellation, patched } from '@temporalio/workflow';
import type { DatasetSummary } from '../activities/dataset.js';
import type { DriftInput, DriftPlan } from '../activities/drift.js';
import type { DriftRef } from '../activities/drift/keeping.js';
import type { RetrainingInput, RetrainingPlan } from '../activities/retraining.js';
import type { DriftDecision, DriftPolicy, RecentComparison } from '../domain/drift/retraining.js';
import { modelLabels } from '../domain/labels.js';
import type { DeploymentReport, TrainingReport } from '../domain/research.js';
import { runChild } from './children.js';
import { deployModel } from './deployment.js';
import { evaluateModel } from './evaluation.js';
import { causeOf, trackProgress, type Progress } from './progress.js';
import { cpu, gpu, io } from './steps.js';
import { buildDataset, trainModel } from './training.js';

export interface WatchInput extends DriftInput {
  /** What is done where drift is found; left out: alert. */
  policy?: DriftPolicy;
  coolDownHours?: number;
}

export interface WatchReport {
  stream: string;
  /** Why there was nothing to look at; null where there was. */
  idle: string | null;
  reports: (DriftRef & { decision: DriftDecision })[];
  retrained: RetrainingReport[];
  /** Champions that could not be looked at, such as those of other features; the others are. */
  failures: { model: string; reason: string }[];
}

export interface RetrainingReport {
  champion: string;
  challenger: string;
  decision: 'promoted' | 'rejected' | 'kept' | 'proposed';
  reasons: string[];
  comparison: RecentComparison;
}

/** Has what a stream's champions see, how they err or what they promise moved? By policy they are trained anew. */
export async function watchDrift(input: WatchInput): Promise<WatchReport> {
  const { policy, coolDownHours, ...asked } = input;
  const progress = trackProgress(['plan', 'measure', 'decide', 'retrain'], input);
  const plan = await progress.run(
    'plan',
    () => io.planDrift(asked),
    (found) => ('idle' in found ? found.idle : `${found.champions.length} champions`),
  );
  if ('idle' in plan) {
    for (const step of ['measure', 'decide', 'retrain']) progress.skip(step, plan.idle);
    return { stream: plan.stream, idle: plan.idle, reports: [], retrained: [], failures: [] };
  }
  const { refs, failures } = await progress.run(
    'measure',
    () => measureAll(plan),
    ({ refs }) => refs.map(({ model, verdict }) => `${model}: ${verdict}`).join(', '),
  );
  const reports = await progress.run(
    'decide',
    () =>
      decideAll(refs, { policy: policy ?? 'alert', ...(coolDownHours !== undefined && { coolDownHours }) }),
    (decided) => decided.map(({ decision }) => decision.action).join(', '),
  );
  const due = reports.filter(({ decision }) => decision.action === 'retrain');
  if (due.length === 0) progress.skip('retrain', 'not asked for');
  const retrained = due.length === 0 ? [] : await progress.run('retrain', () => retrainAll(plan, due));
  return { stream: plan.stream, idle: null, reports, retrained, failures };
}

/** One champion that cannot be looked at does not hide the others. @throws where it is the only one. */
async function measureAll({
  champions,
  ...look
}: DriftPlan): Promise<{ refs: DriftRef[]; failures: WatchReport['failures'] }> {
  const refs: DriftRef[] = [];
  const failures: WatchReport['failures'] = [];
  for (const champion of champions)
    try {
      refs.push(await cpu.measureDrift({ plan: look, ...champion }));
    } catch (error) {
      if (isCancellation(error) || champions.length === 1) throw error;
      failures.push({ model: champion.model, reason: causeOf(error) });
    }
  return { refs, failures };
}

async function decideAll(
  refs: DriftRef[],
  rule: { policy: DriftPolicy; coolDownHours?: number },
): Promise<WatchReport['reports']> {
  const decided: WatchReport['reports'] = [];
  for (const ref of refs) {
    const { action, reason } = await io.decideOnDrift({ report: ref.id, ...rule });
    decided.push({ ...ref, decision: { action, reason } });
  }
  return decided;
}

async function retrainAll(plan: DriftPlan, due: DriftRef[]): Promise<RetrainingReport[]> {
  const done: RetrainingReport[] = [];
  for (const { model, id } of due) {
    const name = model.slice(0, model.lastIndexOf('@'));
    const work = { name, source: plan.source, asOf: plan.asOf, report: id };
    done.push(await runChild(retrainModel, 'retrainModel', work));
  }
  return done;
}

const STEPS = ['plan', 'dataset', 'training', 'evaluation', 'comparison', 'deployment'];

/** A champion trained anew on a window that ends now; it is served only where it beats the old one on rows that neither saw. */
export async function retrainModel(input: RetrainingInput): Promise<RetrainingReport> {
  const progress = trackProgress(STEPS, input);
  const plan = await progress.run(
    'plan',
    () => io.planRetraining(input),
    ({ champion }) => champion,
  );
  const { dataset, training } = await learnAnew(plan, progress);
  const challenger = `${training.model}@${training.version}`;
  progress.label(modelLabels(challenger));
  const { champion, costs } = plan;
  const question = { model: challenger, dataset: dataset.id, streams: plan.dataset.streams, costs };
  const evaluations = await progress.run('evaluation', () =>
    runChild(evaluateModel, 'evaluateModel', question),
  );
  const comparison = await progress.run(
    'comparison',
    () => gpu.compareOnRecent({ champion, challenger, dataset: dataset.id }),
    ({ reason }) => reason,
  );
  const better = comparison.better && challenger !== champion;
  const report = input.report ?? null;
  await io.recordRetraining({ champion, challenger, report, comparison, better });
  if (!better) {
    progress.skip('deployment', 'the champion stays');
    return { champion, challenger, decision: 'kept', reasons: [comparison.reason], comparison };
  }
  const { name } = plan.training;
  const evidence = { model: challenger, evaluations: evaluations.map(({ id }) => id) };
  // Retrainings of before there were rollouts go on as they began.
  if (patched('propose-retrained') && (await io.proposeRetrained(evidence))) {
    const proposed = `${challenger} is proposed: the story deployment/${name} goes on with it`;
    progress.skip('deployment', proposed);
    return { champion, challenger, decision: 'proposed', reasons: [comparison.reason, proposed], comparison };
  }
  const deployment: DeploymentReport = await progress.run(
    'deployment',
    () => runChild(deployModel, 'deployModel', evidence),
    ({ decision }) => decision,
  );
  const { decision, reasons } = deployment;
  return { champion, challenger, decision, reasons: [comparison.reason, ...reasons], comparison };
}

async function learnAnew(
  plan: RetrainingPlan,
  progress: Progress,
): Promise<{ dataset: DatasetSummary; training: TrainingReport }> {
  const dataset = await progress.run(
    'dataset',
    () => runChild(buildDataset, 'buildDataset', plan.dataset),
    ({ id, rows }) => `${id}, ${rows} rows`,
  );
  const training = await progress.run(
    'training',
    () => runChild(trainModel, 'trainModel', { ...plan.training, dataset: dataset.id }),
    ({ model, version }) => `${model}@${version}`,
  );
  return { dataset, training };
}
