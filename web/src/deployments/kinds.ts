import type { Source } from '../api';

export type Stage =
  'idle' | 'evidence' | 'shadow' | 'approval' | 'canary' | 'promoted' | 'rejected' | 'rolledBack';

export interface Deployment {
  id: string;
  model: string;
  source: Source;
  workflowId: string;
  stage: Stage;
  champion: string | null;
  candidate: string | null;
  previous: string | null;
  percent: number;
  evidenceSha256: string | null;
  checks: readonly { name: string; passed: boolean; text: string }[];
  shadow: {
    requests: number;
    failures: number;
    meanAbsDifference: number | null;
    maxAbsDifference: number | null;
    p95Ms: number | null;
    championP95Ms: number | null;
  } | null;
  canary: {
    requests: number;
    failures: number;
    p95Ms: number | null;
    championRequests: number;
    championFailures: number;
    championP95Ms: number | null;
  } | null;
  approval: {
    state: 'none' | 'waiting' | 'approved' | 'rejected' | 'expired';
    by: string | null;
    at: number | null;
    expiresAt: number | null;
    escalatedAt: number | null;
  };
  trainedBy: string | null;
  reasons: readonly string[];
  history: readonly { at: number; stage: string; by: string; reasons: readonly string[] }[];
  startedAt: number;
  updatedAt: number;
}

const WORDS: Record<string, string> = { rolledBack: 'rolled back' };
export const stageText = (stage: string): string => WORDS[stage] ?? stage;

/** Colour of a stage's badge, by the classes of the style sheet. */
export const TONES: Record<string, string> = {
  evidence: 'running',
  shadow: 'running',
  approval: 'waiting',
  canary: 'running',
  promoted: 'completed',
  rejected: 'failed',
  rolledBack: 'failed',
  approved: 'completed',
  waiting: 'waiting',
  expired: 'failed',
};

export const deploymentAddress = (id: string): string => `#/deployments/${encodeURIComponent(id)}`;

/** `mdl_<name>@<version>` without its prefix: as evaluations and pages name a version. */
export const versionOf = (id: string): string => id.replace(/^mdl_/, '');

/** A stage on the way into service, and how far it is. */
export interface Step {
  name: string;
  state: 'done' | 'running' | 'failed' | 'waiting' | 'skipped';
  /** When it was entered. */
  at: number | null;
}

const WAY = ['evidence', 'shadow', 'approval', 'canary', 'promoted'];
const ENDS = new Set(['rejected', 'rolledBack']);

/** The stages of the newest candidate with their times, by the history since it was proposed. */
export function stepsOf({ stage, history }: Pick<Deployment, 'stage' | 'history'>): Step[] {
  const start = Math.max(0, history.map((each) => each.stage).lastIndexOf('evidence'));
  const entered = new Map<string, number>();
  for (const each of history.slice(start)) entered.set(each.stage, each.at);
  const last = WAY.findLastIndex((name) => name === stage || entered.has(name));
  const steps = WAY.map((name, i): Step => {
    const at = entered.get(name) ?? null;
    if (stage === 'idle' || i > last) return { name, state: 'waiting', at: null };
    const passed = i < last || stage === 'promoted' ? 'done' : ENDS.has(stage) ? 'failed' : 'running';
    return { name, state: at === null && name !== stage ? 'skipped' : passed, at };
  });
  if (!ENDS.has(stage)) return steps;
  const end: Step = { name: stage, state: 'failed', at: entered.get(stage) ?? null };
  return [...steps.filter((each) => each.state !== 'waiting'), end];
}
