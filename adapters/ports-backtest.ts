import type { PriceName } from '../domain/backtest/blocks.js';
import type { GridMetrics } from '../domain/backtest/grid-metrics.js';
import type { RunSpec } from '../domain/backtest/spec.js';
import type { BarColumns } from '../domain/bars.js';
import type { SuggestRequest, SuggestResult } from '../domain/ml.js';
import type { Closable } from './ports-closable.js';

/** Interfaces of what backtests many combinations at once; a part of ports.ts. */

export interface SweepRequest {
  /** As `share` gives them. */
  bars: BarColumns;
  perUnit: number;
  timeframeMs: number;
  strategy: string;
  list: Record<string, number>[];
  spec: RunSpec;
  /** Where an earlier attempt had got to: one thread then computes all of the list. */
  checkpoint?: Uint8Array;
  /** Milliseconds between two of them. */
  checkpointEveryMs?: number;
}

export interface SweepOptions {
  /** All cores where absent; 0 computes in the thread that asks. */
  threads?: number;
  signal?: AbortSignal;
  onCheckpoint?: (bytes: Uint8Array, next: number) => void;
}

/** Combinations of a strategy over the same bars, in worker threads that stay warm. */
export interface SweepsPort extends Closable {
  /** Batches of bars as columns that threads share, and their tick; prices that are not of `keep` are left empty. @throws InvalidInputError where they need more memory than is free. */
  share(
    batches: AsyncIterable<BarColumns> | Iterable<BarColumns>,
    keep?: ReadonlySet<PriceName>,
  ): Promise<{ bars: BarColumns; perUnit: number }>;
  /** Figures in the order of the list. @throws what a combination threw, or that its thread crashed, naming it; AbortError */
  run(request: SweepRequest, options?: SweepOptions): Promise<GridMetrics[]>;
}

/** What tells a Bayesian search which parameters to try next; close it to end its process. */
export interface Suggester extends Closable {
  /** @throws InvalidInputError for a space that it cannot search; UnreachableError where its process ended */
  ask(request: SuggestRequest): Promise<SuggestResult>;
}

export interface SuggestionsPort {
  /** @throws UnreachableError saying how to install what is missing */
  open(): Promise<Suggester>;
}
