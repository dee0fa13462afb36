import { checkCode, isRefusal, type ApprovalClaims, type PublicKey, type Refusal } from './approval.js';
import { resolvePolicy, type PolicyChanges } from './policy.js';
import { isUnderWay, type Deployment } from './record.js';

/** What the story of a name knows when somebody asks something of it. */
export interface Known {
  /** The model's name. */
  name: string;
  record: Deployment | null;
  keys: readonly PublicKey[];
  spent: readonly { nonce: string; expiresAt: number }[];
  now: number;
}

/** Why a version cannot be proposed now; null where it can. */
export function proposalRefusal(
  { name, record }: Pick<Known, 'name' | 'record'>,
  proposal: { model?: unknown; policy?: unknown; evaluations?: unknown } | undefined,
): Refusal | null {
  const { model, policy, evaluations } = proposal ?? {};
  const [, named] = /^([^@\s]+)@[^@\s]+$/.exec(typeof model === 'string' ? model : '') ?? [];
  if (named !== name)
    return invalid(`"model" is ${shown(model)}; it must be a version of ${name}: ${name}@<version>`);
  if (evaluations !== undefined && !isTexts(evaluations))
    return invalid('"evaluations" must be a list of ids of evaluations');
  if (policy !== undefined && (typeof policy !== 'object' || policy === null))
    return invalid('"policy" must be an object; docs/deployment.md has its members');
  try {
    resolvePolicy(policy as PolicyChanges | undefined);
  } catch (error) {
    return invalid((error as Error).message);
  }
  if (!record || !isUnderWay(record)) return null;
  return conflict(
    `${record.candidate} of ${record.id} is on its way (${record.stage}) since ${new Date(record.startedAt).toISOString()}; one version of a name at a time: wait for its end, or end it: finsight deployments rollback ${name}`,
  );
}

export interface DecisionAsk {
  code?: unknown;
  evidenceSha256?: unknown;
  comment?: unknown;
}

/** Whose decision it is, or why it is not taken. A rejection needs a code, but no second person. */
export function readDecision(
  known: Known,
  { ask, approves }: { ask: DecisionAsk | undefined; approves: boolean },
): ApprovalClaims | Refusal {
  const { name, record, keys, spent, now } = known;
  if (!record || record.stage !== 'approval' || record.approval.state !== 'waiting')
    return conflict(
      `Nothing of ${name} waits for an approval: ${record ? `${record.candidate ?? record.champion ?? record.id} is in the stage ${record.stage}` : 'nothing was proposed'}`,
    );
  if (record.approval.expiresAt !== null && now >= record.approval.expiresAt)
    return conflict(
      `The approval of ${record.candidate} has expired at ${new Date(record.approval.expiresAt).toISOString()}`,
    );
  return checkCode({
    code: ask?.code,
    evidenceSha256: ask?.evidenceSha256,
    keys,
    spent: spent.map(({ nonce }) => nonce),
    now,
    decidable: {
      ...{ action: 'decide', model: name, candidate: record.candidate, trainedBy: record.trainedBy },
      ...{ evidenceSha256: record.evidenceSha256 },
      fourEyes: approves && (record.policy?.fourEyes ?? true),
    },
  });
}

export interface RollbackAsk {
  reason?: unknown;
  /** Says who asks; left out, it is somebody with access to Temporal. */
  code?: unknown;
}

/** Who takes a version back, or why nothing is. */
export function readRollback(
  known: Known,
  ask: RollbackAsk | undefined,
): { by: string; nonce: string | null; expiresAt: number } | Refusal {
  const { name, record, keys, spent, now } = known;
  const reason = ask?.reason;
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > MOST_REASON)
    return invalid(`"reason" must say why, in 1 to ${MOST_REASON} characters; it goes into the audit log`);
  const subject = record ? rollbackSubject(record) : null;
  if (!record || subject === null)
    return conflict(
      `Nothing of ${name} can be rolled back: ${record ? `its stage is ${record.stage}, and it serves ${record.champion ?? 'no version'}` : 'nothing was deployed'}`,
    );
  if (ask?.code === undefined) return { by: 'temporal', nonce: null, expiresAt: 0 };
  const claims = checkCode({
    code: ask.code,
    keys,
    spent: spent.map(({ nonce }) => nonce),
    now,
    decidable: {
      ...{ action: 'rollback', model: name, candidate: subject, trainedBy: null },
      ...{ evidenceSha256: null, fourEyes: false },
    },
  });
  return isRefusal(claims)
    ? claims
    : { by: claims.principal, nonce: claims.nonce, expiresAt: claims.expiresAt };
}

/** The version that a rollback takes back; null where there is none. */
export function rollbackSubject(record: Deployment): string | null {
  if (isUnderWay(record)) return record.candidate;
  return record.stage === 'promoted' ? record.champion : null;
}

export const MOST_REASON = 500;

const invalid = (reason: string): Refusal => ({ kind: 'InvalidInputError', reason });
const conflict = (reason: string): Refusal => ({ kind: 'ConflictError', reason });

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');

const shown = (value: unknown): string =>
  typeof value === 'string' ? `"${value.slice(0, 100)}"` : `of type ${typeof value}`;
