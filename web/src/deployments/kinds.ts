import type { Schemas } from '../api';

export type Deployment = Schemas['Deployment'];

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
  state: 'done' | 'running' | 'failed' | 'waiting' | 'skipped' | 'ended';
  /** When it was entered. */
  at: number | null;
}

const WAY = ['evidence', 'shadow', 'approval', 'canary', 'promoted'];
const ENDS = new Set(['rejected', 'rolledBack']);

/** The stages of the newest candidate with the times when they were entered, by the history since it was proposed. */
export function stepsOf({ stage, history }: Pick<Deployment, 'stage' | 'history'>): Step[] {
  const entered = new Map<string, number>();
  for (const each of sinceProposal(history)) if (!entered.has(each.stage)) entered.set(each.stage, each.at);
  const last = WAY.findLastIndex((name) => name === stage || entered.has(name));
  const steps = WAY.map((name, i): Step => {
    const at = entered.get(name) ?? null;
    if (stage === 'idle' || i > last) return { name, state: 'waiting', at: null };
    const isPast = i < last || stage === 'promoted';
    const state = isPast ? 'done' : ENDS.has(stage) ? 'failed' : 'running';
    return { name, state: at === null && isPast ? 'skipped' : state, at };
  });
  if (!ENDS.has(stage)) return steps;
  const end: Step = { name: stage, state: 'ended', at: entered.get(stage) ?? null };
  return [...steps.filter((each) => each.state !== 'waiting'), end];
}

/** A stage may be noted more than once, such as the canary at each of its percents. */
function sinceProposal(history: Deployment['history']): Deployment['history'] {
  let start = history.findLastIndex(({ stage }) => stage === 'evidence');
  while (start > 0 && history[start - 1]?.stage === 'evidence') start -= 1;
  return history.slice(Math.max(0, start));
}
