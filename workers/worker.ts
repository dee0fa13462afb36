import { existsSync } from 'node:fs';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import type { Config } from '../adapters/config.js';
import type { Ports, QueuesPort, StoryStartsPort } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import { BUNDLE_PATH, bundleStories } from './bundle.js';
import { stepInterceptors } from './interceptors.js';
import { slotOptions } from './slots.js';
import { storyStarts } from './stories.js';

/** `finsight` runs the stories; the others run steps. `train` is served by Python. */
export const NODE_QUEUES = ['finsight', 'io', 'live', 'cpu', 'gpu'] as const;
export type NodeQueue = (typeof NODE_QUEUES)[number];

/** Shorter than the 25 s after which a supervisor kills. */
const GRACE = '20s';
/** How late the resource view may be. */
const WORKER_HEARTBEAT = '5s';
/** Of Temporal's kinds of queues, the one of steps. */
const ACTIVITY_QUEUE = 2;
const HEARTBEAT_THROTTLE = '2s';

export interface WorkerSet {
  /** Resolves when all have stopped; rejects when one failed. */
  done: Promise<void>;
  /**
   * Takes no new steps. Running ones that keep a cursor are handed over at it, the others may finish within
   * the grace time; what is left then is tried again by another worker.
   */
  drain(): Promise<void>;
  /** Over the workers' own connection: for what runs beside them. */
  stories: StoryStartsPort;
}

/** @throws InvalidInputError naming the queue and the known ones. */
export function parseQueues(text: string): NodeQueue[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = names.find((name) => !NODE_QUEUES.includes(name as NodeQueue));
  if (unknown === undefined && names.length > 0) return names as NodeQueue[];
  throw new InvalidInputError(
    `Unknown queue "${unknown ?? ''}"; known: ${NODE_QUEUES.join(', ')}, torch, verify (train is served by the Python worker)`,
  );
}

/** Connects and serves the queues until drained. */
export async function startWorkers(options: {
  config: Pick<Config, 'temporal'>;
  ports: Ports;
  queues: readonly NodeQueue[];
  connection?: NativeConnection;
  /** Says nothing of the workers' comings and goings. */
  quiet?: boolean;
}): Promise<WorkerSet> {
  const { config, ports, queues } = options;
  if (!options.connection) installRuntime(options.quiet);
  const connection = options.connection ?? (await connect(config));
  const { namespace } = config.temporal;
  const stories = storyStarts(connection, config.temporal);
  const activities = createActivities({ ...ports, stories, queues: queuesOf(connection, namespace) });
  const draining = new AbortController();
  const shared = {
    connection,
    namespace,
    shutdownGraceTime: GRACE,
    interceptors: { activity: [stepInterceptors(draining.signal)] },
    // The default is 80 % of a step's heartbeat time-out: a cancellation, or a cursor, half a minute late.
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  } satisfies Partial<WorkerOptions>;
  const workers: Worker[] = [];
  for (const queue of queues) {
    const more: Partial<WorkerOptions> =
      queue === 'finsight'
        ? await storyOptions()
        : { activities: activities[queue], ...slotOptions(queue, config.temporal.slots) };
    workers.push(await Worker.create({ ...shared, ...more, taskQueue: queue }));
  }
  const running = workers.map((worker) => worker.run());
  const done = Promise.all(running).then(() => undefined);
  return {
    stories,
    done: done.finally(async () => {
      if (!options.connection) await connection.close();
    }),
    async drain() {
      draining.abort();
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(running);
    },
  };
}

/** Temporal lists who polled a queue in the last five minutes. */
const queuesOf = (connection: NativeConnection, namespace: string): QueuesPort => ({
  async pollers(queue) {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queue },
      taskQueueType: ACTIVITY_QUEUE,
    });
    return pollers?.length ?? 0;
  },
});

async function storyOptions(): Promise<Partial<WorkerOptions>> {
  const workflowBundle =
    import.meta.url.endsWith('.js') && existsSync(BUNDLE_PATH)
      ? { codePath: BUNDLE_PATH }
      : { code: await bundleStories() };
  return { workflowBundle, maxCachedWorkflows: 200 };
}

export function connect(config: Pick<Config, 'temporal'>): Promise<NativeConnection> {
  const { address, tls, apiKey } = config.temporal;
  return NativeConnection.connect({ address, ...(tls ? { tls } : {}), ...(apiKey ? { apiKey } : {}) });
}

let installed = false;

/** Our own signal handling decides when to drain, so the runtime installs none. */
function installRuntime(quiet = false): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    workerHeartbeatInterval: WORKER_HEARTBEAT,
    ...(quiet ? { logger: new DefaultLogger('ERROR') } : {}),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  } as never);
}
