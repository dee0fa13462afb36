import type { BarColumns } from '../domain/bars.js';
import type { ConventionName } from '../domain/backtest/engine-conventions.js';
import type { EngineRule, ExternalTrades } from '../domain/backtest/external.js';
import type { RunSpec } from '../domain/backtest/spec.js';

/** A backtest as every engine gets it. */
export interface EngineJob {
  bars: BarColumns;
  /** Our decisions: replayed by an engine that has not all of the rule's indicators. */
  signal: Float64Array;
  rule: EngineRule;
  /** `replay`: the decisions are traded, whatever indicators an engine has. */
  decide: 'rule' | 'replay';
  spec: RunSpec;
}

export interface EngineOutcome extends ExternalTrades {
  version: string;
  decided: 'rule' | 'replay';
  finalEquity: number;
  seconds: number;
  cpuSeconds: number;
}

/** What is known of an engine without running it. */
export interface EngineFacts {
  name: string;
  /** Of the engine, as its authors state it. */
  licence: string;
  home: 'typescript' | 'python' | 'java';
  /** Known differences that our engine can reproduce, in the order in which they are tried. */
  conventions: readonly ConventionName[];
}

export interface EngineState extends EngineFacts {
  version: string | null;
  available: boolean;
  /** Why it is not available and what would help; null where it is. */
  reason: string | null;
}

/** One engine. It runs in a process of its own unless it is ours. */
export interface BacktestEngine extends EngineFacts {
  /** Of what is installed, or null. */
  version(): string | null;
  /** Why it cannot run here and what would help, or null. */
  missing(): string | null;
  /** Why it has no such backtest, or null. */
  unsupported(job: EngineJob): string | null;
  /** @throws InvalidInputError for what it cannot do, UnreachableError where its process fails. */
  run(job: EngineJob): Promise<EngineOutcome>;
}

/** Engines that check each other: the reference is our vectorised one. */
export interface BacktestEnginesPort {
  list(): EngineState[];
  /** @throws NotFoundError naming the known ones. */
  get(name: string): BacktestEngine;
  /** The job's bars and decisions as the Parquet table that engines of other processes read. */
  encode(job: EngineJob): Promise<Uint8Array>;
  /** The trades that such an engine wrote. */
  decode(bytes: Uint8Array): ExternalTrades;
}
