import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { StreamState } from '../activities/following.js';
import type { StreamInput, StreamPlan } from '../activities/stream.js';
import { trackProgress } from './progress.js';
import { beforeLive, live } from './steps.js';

export interface FollowInput extends StreamInput {
  /** Carried over when the story goes on as new. */
  resumed?: { plan: StreamPlan; state: StreamState };
}

/** Follows a stream live, for as long as it is wanted: every closed bar is stored, every hole is asked for. */
export async function streamBars(input: FollowInput): Promise<StreamState & { stream: string }> {
  const progress = trackProgress(['plan', 'follow'], input);
  const plan = await progress.run(
    'plan',
    async () => input.resumed?.plan ?? (await beforeLive.planStream(input)),
  );
  let state: StreamState = input.resumed?.state ?? { next: plan.next, stored: 0, healed: 0, connections: 0 };
  await progress.run('follow', async () => {
    while (plan.until === null || state.next < plan.until) {
      state = await (plan.past ? beforeLive : live).followStream({ ...plan, ...state });
      progress.note('follow', `${state.stored} live, ${state.healed} asked for`);
      if (workflowInfo().continueAsNewSuggested)
        await continueAsNew<typeof streamBars>({ ...input, resumed: { plan, state } });
    }
  });
  return { stream: plan.stream, ...state };
}
