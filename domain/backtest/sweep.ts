import { InvalidInputError } from '../errors.js';
import { resolveParams } from '../strategies/index.js';
import type { Strategy } from '../strategies/strategy.js';
import { openGrid, type GridArgs, type GridRun } from './grid.js';
import { pricesOf } from './grid-rules.js';
import type { BarSource, PriceName } from './blocks.js';
import type { GridMetrics } from './grid-metrics.js';
import { termsOf } from './grid-state.js';
import type { ColumnRef, Rule } from './rules.js';
import { parseSpace, steppedValues } from './search/space.js';
import type { RunSpec } from './spec.js';

/** How a combination was computed: by the grid's kernel, or as a run of its own where that is beyond it. */
export type SweepPath = 'grid' | 'single-run';

export interface SweepRow {
  params: Record<string, number>;
  metrics: GridMetrics;
}

export interface Combinations {
  list: Record<string, number>[];
  /** Combinations whose parameters contradict each other, and why. */
  skipped: { params: Record<string, number>; reason: string }[];
}

const MOST_COMBINATIONS = 1_000_000;

/**
 * All combinations of a grid as `parseSpace` reads it. They stand in the order of the strategy's parameters, the last one changing first.
 * @throws InvalidInputError naming the parameter or value that cannot be right, or where no combination is left.
 */
export function combinationsOf(strategy: Strategy, grid: Record<string, unknown>): Combinations {
  const known = Object.keys(strategy.params);
  const axes = Object.entries(parseSpace(grid)).map(([name, axis]) => ({
    name,
    values: steppedValues(name, axis),
  }));
  axes.sort((a, b) => known.indexOf(a.name) - known.indexOf(b.name));
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_COMBINATIONS)
    throw new InvalidInputError(
      `The grid has ${count} combinations; at most ${MOST_COMBINATIONS} go in one sweep`,
    );
  let all: Record<string, number>[] = [{}];
  for (const { name, values } of axes)
    all = all.flatMap((params) => values.map((value) => ({ ...params, [name]: value })));
  return sorted(strategy, all);
}

/** What is wrong with one parameter by itself is wrong with the grid; what is wrong between two is left out. */
function sorted(strategy: Strategy, all: Record<string, number>[]): Combinations {
  const { fault: _fault, ...alone } = strategy;
  const found: Combinations = { list: [], skipped: [] };
  for (const given of all) {
    const params = resolveParams(alone, given);
    const reason = strategy.fault?.(params) ?? null;
    if (reason === null) found.list.push(params);
    else found.skipped.push({ params, reason });
  }
  const first = found.skipped[0];
  if (found.list.length === 0)
    throw new InvalidInputError(
      `No combination of the grid makes sense: ${strategy.name}: ${first?.reason ?? 'it is empty'}`,
    );
  return found;
}

/** The path of a strategy under a spec: only rules and plain sizes and costs go through the kernel. */
export const pathOf = (strategy: Strategy, spec: RunSpec): SweepPath =>
  strategy.rule && termsOf(spec, 1) ? 'grid' : 'single-run';

/** Columns of prices that the combinations read; the others need not be held. */
export const pricesNeeded = (
  strategy: Strategy,
  spec: RunSpec,
  list: readonly Record<string, number>[],
): Set<PriceName> =>
  pathOf(strategy, spec) === 'grid'
    ? pricesOf(list.map((params) => strategy.rule?.(params) as Rule))
    : new Set(['open', 'high', 'low', 'close', 'volume']);

/** A grid's run over combinations of a strategy that has a rule. */
export function openSweep(args: {
  strategy: Strategy;
  list: readonly Record<string, number>[];
  source: BarSource;
  spec: RunSpec;
  whole: (ref: ColumnRef) => Float64Array;
  stepper?: GridArgs['stepper'];
}): GridRun {
  const { strategy, list, source, spec, whole, stepper } = args;
  const rules = list.map((params) => strategy.rule?.(params) as Rule);
  return openGrid({ source, rules, spec, whole, ...(stepper && { stepper }) });
}

/**
 * Did this combination lose all it had? A run of its own then stops trading where its size needs money, which the kernel
 * does not do.
 */
export const isRuined = ({ maxDrawdown }: GridMetrics, { size }: RunSpec): boolean =>
  size.kind !== 'units' && !(maxDrawdown < 1);
