import type { BacktestOutcome, FundingColumns, RunSpec } from '../domain/backtest/spec.js';
import type { BarColumns } from '../domain/bars.js';
import type { StrategySource } from '../domain/strategies/source.js';
import type { Parameter, SignalInput } from '../domain/strategies/strategy.js';
import type { Closable } from './ports-closable.js';

/** As a strategy of ours, but it answers later, since it runs in a sandbox; close it to end that. */
export interface StrategyFile extends Closable {
  name: string;
  summary: string;
  path: string;
  /** Of the file and of the files beside it that it imports. */
  sha256: string;
  /** These files, as they can be sent elsewhere. */
  source: StrategySource;
  params: Record<string, Parameter>;
  /** @throws InvalidInputError as `signal` */
  warmUp(params: Record<string, number>): Promise<number>;
  /** @throws InvalidInputError naming file, bar and fault: it throws, does not end, changes its input or returns no signal. */
  signal(input: SignalInput): Promise<Float64Array>;
  /** Of a file that lays orders in `onBar`, and has no signal: its run by the event-driven engine. @throws as `signal` */
  backtest?(input: CallbackInput): Promise<BacktestOutcome>;
}

export interface CallbackInput {
  bars: BarColumns;
  params: Record<string, number>;
  timeframeMs: number;
  spec: RunSpec;
  funding?: FundingColumns;
}

export interface StrategyFilesPort {
  /** A file by its path, or what was sent. @throws NotFoundError, InvalidInputError naming the line or member that cannot be right. */
  load(from: string | StrategySource, limits?: { timeMs?: number; memoryMb?: number }): Promise<StrategyFile>;
  /** A file and those beside it that it imports; nothing of them is run. @throws as `load` */
  read(path: string): Promise<StrategySource>;
}
