import { z } from 'zod';
import type { Metric } from '../domain/exposition.js';
import { QUEUES, desiredWorkers, type QueueFigures } from '../domain/resources.js';
import { route, type Context } from './route.js';
import { answer, figure, instant } from './schemas.js';

const share = z.number().nullable().describe('0 to 1; null where it is not told');

const worker = z.object({
  identity: z.string().describe('<process>@<host>'),
  host: z.string(),
  processId: z.string(),
  running: z.int(),
  capacity: z.int(),
  done: z.int().describe('Tasks since it started'),
  cpuUsage: share.describe('Of its host, 0 to 1'),
  memoryUsage: share.describe('Of its host, 0 to 1'),
  startedAt: instant.nullable(),
  heartbeatAt: instant.nullable(),
});

const queue = answer(
  'QueueFigures',
  z.object({
    name: z.enum(QUEUES),
    pollers: z.int().describe('Workers that asked for work in the last five minutes'),
    backlog: z.int().describe('Tasks that wait, about'),
    oldestTaskAgeMs: z.number().describe('How long the oldest of them has waited; 0 where none waits'),
    tasksPerSecond: z.number().describe('Handed to workers, a mean of the last half minute'),
    addedPerSecond: z.number().describe('That came, likewise'),
    backlogByPriority: z
      .record(z.string(), z.int())
      .describe('1 live, 2 interactive, 3 usual, 4 training, 5 back-fill'),
    running: z.int().describe('Tasks that workers do now, by their last heartbeat'),
    capacity: z.int().describe('Tasks that living workers can do at a time'),
    desiredWorkers: z.int().describe('How many workers would be right: the autoscaling signal'),
    workers: z.array(worker).describe('Living ones; empty where the server keeps no heartbeats'),
  }),
);

const machine = z.object({
  cores: z.int(),
  memoryBytes: z.number(),
  freeMemoryBytes: z.number(),
  load: z.number().describe('Processes that run or wait to, a mean of the last minute'),
  gpus: z
    .array(
      z.object({
        name: z.string(),
        memoryBytes: figure,
        usedBytes: figure,
        utilisation: share,
      }),
    )
    .describe('By nvidia-smi; empty where there is none'),
});

const runningTraining = z.object({
  workflowId: z.string(),
  step: z.string(),
  tenant: z.string().nullable(),
  worker: z.string(),
  attempt: z.int(),
  startedAt: instant.describe('Of the attempt'),
  epoch: z.int().nullable(),
  maxEpochs: z.int().nullable(),
});

const resources = answer(
  'Resources',
  z.object({
    queues: z.array(queue),
    machine: machine.describe('The machine that the API runs on'),
    training: z.object({
      running: z.array(runningTraining).describe('Models that a worker trains now'),
      waiting: z.int().describe('Steps that wait for a worker of the queue train, about'),
    }),
    asOf: instant,
  }),
);

const getResources = route({
  id: 'getResources',
  method: 'get',
  path: '/resources',
  group: 'health',
  summary: 'Queues with their back-logs and workers, the machine with its GPUs, and what trains',
  role: 'viewer',
  answers: { 200: { description: 'As it is now; a look is shared for two seconds', schema: resources } },
  async handle({ context: { stories, ports } }) {
    const [queues, running, machineNow] = await Promise.all([
      stories.queues.figures(),
      stories.queues.trainings(),
      ports.machineFigures(),
    ]);
    const waiting = queues.find(({ name }) => name === 'train')?.backlog ?? 0;
    return {
      body: {
        queues: queues.map((each) => ({ ...each, desiredWorkers: desiredWorkers(each) })),
        machine: machineNow,
        training: { running, waiting },
        asOf: ports.now(),
      },
    };
  },
});

/** Prometheus waits for all figures: those of Temporal must not hold up the others. */
const PATIENCE_MS = 3000;

/** Figures of the queues and GPUs, for Prometheus; those of the queues are left out where Temporal does not answer. */
export async function resourceMetrics({ stories, ports }: Context): Promise<Metric[]> {
  const [queues, { gpus }] = await Promise.all([
    Promise.race([stories.queues.figures(), afterMs(PATIENCE_MS)]).catch(() => null),
    ports.machineFigures(),
  ]);
  return [...(queues ? queueMetrics(queues) : []), ...gpuMetrics(gpus)];
}

function queueMetrics(queues: QueueFigures[]): Metric[] {
  const each = (name: string, help: string, read: (queue: QueueFigures) => number): Metric => ({
    ...{ name: `finsight_queue_${name}`, help },
    samples: queues.map((queue) => ({ labels: { queue: queue.name }, value: read(queue) })),
  });
  return [
    each('backlog', 'Tasks that wait on a queue, about.', ({ backlog }) => backlog),
    each('oldest_task_seconds', 'How long the oldest of them has waited.', (q) => q.oldestTaskAgeMs / 1000),
    each('tasks_per_second', 'Tasks handed to workers, last half minute.', (q) => q.tasksPerSecond),
    each('running', 'Tasks that workers do now.', ({ running }) => running),
    each('capacity', 'Tasks that living workers can do at a time.', ({ capacity }) => capacity),
    each('workers', 'Living workers.', ({ workers }) => workers.length),
    each('desired_workers', 'Workers that would be right: the autoscaling signal.', desiredWorkers),
  ];
}

function gpuMetrics(gpus: Awaited<ReturnType<Context['ports']['machineFigures']>>['gpus']): Metric[] {
  const each = (name: string, help: string, read: (gpu: (typeof gpus)[number]) => number | null): Metric => ({
    ...{ name: `finsight_gpu_${name}`, help },
    samples: gpus.flatMap((gpu, i) => {
      const value = read(gpu);
      return value === null ? [] : [{ labels: { gpu: String(i), name: gpu.name }, value }];
    }),
  });
  if (gpus.length === 0) return [];
  return [
    each('memory_bytes', 'Memory of a GPU.', ({ memoryBytes }) => memoryBytes),
    each('used_bytes', 'Memory of a GPU that is in use.', ({ usedBytes }) => usedBytes),
    each('utilisation', 'How busy a GPU is, 0 to 1.', ({ utilisation }) => utilisation),
  ];
}

const afterMs = (ms: number): Promise<null> =>
  new Promise((done) => {
    setTimeout(() => done(null), ms).unref();
  });

export const resourceRoutes = [getResources];
