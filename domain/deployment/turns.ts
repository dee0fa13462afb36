import { canaryVerdict, rollbackReasons, shadowVerdict, type Aftermath } from './rules.js';
import type { Deployment } from './record.js';

/** What comes next for a deployment; `wait`: nothing yet. */
export type Turn =
  | { kind: 'wait' }
  | { kind: 'approval'; reasons: string[] }
  | { kind: 'escalate'; reasons: string[] }
  | { kind: 'expire'; reasons: string[] }
  | { kind: 'step'; percent: number; reasons: string[] }
  | { kind: 'promote'; reasons: string[] }
  | { kind: 'reject'; reasons: string[] }
  | { kind: 'rollback'; reasons: string[] }
  | { kind: 'endWatch'; reasons: string[] };

/** Decides from what is known alone. `since`: when the present stage or step began; times are epoch ms. */
export function nextTurn(args: {
  record: Deployment;
  aftermath: Aftermath;
  since: number;
  now: number;
}): Turn {
  const { record, aftermath, since, now } = args;
  const { stage, policy } = record;
  if (policy === null) return { kind: 'wait' };
  const elapsedMs = now - since;
  if (stage === 'shadow' && record.shadow) {
    const { outcome, reasons } = shadowVerdict({ policy, figures: record.shadow, elapsedMs });
    if (outcome === 'wait') return { kind: 'wait' };
    if (outcome === 'fail') return { kind: 'reject', reasons };
    return policy.approval.required ? { kind: 'approval', reasons } : afterApproval(record, reasons);
  }
  if (stage === 'approval') return approvalTurn(record, { since, now });
  if (stage === 'canary' && record.canary) {
    const { outcome, reasons } = canaryVerdict({ policy, figures: record.canary, elapsedMs, aftermath });
    if (outcome === 'wait') return { kind: 'wait' };
    return outcome === 'fail' ? { kind: 'rollback', reasons } : afterApproval(record, reasons);
  }
  if (stage === 'promoted' && record.watchedUntil !== null && record.canary) {
    const reasons = rollbackReasons({ policy, figures: record.canary, aftermath });
    if (reasons.length > 0) return { kind: 'rollback', reasons };
    if (now >= record.watchedUntil)
      return { kind: 'endWatch', reasons: ['For: nothing spoke against it while it was watched.'] };
  }
  return { kind: 'wait' };
}

/** The next step of the canary, or the whole traffic. */
export function afterApproval({ policy, percent }: Deployment, reasons: string[]): Turn {
  const next = policy?.canary.steps.find((each) => each > percent);
  return next === undefined ? { kind: 'promote', reasons } : { kind: 'step', percent: next, reasons };
}

function approvalTurn(record: Deployment, { since, now }: { since: number; now: number }): Turn {
  const { approval, policy } = record;
  if (policy === null) return { kind: 'wait' };
  const waited = `nobody has decided for ${((now - since) / 3_600_000).toFixed(1)} hours`;
  if (approval.expiresAt !== null && now >= approval.expiresAt)
    return { kind: 'expire', reasons: [`Against: ${waited}; the approval has expired.`] };
  if (approval.escalatedAt === null && now >= since + policy.approval.escalateMs)
    return { kind: 'escalate', reasons: [`${waited}; it expires ${instantOf(approval.expiresAt)}.`] };
  return { kind: 'wait' };
}

const instantOf = (at: number | null): string => (at === null ? 'never' : new Date(at).toISOString());

/** When the story has to look again where nobody asks it anything, ms from now. */
export function pauseOf(record: Deployment, { since, now }: { since: number; now: number }): number {
  const { stage, policy, approval } = record;
  if (policy === null) return LONGEST_PAUSE_MS;
  if (stage === 'approval') {
    const due = approval.escalatedAt === null ? since + policy.approval.escalateMs : Infinity;
    const next = Math.min(due, approval.expiresAt ?? Infinity) - now;
    return Math.min(LONGEST_PAUSE_MS, Math.max(1000, next));
  }
  // Histories of days at rest stay small.
  if (stage === 'shadow') return 2 * policy.lookMs;
  return stage === 'promoted' ? 6 * policy.lookMs : policy.lookMs;
}

const LONGEST_PAUSE_MS = 3_600_000;
