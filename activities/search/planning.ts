import type { Ports } from '../../adapters/ports.js';
import { backtest } from '../../domain/backtest/engine.js';
import { combinationsOf } from '../../domain/backtest/sweep.js';
import { drawCombinations, type Patience } from '../../domain/backtest/search/draws.js';
import {
  checkMethod,
  scoreOf,
  toAxes,
  type Method,
  type Objective,
  type ScoredTrial,
  type SearchPlan,
  type Validation,
} from '../../domain/backtest/search/search.js';
import { parseSpace } from '../../domain/backtest/search/space.js';
import { combinatorial, walkForward, type Split } from '../../domain/backtest/search/splits.js';
import type { BarColumns } from '../../domain/bars.js';
import { digestOf } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import { dailyReturns } from '../../domain/metrics.js';
import type { SuggestRequest } from '../../domain/ml.js';
import { resolveParams, resolveStrategy } from '../../domain/strategies/index.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { putTrials } from './trials.js';
import { planBars, plannedBars, recordTrials, type PlannedInput } from '../backtest/planned.js';

export interface SearchInput extends PlannedInput {
  space: Record<string, unknown>;
  method?: Method;
  objective?: Objective;
  trials?: number;
  seed?: number;
  patience?: Patience;
  validation?: Validation;
}

export interface TriedBatch {
  scored: ScoredTrial[];
  /** Wanted combinations that the parameters' own rules refuse: scored as undefined, never run. */
  refused: number;
}

const DAY = 86_400_000;
const MOST_TRIALS = 20_000;
/** Each asks for all that was told before, which must stay a small payload. */
const MOST_SUGGESTED = 300;

export const searchSteps = (ports: Ports) => ({
  /** @throws InvalidInputError naming what is wrong with space, method, validation or bars. */
  async planSearch(input: SearchInput): Promise<SearchPlan> {
    const strategy = resolveStrategy(input.strategy);
    if (strategy.needs)
      throw new InvalidInputError(`${strategy.name} needs ${strategy.needs}; a search runs on bars alone`);
    const { method = 'random', objective = 'sharpe', seed = 1, patience = null } = input;
    const validation = input.validation ?? { kind: 'none' };
    checkMethod(method, validation);
    const trials = countOf(input, method);
    const plan = {
      ...(await planBars(ports, input)),
      strategy: strategy.name,
      ...{ space: input.space, method, objective, trials, seed, patience, validation },
    };
    const splits = validation.kind === 'none' ? 0 : splitsOf(plan).length;
    return { id: `srch_${digestOf(plan).slice(0, 24)}`, ...plan, splits };
  },

  /** Scores the trials [from, to) of the plan, or these; each is entered into the ledger. */
  async tryTrials(args: {
    plan: SearchPlan;
    from: number;
    to: number;
    params?: Record<string, number>[];
  }): Promise<TriedBatch> {
    const { plan } = args;
    const strategy = resolveStrategy(plan.strategy);
    const wanted = args.params ?? listOf(plan).slice(args.from, args.to);
    const sound = wanted.map((each) => {
      const { fault: _, ...alone } = strategy;
      const params = resolveParams(alone, each);
      return strategy.fault?.(params) ? null : params;
    });
    const list = sound.filter((each) => each !== null);
    const { bars, perUnit } = await plannedBars(ports, plan);
    const metrics = await sweep(ports, plan, { list, bars, perUnit });
    await recordTrials(ports, plan, { list, metrics, bars });
    if (list.length > 0) await putTrials(ports, plan, { from: args.from, list, metrics });
    let next = 0;
    const scored = sound.map((params, i): ScoredTrial => {
      const found = params === null ? undefined : metrics[next++];
      return { params: wanted[i] ?? {}, score: scoreOf(found, plan.objective) };
    });
    return { scored, refused: wanted.length - list.length };
  },

  /** What Optuna is asked: all that was tried, and how many more. */
  async describeTrials(args: {
    plan: SearchPlan;
    told: ScoredTrial[];
    count: number;
  }): Promise<SuggestRequest> {
    const { plan, told, count } = args;
    return {
      space: toAxes(wholeSteps(plan)),
      told: told.map(({ params, score }) => ({ params, value: score })),
      count,
      startup: Math.max(10, Math.ceil(plan.trials / 5)),
      seed: plan.seed,
    };
  },
});

function countOf(input: SearchInput, method: Method): number {
  if (method === 'grid') return combinationsOf(resolveStrategy(input.strategy), input.space).list.length;
  parseSpace(input.space);
  const unknown = resolveParamsOf(input);
  if (unknown) throw unknown;
  const { trials = method === 'bayesian' ? 100 : 200 } = input;
  const most = method === 'bayesian' ? MOST_SUGGESTED : MOST_TRIALS;
  if (Number.isInteger(trials) && trials >= 1 && trials <= most) return trials;
  throw new InvalidInputError(
    `trials is ${trials}; a ${method} search takes a whole number from 1 to ${most}`,
  );
}

/** Names of parameters and their bounds are looked at before anything is run. */
function resolveParamsOf({ strategy: name, space }: SearchInput): Error | null {
  const { fault: _, ...alone } = resolveStrategy(name);
  for (const [parameter, axis] of Object.entries(parseSpace(space)))
    for (const value of axis.kind === 'values' ? axis.values : [axis.min, axis.max])
      try {
        resolveParams(alone, { [parameter]: value });
      } catch (error) {
        return error as Error;
      }
  return null;
}

/** The trials of a grid or a random search, in the order in which they are made. */
export function listOf(plan: SearchPlan): Record<string, number>[] {
  const strategy = resolveStrategy(plan.strategy);
  if (plan.method === 'grid') return combinationsOf(strategy, plan.space).list;
  const { fault, ...alone } = strategy;
  return drawCombinations({
    space: wholeSteps(plan),
    count: plan.trials,
    seed: String(plan.seed),
    fault: (params) => fault?.(resolveParams(alone, params)) ?? null,
  });
}

/** Parameters that take whole numbers are searched in whole numbers. */
export function wholeSteps({ strategy, space }: Pick<SearchPlan, 'strategy' | 'space'>) {
  const { params } = resolveStrategy(strategy);
  return Object.fromEntries(
    Object.entries(parseSpace(space)).map(([name, axis]) => [
      name,
      axis.kind === 'range' && axis.step === null && params[name]?.integer ? { ...axis, step: 1 } : axis,
    ]),
  );
}

type Planned = Pick<SearchPlan, 'validation' | 'from' | 'to'>;

/** Splits of the window's UTC days. */
export function splitsOf({ validation, from, to }: Planned): Split[] {
  const periods = Math.ceil(to / DAY) - Math.floor(from / DAY);
  if (validation.kind === 'walk-forward') return walkForward({ periods, ...validation });
  if (validation.kind === 'combinatorial') return combinatorial({ periods, ...validation });
  return [];
}

/** With the defaults of what is not searched. */
export const wholeParams = (strategy: string, params: Record<string, number>): Record<string, number> =>
  resolveParams(resolveStrategy(strategy), params);

export function sweep(
  ports: Ports,
  plan: SearchPlan,
  on: { list: Record<string, number>[]; bars: BarColumns; perUnit: number },
) {
  if (on.list.length === 0) return Promise.resolve([]);
  const { strategy, spec, stream } = plan;
  return ports.sweeps.run({
    ...on,
    list: on.list.map((params) => wholeParams(strategy, params)),
    ...{ strategy, spec, timeframeMs: timeframeMs(parseStream(stream).timeframe) },
  });
}

/** Daily returns of one combination over these bars. */
export function runDaily(
  plan: SearchPlan,
  params: Record<string, number>,
  { bars, tradeFrom = -Infinity, closeAtEnd }: { bars: BarColumns; tradeFrom?: number; closeAtEnd: boolean },
): { returns: Float64Array; entries: number } {
  const strategy = resolveStrategy(plan.strategy);
  const spec = { ...plan.spec, closeAtEnd };
  const step = timeframeMs(parseStream(plan.stream).timeframe);
  const signal = strategy.signal({ bars, params: wholeParams(plan.strategy, params), timeframeMs: step });
  // What is decided at the close before the window is filled at its first open.
  for (let i = 0; i < signal.length && (bars.time[i] ?? NaN) + step < tradeFrom; i++) signal[i] = 0;
  const { equity, metrics } = backtest({ bars, signal, spec });
  const everyDay = spec.periodsPerYear === 365;
  return {
    returns: dailyReturns({ time: bars.time, equity, start: spec.cash, everyDay }),
    entries: metrics.entries,
  };
}
