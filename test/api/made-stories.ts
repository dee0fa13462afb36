import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import type { QueuesView, Schedule, StoriesPort, Story } from '../../api/stories.js';
import { QUEUES, type QueueFigures } from '../../domain/resources.js';
import { madeDeployment } from './made-deployments.js';
import { storyId } from '../../workflows/ids.js';

const STARTED = Date.UTC(2023, 0, 1);

/** A story as Temporal would describe it. */
export const madeStory = (change: Partial<Story> & { workflowId: string }): Story => ({
  runId: '01234567-89ab-cdef-0123-456789abcdef',
  kind: 'research',
  status: 'completed',
  startedAt: STARTED,
  closedAt: STARTED + 1000,
  principal: 'local',
  tenant: 'default',
  parent: null,
  input: { symbols: ['BTC/USDT'] },
  progress: { stage: 'done', steps: [{ name: 'plan', state: 'done', detail: '' }], retrying: [] },
  result: { seconds: 1 },
  failure: null,
  ...change,
});

const madeSchedule = (id: string): Schedule => ({
  id,
  kind: 'predict',
  input: { stream: 'binance/BTC-USDT/1h' },
  cron: '2 * * * *',
  timeZone: 'UTC',
  overlap: 'skip',
  jitterSeconds: 0,
  catchUpSeconds: 3600,
  note: '',
  paused: false,
  next: [STARTED],
  recent: [],
  createdBy: 'local',
});

const idle = (name: QueueFigures['name']): QueueFigures => ({
  ...{ name, pollers: 0, backlog: 0, oldestTaskAgeMs: 0, tasksPerSecond: 0, addedPerSecond: 0 },
  ...{ backlogByPriority: {}, running: 0, capacity: 0, workers: [] },
});

/** One worker trains, three wait for it. */
function madeQueues(): QueuesView {
  const weights: Record<string, number> = {};
  const worker = {
    ...{ identity: '7@made', host: 'made', processId: '7', running: 1, capacity: 1, done: 5 },
    ...{ cpuUsage: 0.5, memoryUsage: 0.25, startedAt: STARTED, heartbeatAt: STARTED },
  };
  return {
    figures: async () =>
      QUEUES.map((name) => ({
        ...idle(name),
        ...(name === 'train'
          ? { pollers: 1, backlog: 3, oldestTaskAgeMs: 61_500, running: 1, capacity: 1, workers: [worker] }
          : {}),
      })),
    trainings: async () => [
      {
        ...{ workflowId: 'train/made/1', step: 'trainForecaster', tenant: 'default', worker: '7@made' },
        ...{ attempt: 1, startedAt: STARTED, epoch: 2, maxEpochs: 5 },
      },
    ],
    weights: async () => ({ ...weights }),
    async weigh(tenant, weight) {
      if (weight === null) delete weights[tenant];
      else weights[tenant] = weight;
    },
  };
}

/** Stories in memory, with the same rules as the real ones; `stories` may be changed by a test. */
export function madeStories(): StoriesPort & { stories: Map<string, Story>; reachable: boolean } {
  const stories = new Map(
    [
      madeStory({ workflowId: 'research/example' }),
      madeStory({ workflowId: 'research/running', status: 'running', closedAt: null, result: null }),
      madeStory({ workflowId: 'rescore/running', kind: 'rescoreNews', status: 'running', closedAt: null }),
    ].map((story) => [story.workflowId, story]),
  );
  const schedules = new Map(['hourly-btc', 'removable'].map((id) => [id, madeSchedule(id)]));
  const get = async (id: string): Promise<Story> => {
    const found = stories.get(id);
    if (!found) throw new NotFoundError(`No run "${id}"`);
    return found;
  };
  const find = async (id: string): Promise<Schedule> => {
    const found = schedules.get(id);
    if (!found) throw new NotFoundError(`No schedule "${id}"`);
    return found;
  };
  const port: ReturnType<typeof madeStories> = {
    stories,
    reachable: true,
    get,
    async describe(id) {
      const { input: _i, progress: _p, result: _r, failure: _f, ...summary } = await get(id);
      return summary;
    },
    async start(kind, input, by) {
      const workflowId = storyId(kind, input);
      const alreadyRunning = stories.get(workflowId)?.status === 'running';
      if (!alreadyRunning)
        stories.set(
          workflowId,
          madeStory({ workflowId, kind, input, ...by, status: 'running', closedAt: null }),
        );
      return { workflowId, runId: (await get(workflowId)).runId, alreadyRunning };
    },
    async list({ kind, status, limit }) {
      const all = [...stories.keys()].map((id) => port.describe(id));
      const items = (await Promise.all(all)).filter(
        (each) => (!kind || each.kind === kind) && (!status || each.status === status),
      );
      return { items: items.slice(0, limit), cursor: null };
    },
    progress: async (id) => (await get(id)).progress,
    async cancel(id) {
      const story = await get(id);
      if (story.status !== 'running') throw new InvalidInputError(`Run "${id}" has ended`);
      stories.set(id, { ...story, status: 'cancelled', closedAt: STARTED + 1 });
    },
    async signal(id, name) {
      const story = await get(id);
      if (story.status !== 'running') throw new InvalidInputError(`Run "${id}" has ended; it cannot ${name}`);
    },
    async update(_workflowId, { name }) {
      const deployment = 'ridge-1h-h1:simulated-1';
      if (name === 'approve' || name === 'reject')
        return {
          deployment,
          candidate: 'mdl_ridge-1h-h1@2',
          decision: `${name.replace(/e?$/, 'ed')}`,
          by: 'admin',
        };
      return madeDeployment();
    },
    async ready() {
      if (!port.reachable) throw new Error('connection refused by 10.0.0.1');
    },
    async close() {},
    queues: madeQueues(),
    schedules: {
      async create(spec) {
        if (schedules.has(spec.id)) throw new InvalidInputError(`A schedule "${spec.id}" exists`);
        schedules.set(spec.id, { ...madeSchedule(spec.id), ...spec });
      },
      async change(spec) {
        schedules.set(spec.id, { ...(await find(spec.id)), ...spec });
      },
      list: async ({ limit }) => ({ items: [...schedules.values()].slice(0, limit), cursor: null }),
      get: find,
      pause: async (id) => void schedules.set(id, { ...(await find(id)), paused: true }),
      resume: async (id) => void schedules.set(id, { ...(await find(id)), paused: false }),
      trigger: async (id) => void (await find(id)),
      async remove(id) {
        await find(id);
        schedules.delete(id);
      },
    },
  };
  return port;
}
