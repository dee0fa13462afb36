import type { MarketData } from './data.js';

/** What is decided at each bar: a signal, features, forecasts, labels. */
export interface Decisions {
  /** Open times of the bars that were decided at, ascending. */
  time: Float64Array;
  /** One value a bar each. */
  columns: Record<string, ArrayLike<number>>;
}

/**
 * What a decision remembers of the bars before its warm-up: nothing (`window`), ever less (`fading`, such as exponential
 * averages), or an earlier decision (`held`, such as a position that is kept until its exit).
 */
export type Memory = 'window' | 'fading' | 'held';

/** Decisions as a function of data: all that an audit needs to know of a strategy, a feature or a model. */
export interface Subject {
  name: string;
  kind: 'strategy' | 'features' | 'model' | 'labels';
  /** Bars before the first decision that has all it needs. */
  warmUp: number;
  memory: Memory;
  /** Bars after its own that a value is about, as a label is; 0 for what decides. */
  horizonBars: number;
  /** Relative difference up to which two values are the same; 0 where they must be equal. */
  tolerance: number;
  decide(data: MarketData): Decisions | Promise<Decisions>;
}
