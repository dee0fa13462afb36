/** What one task queue has to do, and who does it. */
export interface Queue {
  name: string;
  /** Processes that ask for its tasks. */
  pollers: number;
  /** Tasks that nobody has begun. */
  backlog: number;
  oldestTaskAgeMs: number | null;
  tasksPerSecond: number | null;
  running: number;
  capacity: number;
  /** As many as its backlog would need. */
  workers: number;
}
export interface Gpu {
  name: string;
  memoryBytes: number;
  usedBytes: number;
  /** A share. */
  utilisation: number | null;
}
export interface Machine {
  cores: number;
  memoryBytes: number;
  freeMemoryBytes: number;
  load: number | null;
  gpus: readonly Gpu[];
}
export interface Resources {
  queues: readonly Queue[];
  machine: Machine;
  training: {
    running: readonly { workflowId: string; name?: string; startedAt?: number }[];
    waiting: number;
  };
  asOf: number;
}
