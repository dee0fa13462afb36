import { isCancellation } from '@temporalio/workflow';
import type { Applied } from '../activities/deployment/turning.js';
import type { Proposal } from '../activities/deployment/rollout.js';
import { isUnderWay, NO_APPROVAL, noted, type Deployment } from '../domain/deployment/record.js';
import { afterApproval, nextTurn, type Turn } from '../domain/deployment/turns.js';
import { causeOf } from './progress.js';
import type { RolloutState } from './rollout-asks.js';
import { gpu, lasting as io } from './steps.js';

type Told = { by: string; reasons: string[] };

/** The name under which the story itself decides. */
export const OWN = 'manageDeployment';

/** Writes what was decided, and only then goes on from it. */
async function apply(
  state: RolloutState,
  what: Omit<Applied, 'record'> & { reasons: string[]; changes: Partial<Deployment> },
): Promise<void> {
  const { reasons, changes, ...rest } = what;
  if (!state.record) return;
  const at = Date.now();
  const record = noted(state.record, { ...changes, at, by: rest.by, reasons });
  await io.applyDeployment({ record, ...rest });
  const isNewStep = record.stage !== state.record.stage || record.percent !== state.record.percent;
  state.record = record;
  if (isNewStep) state.since = at;
}

/** Begins a rollout and holds the evidence against the rules. @throws what is wrong with the proposal */
export async function open(
  state: RolloutState,
  args: { proposal: Proposal; rollout: string },
): Promise<void> {
  state.record = await io.openRollout(args);
  state.since = Date.now();
}

/** One look at what is on its way: what is due is done. */
export async function look(state: RolloutState): Promise<void> {
  const { record } = state;
  if (!record) return;
  if (record.stage === 'evidence') return gather(state, record);
  const isLookedAt = record.stage === 'shadow' || record.stage === 'canary' || isWatched(record);
  const seen = isLookedAt
    ? await io.observeDeployment(record)
    : { record, aftermath: { settled: null, drift: null } };
  state.record = seen.record;
  const turn = nextTurn({ ...seen, since: state.since, now: Date.now() });
  await take(state, turn, { by: OWN, reasons: 'reasons' in turn ? turn.reasons : [] });
}

export const isWatched = ({ stage, watchedUntil }: Deployment): boolean =>
  stage === 'promoted' && watchedUntil !== null;

async function gather(state: RolloutState, record: Deployment): Promise<void> {
  const model = record.candidate ?? '';
  const probe = await gpu.probeCandidate({ model, probes: record.policy?.latency.probes ?? 1 });
  const checks = await io.checkEvidence({ record, probe });
  state.record = { ...record, checks };
  const isWaived = (name: string): boolean =>
    name === 'evaluation' && record.policy?.evidence.waiveEvaluation === true;
  const failed = checks.filter(({ name, passed }) => !passed && !isWaived(name));
  const reasons = checks.map(({ name, passed, text }) => `${passed ? 'For' : 'Against'}: ${name}: ${text}`);
  if (failed.length > 0) return take(state, { kind: 'reject', reasons }, { by: OWN, reasons });
  await apply(state, { action: 'deployment.shadow', by: OWN, reasons, changes: { stage: 'shadow' } });
}

/** Does what a turn says. */
async function take(state: RolloutState, turn: Turn, told: Told): Promise<void> {
  const { record } = state;
  if (!record) return;
  const rejected = record.candidate ? { stages: { [record.candidate]: 'rejected' as const } } : {};
  if (turn.kind === 'approval') return waitForApproval(state, told);
  if (turn.kind === 'step') return step(state, turn.percent, told);
  if (turn.kind === 'promote') return promote(state, told);
  if (turn.kind === 'rollback') return rollBack(state, told);
  if (turn.kind === 'reject') {
    await apply(state, {
      ...told,
      ...rejected,
      action: 'deployment.rejected',
      changes: { stage: 'rejected' },
    });
    return release(record.candidate);
  }
  if (turn.kind === 'expire') {
    await apply(state, {
      ...{ ...told, action: 'deployment.expired' },
      changes: { stage: 'rejected', approval: { ...record.approval, state: 'expired', at: Date.now() } },
    });
    return release(record.candidate);
  }
  if (turn.kind === 'escalate')
    return apply(state, {
      ...{ ...told, action: 'deployment.escalated' },
      changes: { approval: { ...record.approval, escalatedAt: Date.now() } },
    });
  if (turn.kind === 'endWatch') {
    await apply(state, { ...told, action: 'deployment.settled', changes: { watchedUntil: null } });
    return release(record.previous);
  }
}

/** A version that nobody is to come back to leaves the model servers. */
async function release(model: string | null): Promise<void> {
  if (model) await gpu.unloadVersion({ model });
}

async function waitForApproval(state: RolloutState, told: Told): Promise<void> {
  if (!state.record) return;
  state.keys = await io.readApprovalKeys();
  const evidenceSha256 = await io.digestEvidence(state.record);
  const expiresAt = Date.now() + (state.record.policy?.approval.expireMs ?? 0);
  const approval = { ...NO_APPROVAL, state: 'waiting' as const, expiresAt };
  const changes = { stage: 'approval' as const, evidenceSha256, approval };
  await apply(state, { ...told, action: 'deployment.approval', changes });
}

/** What a person decided. */
export async function decide(
  state: RolloutState,
  { approves, by, comment }: { approves: boolean; by: string; comment: string },
): Promise<void> {
  const { record } = state;
  if (record?.stage !== 'approval') return;
  const state_ = approves ? ('approved' as const) : ('rejected' as const);
  const approval = { ...record.approval, state: state_, by, at: Date.now() };
  const reasons = [
    `${approves ? 'For: approved' : 'Against: rejected'} by ${by}${comment ? `: ${comment}` : ''}.`,
  ];
  if (!approves) {
    await apply(state, {
      ...{ action: 'deployment.rejected', by, reasons, changes: { stage: 'rejected', approval } },
      ...(record.candidate && { stages: { [record.candidate]: 'rejected' as const } }),
    });
    return release(record.candidate);
  }
  await apply(state, { action: 'deployment.approved', by, reasons, changes: { approval } });
  await take(state, afterApproval({ ...record, approval }, reasons), { by, reasons });
}

/** More requests to the candidate, which is made ready before. */
async function step(state: RolloutState, percent: number, told: Told): Promise<void> {
  await gpu.loadVersion({ model: state.record?.candidate ?? '' });
  const changes = { stage: 'canary' as const, percent, canary: null };
  await apply(state, { ...told, action: 'deployment.canary', changes });
}

/** The candidate becomes the champion: loaded before, so that no request waits for it, or fails. */
async function promote(state: RolloutState, told: Told): Promise<void> {
  const { record } = state;
  if (!record?.candidate) return;
  const { candidate, champion, evaluations, championEvaluations, policy } = record;
  await gpu.loadVersion({ model: candidate });
  const watchMs = policy?.watchMs ?? 0;
  await apply(state, {
    ...{ ...told, action: 'model.promoted', alias: { to: candidate, evaluations } },
    stages: { [candidate]: 'champion', ...(champion && { [champion]: 'archived' as const }) },
    changes: {
      ...{ stage: 'promoted', champion: candidate, championEvaluations: evaluations, candidate: null },
      ...{ previous: champion, previousEvaluations: championEvaluations, percent: 100, canary: null },
      watchedUntil: watchMs > 0 ? Date.now() + watchMs : null,
    },
  });
}

/** Takes back what is on its way, or was promoted: the version before it is served, or the best baseline. */
export async function rollBack(state: RolloutState, told: Told): Promise<void> {
  const { record } = state;
  if (!record) return;
  const shared = { ...told, action: 'model.rolledBack' };
  if (isUnderWay(record)) {
    await apply(state, {
      ...shared,
      ...(record.candidate && { stages: { [record.candidate]: 'rejected' as const } }),
      changes: { stage: 'rolledBack', percent: 0 },
    });
    return release(record.candidate);
  }
  const { champion, previous, previousEvaluations: evaluations } = record;
  await apply(state, {
    ...{ ...shared, alias: { to: previous, evaluations } },
    stages: {
      ...(champion && { [champion]: 'rejected' as const }),
      ...(previous && { [previous]: 'champion' as const }),
    },
    changes: {
      ...{ stage: 'rolledBack', champion: previous, championEvaluations: evaluations, candidate: champion },
      ...{ previous: null, previousEvaluations: [], percent: 0, watchedUntil: null },
    },
  });
  await release(champion);
}

/** What cannot be gone on with for a reason that does not pass ends; the story goes on. */
export async function end(state: RolloutState, error: unknown): Promise<void> {
  unlessCancelled(error);
  const { record } = state;
  const told = { by: OWN, reasons: [`Against: it could not go on: ${causeOf(error)}`] };
  if (record && isUnderWay(record)) return rollBack(state, told);
  if (record) await apply(state, { ...told, action: 'deployment.settled', changes: { watchedUntil: null } });
}

export function unlessCancelled(error: unknown): void {
  if (isCancellation(error)) throw error;
}
