import { defineQuery, setCurrentDetails, setHandler } from '@temporalio/workflow';

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

/**
 * Keeps what a person sees of a running story: the queries `progress` and `status`, and the current
 * details in the Web UI. Call once at the start of a workflow with the names of its steps.
 */
export function trackProgress(names: string[]): {
  run<T>(name: string, work: () => Promise<T>, describe?: (result: T) => string): Promise<T>;
  note(name: string, detail: string): void;
} {
  const steps: StepProgress[] = names.map((name) => ({ name, state: 'waiting', detail: '' }));
  const current = (): string =>
    steps
      .filter((step) => step.state === 'running')
      .map((step) => step.name)
      .join(', ') || (steps.every((step) => step.state === 'done') ? 'done' : 'waiting');
  const change = (name: string, state: StepState, detail?: string): void => {
    const step = steps.find((candidate) => candidate.name === name);
    if (!step) return;
    step.state = state;
    if (detail !== undefined) step.detail = detail;
    setCurrentDetails(steps.map((each) => `- **${each.name}**: ${each.state} ${each.detail}`).join('\n'));
  };
  setHandler(progressQuery, () => ({ stage: current(), steps }));
  setHandler(statusQuery, current);

  return {
    note: (name, detail) => change(name, 'running', detail),
    async run(name, work, describe) {
      change(name, 'running');
      try {
        const result = await work();
        change(name, 'done', describe?.(result));
        return result;
      } catch (error) {
        change(name, 'failed', error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
  };
}
