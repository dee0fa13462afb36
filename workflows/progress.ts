import {
  ContinueAsNew,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { labelsOf, type StoryLabels } from '../domain/labels.js';

export type StepState = 'waiting' | 'running' | 'done' | 'failed';

export interface StepProgress {
  name: string;
  state: StepState;
  detail: string;
}

export interface StoryProgress {
  stage: string;
  steps: StepProgress[];
}

export const progressQuery = defineQuery<StoryProgress>('progress');
export const statusQuery = defineQuery<string>('status');

export interface Progress {
  run<T>(name: string, work: () => Promise<T>, describe?: (result: T) => string): Promise<T>;
  note(name: string, detail: string): void;
  /** For a step that turned out not to be needed. */
  skip(name: string, reason: string): void;
  /** Adds what has become known to the search attributes. */
  label(labels: StoryLabels): void;
}

const MARKS: Record<StepState, string> = { waiting: '·', running: '▶', done: '✓', failed: '✗' };

/**
 * Keeps what a person sees of a running story: the queries `progress` and `status`, the current details in
 * the Web UI, and the search attributes. Call once at the start of a workflow with the names of its steps.
 */
export function trackProgress(names: string[], input: object): Progress {
  const steps: StepProgress[] = names.map((name) => ({ name, state: 'waiting', detail: '' }));
  let stage = 'waiting';
  const label = (labels: StoryLabels & { Stage?: string; JobKind?: string }): void => {
    const values = Object.entries(labels).map(([name, value]) => [name, [value]]);
    if (values.length > 0) upsertSearchAttributes(Object.fromEntries(values));
  };
  const change = (name: string, state: StepState, detail?: string): void => {
    const step = steps.find((candidate) => candidate.name === name);
    if (!step) return;
    step.state = state;
    if (detail !== undefined) step.detail = detail;
    setCurrentDetails(steps.map(lineOf).join('\n'));
    const now = stageOf(steps);
    // Each change is an event in the history: the pause between two steps is none.
    if (now === stage || now === 'waiting') return;
    stage = now;
    label({ Stage: now });
  };
  setHandler(progressQuery, () => ({ stage: stageOf(steps), steps }));
  setHandler(statusQuery, () => stageOf(steps));
  label({ JobKind: workflowInfo().workflowType, Stage: stage, ...labelsOf({ ...input }) });

  return {
    label,
    note: (name, detail) => change(name, 'running', detail),
    skip: (name, reason) => change(name, 'done', reason),
    async run(name, work, describe) {
      change(name, 'running');
      try {
        const result = await work();
        change(name, 'done', describe?.(result));
        return result;
      } catch (error) {
        // The step goes on in the next run of the chain.
        if (error instanceof ContinueAsNew) throw error;
        change(name, 'failed', isCancellation(error) ? 'cancelled' : causeOf(error));
        throw error;
      }
    },
  };
}

/** The text of the first cause: the step's own error, not the wrappers around it. */
export function causeOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause) cause = cause.cause;
  return cause instanceof Error ? cause.message : String(cause);
}

const lineOf = ({ name, state, detail }: StepProgress): string =>
  `- ${MARKS[state]} **${name}** ${state}${detail ? `: ${detail}` : ''}`;

/** Names of the running steps, or how the story stands between two of them. */
function stageOf(steps: StepProgress[]): string {
  const running = steps.filter((step) => step.state === 'running').map((step) => step.name);
  if (running.length > 0) return running.join(', ');
  const failed = steps.find((step) => step.state === 'failed');
  if (failed) return failed.detail === 'cancelled' ? 'cancelled' : 'failed';
  return steps.every((step) => step.state === 'done') ? 'done' : 'waiting';
}
