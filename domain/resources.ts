/** Every task queue of the platform; `finsight` holds the stories, the others steps. */
export const QUEUES = ['finsight', 'io', 'live', 'cpu', 'gpu', 'train', 'torch', 'verify'] as const;
export type QueueName = (typeof QUEUES)[number];

/** What waits and works on a queue, as Temporal tells it. */
export interface QueueFigures {
  name: QueueName;
  /** Workers that asked for work in the last five minutes. */
  pollers: number;
  /** Tasks that wait, about. */
  backlog: number;
  /** How long the one that waits longest has done so, about; 0 where none waits. */
  oldestTaskAgeMs: number;
  /** Tasks handed to workers, a mean of the last half minute. */
  tasksPerSecond: number;
  /** Tasks that came, likewise. */
  addedPerSecond: number;
  /** Waiting tasks by urgency: 1 live … 5 back-fill. */
  backlogByPriority: Record<string, number>;
  /** Tasks that workers do now, by their last heartbeat (each 5 s). */
  running: number;
  /** Tasks that they could do at a time. */
  capacity: number;
  workers: WorkerFigures[];
}

export interface WorkerFigures {
  /** `<process>@<host>`. */
  identity: string;
  host: string;
  processId: string;
  running: number;
  capacity: number;
  /** Tasks done since it started. */
  done: number;
  /** Of its host, 0 to 1; null where it does not tell. */
  cpuUsage: number | null;
  memoryUsage: number | null;
  startedAt: number | null;
  heartbeatAt: number | null;
}

export interface Gpu {
  name: string;
  /** Null, as the others, where the card does not tell (a slice of one). */
  memoryBytes: number | null;
  usedBytes: number | null;
  /** 0 to 1. */
  utilisation: number | null;
}

export interface MachineFigures {
  /** Processors that this process may use. */
  cores: number;
  memoryBytes: number;
  freeMemoryBytes: number;
  /** Processes that run or wait to, a mean of the last minute. */
  load: number;
  gpus: Gpu[];
}

/** Within what time a queue's back-log is to be worked off, seconds; steps of `train` take minutes to hours. */
const DRAIN_SECONDS: Partial<Record<QueueName, number>> = { train: 3600, torch: 300, verify: 600 };
const USUAL_DRAIN_SECONDS = 60;
/** These are asked and told things at any time; the others may rest with no worker. */
const ALWAYS = new Set<QueueName>(['finsight', 'io', 'live', 'cpu', 'gpu']);
/** Slots of a worker where none tells its own. */
const SLOTS: Partial<Record<QueueName, number>> = { finsight: 40, io: 16, live: 200, cpu: 2, gpu: 2 };

/**
 * How many workers a queue should have: an autoscaling signal. By Little's law a task takes `running ÷ throughput`
 * seconds (S), so what comes needs `added × S` slots and the back-log `backlog × S ÷ T` to be gone after T seconds; never
 * more than one slot for each task. Where no throughput is known yet, each task needs a slot.
 */
export function desiredWorkers(
  queue: Omit<QueueFigures, 'workers'> & { workers: readonly unknown[] },
): number {
  const { name, backlog, running, tasksPerSecond, addedPerSecond } = queue;
  const least = ALWAYS.has(name) ? 1 : 0;
  const work = running + backlog;
  if (work === 0) return least;
  const seconds = tasksPerSecond > 0 ? running / tasksPerSecond : 0;
  const drain = DRAIN_SECONDS[name] ?? USUAL_DRAIN_SECONDS;
  const slots = seconds > 0 ? Math.min(work, addedPerSecond * seconds + (backlog * seconds) / drain) : work;
  return Math.max(least, 1, Math.ceil(slots / slotsEach(queue)));
}

function slotsEach({
  name,
  capacity,
  workers,
}: {
  name: QueueName;
  capacity: number;
  workers: readonly unknown[];
}): number {
  return workers.length > 0 && capacity > 0 ? capacity / workers.length : (SLOTS[name] ?? 1);
}
