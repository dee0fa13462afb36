import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { GridMetrics } from '../../domain/backtest/grid-metrics.js';
import { runTask, type SweepTask } from './task.js';
import type { Answer } from './thread.js';

/** Mirrors of thread.ts, which must not be loaded here. */
const CANCELLED = 0;
const AT = 1;
const ENTRY = fileURLToPath(new URL('./thread.js', import.meta.url));

export interface TaskOptions {
  signal?: AbortSignal;
  onCheckpoint?: (bytes: Uint8Array, next: number) => void;
}

interface Thread {
  worker: Worker;
  control: Int32Array;
  busy: boolean;
}

/** Threads that stay warm between sweeps. */
export interface ThreadPool {
  /** How many tasks it computes at once. */
  size: number;
  run(task: SweepTask, options?: TaskOptions): Promise<GridMetrics[]>;
  close(): Promise<void>;
}

/** `size` 0, and a program that is not compiled, compute in the thread that asks, with pauses for what else it does. */
export function openPool(size = availableParallelism()): ThreadPool {
  const threads: Thread[] = [];
  const waiting: (() => void)[] = [];
  const compiled = existsSync(ENTRY);
  const take = async (): Promise<Thread> => {
    for (;;) {
      const free = threads.find(({ busy }) => !busy);
      if (free) return Object.assign(free, { busy: true });
      if (threads.length < size) {
        const made = newThread();
        threads.push(made);
        return made;
      }
      await new Promise<void>((next) => waiting.push(next));
    }
  };
  return {
    size: Math.max(1, size),
    async run(task, options = {}) {
      options.signal?.throwIfAborted();
      if (size === 0 || !compiled) return runHere(task, options);
      const thread = await take();
      try {
        return await runIn(thread, task, options);
      } finally {
        thread.busy = false;
        if (Atomics.load(thread.control, AT) < 0) threads.splice(threads.indexOf(thread), 1);
        waiting.shift()?.();
      }
    },
    async close() {
      await Promise.all(threads.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}

function newThread(): Thread {
  const control = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(ENTRY, { workerData: { control } });
  // A pool that nobody closed must not keep its process.
  worker.unref();
  return { worker, control, busy: true };
}

const runHere = (task: SweepTask, { signal, onCheckpoint }: TaskOptions): Promise<GridMetrics[]> =>
  runTask(task, {
    cancelled: () => signal?.aborted ?? false,
    at: () => undefined,
    checkpoint: (bytes, next) => onCheckpoint?.(bytes, next),
  });

function runIn({ worker, control }: Thread, task: SweepTask, options: TaskOptions): Promise<GridMetrics[]> {
  const { signal, onCheckpoint } = options;
  Atomics.store(control, CANCELLED, 0);
  worker.ref();
  return new Promise((done, fail) => {
    const cancel = (): void => void Atomics.store(control, CANCELLED, 1);
    const end = (): void => {
      worker.off('message', hear).off('error', crash).off('exit', exit);
      signal?.removeEventListener('abort', cancel);
      worker.unref();
    };
    const crash = (error: Error): void => {
      end();
      const which = nameOf(task, Atomics.load(control, AT));
      // Marks the thread as gone.
      Atomics.store(control, AT, -1);
      fail(new Error(`The thread that computed ${which} crashed: ${error.message}`, { cause: error }));
    };
    const exit = (code: number): void => crash(new Error(`it ended with code ${code}`));
    const hear = (answer: Answer): void => {
      if (answer.kind === 'checkpoint') return onCheckpoint?.(answer.bytes, answer.next);
      end();
      if (answer.kind === 'done') return done(answer.metrics);
      fail(failureOf(task, answer));
    };
    worker.on('message', hear).on('error', crash).on('exit', exit);
    signal?.addEventListener('abort', cancel);
    worker.postMessage(task);
  });
}

/** An error keeps its name, by which callers know what kind it is. */
function failureOf(task: SweepTask, answer: Extract<Answer, { kind: 'failed' }>): Error {
  const { name, message, combination } = answer;
  const error = new Error(name === 'AbortError' ? message : `${message} (${nameOf(task, combination)})`);
  error.name = name;
  return error;
}

const nameOf = ({ strategy, list }: SweepTask, combination: number): string =>
  `${strategy} ${JSON.stringify(list[Math.max(0, combination)] ?? {})}${list.length > 1 ? ` of ${list.length} combinations` : ''}`;
