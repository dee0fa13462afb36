import { parentPort, workerData } from 'node:worker_threads';
import type { GridMetrics } from '../../domain/backtest/grid-metrics.js';
import { runTask, type SweepTask } from './task.js';

/** What a thread answers. */
export type Answer =
  | { kind: 'done'; metrics: GridMetrics[] }
  | { kind: 'failed'; name: string; message: string; combination: number }
  | { kind: 'checkpoint'; bytes: Uint8Array; next: number };

/** Shared with the pool: [0] is 1 where the task is to stop, [1] the combination that is being computed. */
export const CANCELLED = 0;
export const AT = 1;

const shared = (workerData as { control: Int32Array }).control;
const answer = (message: Answer): void => parentPort?.postMessage(message);

parentPort?.on('message', (task: SweepTask) => {
  Atomics.store(shared, AT, 0);
  runTask(task, {
    cancelled: () => Atomics.load(shared, CANCELLED) === 1,
    at: (combination) => void Atomics.store(shared, AT, combination),
    checkpoint: (bytes, next) => answer({ kind: 'checkpoint', bytes, next }),
  }).then(
    (metrics) => answer({ kind: 'done', metrics }),
    (error: Error) => {
      const combination = Atomics.load(shared, AT);
      answer({ kind: 'failed', name: error.name, message: error.message, combination });
    },
  );
});
