import type { Closable } from './ports-closable.js';

/** Where experiments are logged; a part of ports.ts. */

/** One logged experiment: what was set, what came out, and how it is found again. */
export interface TrackedRun {
  /** Of the caller's making: logging the same run again is the same run. */
  id: string;
  /** What it is one of: `backtests`, `sweeps`, `searches`. */
  experiment: string;
  name: string;
  params: Record<string, string | number | boolean>;
  tags: Record<string, string>;
  /** Finite numbers only; what is undefined is left out. */
  metrics: Record<string, number>;
  status: 'running' | 'finished' | 'failed';
  /** Epoch ms. */
  startedAt: number;
  finishedAt: number | null;
}

export interface TrackedRunsPage {
  items: TrackedRun[];
  cursor: string | null;
}

/** Steps run at least once: each call may be repeated, and a run that has ended stays as it ended. */
export interface TrackingPort extends Closable {
  startRun(run: Omit<TrackedRun, 'metrics' | 'status' | 'finishedAt'>): Promise<void>;
  /** Adds to the metrics, or replaces those of these names. @throws NotFoundError for a run that was not started */
  logMetrics(id: string, metrics: Record<string, number>): Promise<void>;
  /** @throws NotFoundError for a run that was not started */
  finish(id: string, end: { status: 'finished' | 'failed'; at: number }): Promise<void>;
  get(id: string): Promise<TrackedRun | null>;
  /** Newest first. */
  list(query: { experiment?: string; limit: number; cursor?: string }): Promise<TrackedRunsPage>;
}
