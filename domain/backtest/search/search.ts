import { InvalidInputError } from '../../errors.js';
import type { Source } from '../../sources.js';
import type { GridMetrics } from '../grid-metrics.js';
import type { RunSpec } from '../spec.js';
import type { Space } from './space.js';
import type { Patience } from './draws.js';

export type Method = 'grid' | 'random' | 'bayesian';

/** What is made as large as can be. */
export const OBJECTIVES = ['sharpe', 'sortino', 'calmar', 'totalReturn'] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** How the choice of the best is judged on days that it has not seen; lengths in days. */
export type Validation =
  | { kind: 'none' }
  | {
      kind: 'walk-forward';
      train: number;
      test: number;
      purge: number;
      /** Kept for the record: no training follows its own test. */
      embargo: number;
      anchored: boolean;
    }
  | { kind: 'combinatorial'; groups: number; tested: number; purge: number; embargo: number };

/** Everything that decides what a search finds. */
export interface SearchPlan {
  /** `srch_` and 24 hex digits of the digest of all the rest. */
  id: string;
  stream: string;
  source: Source;
  strategy: string;
  /** As it was given: a grid of `combinationsOf`, or a space of `parseSpace`. */
  space: Record<string, unknown>;
  method: Method;
  objective: Objective;
  /** Trials at most; of a grid, its combinations. */
  trials: number;
  seed: number;
  patience: Patience | null;
  validation: Validation;
  spec: RunSpec;
  from: number;
  to: number;
  asOf: number;
  bars: number;
  barsSha256: string;
  /** Parts of a walk-forward. */
  splits: number;
}

/** Trials that Optuna is asked for at a time: few learn more from each other, many are sooner done. */
export const SUGGESTED = 10;

export interface ScoredTrial {
  params: Record<string, number>;
  /** Of the objective; null where it is undefined. */
  score: number | null;
}

export function scoreOf(metrics: GridMetrics | undefined, objective: Objective): number | null {
  const score = metrics?.[objective] ?? NaN;
  return Number.isFinite(score) ? score : null;
}

/** The first of the highest; of undefined scores the first trial. @throws InvalidInputError without any */
export function bestOf(scored: readonly ScoredTrial[]): ScoredTrial {
  const [first, ...others] = scored;
  if (!first) throw new InvalidInputError('There is no trial to choose from');
  let best = first;
  for (const each of others) if ((each.score ?? -Infinity) > (best.score ?? -Infinity)) best = each;
  return best;
}

/** One test window of a walk-forward: what was chosen before it, and what that earned in it. */
export interface ForwardPart {
  params: Record<string, number>;
  trials: number;
  trainScore: number | null;
  /** Epoch ms of days, half open. */
  from: number;
  to: number;
  entries: number;
  /** Where its daily returns lie, from a flat start, closed at the end. */
  returns: { key: string; sha256: string };
}

export interface SearchOutcome {
  best: ScoredTrial & { metrics: GridMetrics | null };
  tried: number;
  /** Ended before all trials were made, as nothing better came. */
  stoppedEarly: boolean;
}

/** Sharpe of what a search chooses, on days that the choice has not seen; a year's. */
export interface OutOfSample {
  kind: 'walk-forward' | 'combinatorial';
  sharpe: number;
  /** 5 % and 95 % quantile over the paths; of a walk-forward, which has one, its bootstrap interval. */
  interval: [number, number];
  totalReturn: number;
  maxDrawdown: number;
  days: number;
  /** Mean Sharpe of the choices in their training, a year's: what looked true. */
  inSampleSharpe: number;
  paths: number;
}

/** @throws InvalidInputError naming what does not go together. */
export function checkMethod(method: Method, validation: Validation): void {
  if (method === 'bayesian' && validation.kind !== 'none')
    throw new InvalidInputError(
      `A ${validation.kind} validation searches each of its windows anew, which goes with the methods grid and random, not ${method}`,
    );
}

/** A space as the contract with Optuna has it. */
export const toAxes = (space: Space) =>
  Object.fromEntries(
    Object.entries(space).map(([name, axis]) => [
      name,
      axis.kind === 'values'
        ? { values: [...axis.values], min: null, max: null, step: null, log: false }
        : { values: null, min: axis.min, max: axis.max, step: axis.step, log: axis.log },
    ]),
  );
