import type { Rule } from '../backtest/rules.js';
import type { BarColumns } from '../bars.js';
import type { SentimentPoint } from '../features.js';

export interface Parameter {
  default: number;
  min: number;
  max: number;
  integer: boolean;
  help: string;
  /** Left out of the parameters where it has its default: results from before it was there keep their digest. */
  later?: true;
}

export interface SignalInput {
  bars: BarColumns;
  params: Record<string, number>;
  timeframeMs: number;
  /** A model's directions (−1, 0, 1) by the close time of the deciding bar. */
  forecasts?: { time: Float64Array; direction: Float64Array };
  /** What was said about the asset, ascending by `knownAt`; a decision uses what was known at its close. */
  sentiment?: SentimentPoint[];
}

/** `signal` gives for each bar the position wanted after its close, −1 … 1; NaN keeps what is held. */
export interface Strategy {
  name: string;
  summary: string;
  params: Record<string, Parameter>;
  /** What it needs beside bars. */
  needs?: 'forecasts' | 'sentiment';
  /** Relations between parameters that make no sense, as a sentence; null where all is well. */
  fault?(params: Record<string, number>): string | null;
  /** Bars before the first decision that has all it needs. */
  warmUp(params: Record<string, number>): number;
  /** The same as `signal` said in comparisons, where that can be said: what grids run by. */
  rule?(params: Record<string, number>): Rule;
  signal(input: SignalInput): Float64Array;
}
