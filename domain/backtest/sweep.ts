import { InvalidInputError } from '../errors.js';
import { resolveParams } from '../strategies/index.js';
import type { Strategy } from '../strategies/strategy.js';
import { openGrid, type GridRun } from './grid.js';
import type { BarSource } from './blocks.js';
import type { GridMetrics } from './grid-metrics.js';
import { termsOf } from './grid-state.js';
import type { ColumnRef, Rule } from './rules.js';
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
 * All combinations of a grid, `{ fast: [10, 15], slow: '70:200:10', smooth: 9 }`: a list, a range `from:to:step` with both
 * ends, or one value. They stand in the order of the strategy's parameters, the last one changing first.
 * @throws InvalidInputError naming the parameter or value that cannot be right, or where no combination is left.
 */
export function combinationsOf(strategy: Strategy, grid: Record<string, unknown>): Combinations {
  const known = Object.keys(strategy.params);
  const names = Object.keys(grid).sort((a, b) => known.indexOf(a) - known.indexOf(b));
  const axes = names.map((name) => ({ name, values: axisOf(name, grid[name]) }));
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

function axisOf(name: string, given: unknown): number[] {
  const values = Array.isArray(given) ? given : typeof given === 'string' ? rangeOf(name, given) : [given];
  const bad = values.find((value) => typeof value !== 'number' || !Number.isFinite(value)) as unknown;
  if (values.length === 0 || bad !== undefined)
    throw new InvalidInputError(
      `Values of ${name} are ${JSON.stringify(given)}; they must be numbers, such as [10,20,30], "10:60:5" or 10`,
    );
  return [...new Set(values as number[])];
}

function rangeOf(name: string, text: string): number[] {
  const parts = text.split(':').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [from = NaN, to = NaN, step = 1] = parts;
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (parts.length < 2 || parts.length > 3 || !(step > 0) || !(count >= 1) || count > MOST_COMBINATIONS)
    throw new InvalidInputError(
      `Range of ${name} is "${text}"; it must be from:to or from:to:step, ascending, such as "10:60:5"`,
    );
  // Of 0.1 and the like the shortest decimal is meant, not the sum's last bit.
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toPrecision(12)));
}

/** The path of a strategy under a spec: only rules and plain sizes and costs go through the kernel. */
export const pathOf = (strategy: Strategy, spec: RunSpec): SweepPath =>
  strategy.rule && termsOf(spec, 1) ? 'grid' : 'single-run';

/** A grid's run over combinations of a strategy that has a rule. */
export function openSweep(args: {
  strategy: Strategy;
  list: readonly Record<string, number>[];
  source: BarSource;
  spec: RunSpec;
  whole: (ref: ColumnRef) => Float64Array;
}): GridRun {
  const { strategy, list, source, spec, whole } = args;
  const rules = list.map((params) => strategy.rule?.(params) as Rule);
  return openGrid({ source, rules, spec, whole });
}

/**
 * Did this combination lose all it had? A run of its own then stops trading where its size needs money, which the kernel
 * does not do.
 */
export const isRuined = ({ maxDrawdown }: GridMetrics, { size }: RunSpec): boolean =>
  size.kind !== 'units' && !(maxDrawdown < 1);
