import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { runChild } from '../../workflows/children.js';

const { step } = proxyActivities<{ step(told: { who: string; nth: number }): Promise<void> }>({
  taskQueue: 'io',
  startToCloseTimeout: '1m',
  heartbeatTimeout: '1s',
});

interface Burst {
  who: string;
  steps: number;
}

const all = async ({ who, steps }: Burst): Promise<void> =>
  void (await Promise.all(Array.from({ length: steps }, (_, nth) => step({ who, nth }))));

/** By the names of the real ones, which decide how urgent they are. */
export const rescoreNews = all;
export const runBacktest = all;
export const predict = all;

const own = async () => workflowInfo().priority;

export async function trainModel({ again }: { again: boolean }): Promise<unknown> {
  if (again) return continueAsNew<typeof trainModel>({ again: false });
  return own();
}

export async function collectBars(): Promise<unknown> {
  return own();
}

export async function research(): Promise<unknown> {
  return {
    own: await own(),
    training: await runChild(trainModel, 'trainModel', { again: true }),
    bars: await runChild(collectBars, 'collectBars', {}),
  };
}

export async function tuneModel(): Promise<unknown> {
  return { own: await own(), bars: await runChild(collectBars, 'collectBars', { own: true }) };
}
