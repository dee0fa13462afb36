import { sourceKey, type Source } from '../sources.js';
import type { RolloutPolicy } from './policy.js';

export const DEPLOYMENT_STAGES = [
  'idle',
  'evidence',
  'shadow',
  'approval',
  'canary',
  'promoted',
  'rejected',
  'rolledBack',
] as const;
export type DeploymentStage = (typeof DEPLOYMENT_STAGES)[number];

/** One thing that a candidate has to hold, with its figures as text. */
export interface EvidenceCheck {
  /** `evaluation`, `parity`, `leakAudit`, `artifact`, `latency`, `shadow`. */
  name: string;
  passed: boolean;
  text: string;
}

/** Mirrored requests: both versions were asked, the champion's answer was given. Times are of one inference. */
export interface ShadowFigures {
  requests: number;
  failures: number;
  /** Of the expected moves, in units of volatility·√horizon. */
  meanAbsDifference: number | null;
  maxAbsDifference: number | null;
  p95Ms: number | null;
  championP95Ms: number | null;
}

/** Requests of the present step. A failure of the candidate was answered by the champion. */
export interface CanaryFigures {
  requests: number;
  failures: number;
  p95Ms: number | null;
  championRequests: number;
  championFailures: number;
  championP95Ms: number | null;
}

export interface ApprovalState {
  state: 'none' | 'waiting' | 'approved' | 'rejected' | 'expired';
  by: string | null;
  at: number | null;
  expiresAt: number | null;
  escalatedAt: number | null;
}

/** How a model's name is served from data of one kind of source, and which version is on its way. Times are epoch ms. */
export interface Deployment {
  /** `<name>:<source key>`, such as `ridge-1h-h1:simulated-1`. */
  id: string;
  /** The model's name. */
  model: string;
  source: Source;
  sourceKey: string;
  /** `deployment/<name>`: one story a name, whatever the source. */
  workflowId: string;
  stage: DeploymentStage;
  /** `mdl_<name>@<version>`. */
  champion: string | null;
  candidate: string | null;
  /** What a rollback goes back to. */
  previous: string | null;
  /** Of the rollout that is or was last under way; its tallies carry it. Null where none ever was. */
  rollout: string | null;
  /** Of requests to the candidate. */
  percent: number;
  /** Ids of the evaluations that speak for the candidate. */
  evaluations: string[];
  /** Ids of those that the champion was promoted on, and of those of `previous`. */
  championEvaluations: string[];
  previousEvaluations: string[];
  evidenceSha256: string | null;
  checks: EvidenceCheck[];
  shadow: ShadowFigures | null;
  canary: CanaryFigures | null;
  approval: ApprovalState;
  trainedBy: string | null;
  proposedBy: string | null;
  policy: RolloutPolicy | null;
  /** Requests that stay together: all of a stream, or those of one bar of it. */
  sticky: 'stream' | 'bar';
  /** Until when a promoted version is looked at, to be rolled back by itself; null where it is not. */
  watchedUntil: number | null;
  reasons: string[];
  /** Newest last; the latest twenty, with their reasons cut short: the audit log has them whole. */
  history: { at: number; stage: DeploymentStage; by: string; reasons: string[] }[];
  startedAt: number;
  updatedAt: number;
}

/** In these a version is on its way: nothing else moves the alias. */
const UNDER_WAY = new Set<DeploymentStage>(['evidence', 'shadow', 'approval', 'canary']);

export const isUnderWay = ({ stage }: Pick<Deployment, 'stage'>): boolean => UNDER_WAY.has(stage);

export const deploymentId = (model: string, source: Source): string => `${model}:${sourceKey(source)}`;

export const deploymentStory = (model: string): string => `deployment/${model}`;

/** The record travels through Temporal: it stays far below what a payload may hold. */
const MOST_HISTORY = 20;
const MOST_REASONS = 12;
const MOST_CHARACTERS = 1000;
const LINE_CHARACTERS = 160;
const LINE_REASONS = 5;

/** The record with a line more of what happened; `reasons` become the present ones. */
export function noted(
  record: Deployment,
  what: { at: number; by: string; reasons: string[] } & Partial<Deployment>,
): Deployment {
  const { at, by, reasons, ...changes } = what;
  const told = reasons.slice(0, MOST_REASONS).map((each) => shortened(each, MOST_CHARACTERS));
  const next = { ...record, ...changes, reasons: told, updatedAt: at };
  const short = told.slice(0, LINE_REASONS).map((each) => shortened(each, LINE_CHARACTERS));
  return {
    ...next,
    history: [...record.history, { at, stage: next.stage, by, reasons: short }].slice(-MOST_HISTORY),
  };
}

export const NO_APPROVAL: ApprovalState = {
  state: 'none',
  by: null,
  at: null,
  expiresAt: null,
  escalatedAt: null,
};

/** What is known of a name that nothing was rolled out of yet. */
export const emptyDeployment = (model: string, source: Source, at: number): Deployment => ({
  id: deploymentId(model, source),
  model,
  source,
  sourceKey: sourceKey(source),
  workflowId: deploymentStory(model),
  stage: 'idle',
  ...{ champion: null, candidate: null, previous: null, rollout: null, percent: 0 },
  ...{ evaluations: [], championEvaluations: [], previousEvaluations: [] },
  ...{ evidenceSha256: null, checks: [], shadow: null, canary: null, approval: NO_APPROVAL },
  ...{ trainedBy: null, proposedBy: null, policy: null, sticky: 'bar', watchedUntil: null },
  ...{ reasons: [], history: [], startedAt: at, updatedAt: at },
});

/** At a space, and so that a reader sees that there was more. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 2);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), most / 2))} …`;
}
