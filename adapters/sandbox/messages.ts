import type { BacktestOutcome, FundingColumns, RunSpec } from '../../domain/backtest/spec.js';
import type { BarColumns } from '../../domain/bars.js';
import type { SentimentPoint } from '../../domain/features.js';

/** What the worker thread is started with. */
export interface WorkerStart {
  /** The scripts of bundle.ts. */
  inside: string;
  strategy: string;
  limits: Limits;
}

export interface Limits {
  /** Of one call. */
  timeMs: number;
  /** Of what the strategy holds at a time, its bars included. */
  memoryMb: number;
}

export type Task =
  | { kind: 'describe' }
  | { kind: 'warmUp'; params: Record<string, number> }
  | {
      kind: 'signal';
      bars: BarColumns;
      params: Record<string, number>;
      timeframeMs: number;
      sentiment?: SentimentPoint[];
    }
  | {
      /** Callbacks, by the event-driven engine. */
      kind: 'events';
      bars: BarColumns;
      params: Record<string, number>;
      timeframeMs: number;
      spec: RunSpec;
      funding?: FundingColumns;
    };

/** Why there is no answer; `bar` is −1 where it is not known. */
export interface Fault {
  fault: 'throws' | 'time' | 'memory' | 'returns' | 'length' | 'decides' | 'changes' | 'refuses';
  bar: number;
  /** What was thrown, returned or changed. */
  text: string;
  stack: string;
}

/** `text` is JSON. */
export type Answer = { text: string } | { signal: Float64Array } | { outcome: BacktestOutcome } | Fault;
