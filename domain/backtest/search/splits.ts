import { InvalidInputError } from '../../errors.js';

/** Half-open ranges of periods (bars or days), counted from 0. */
export interface Stretch {
  from: number;
  to: number;
}

export interface Split {
  /** What a choice may be made on; several stretches where test periods lie between. */
  train: Stretch[];
  /** What it is judged on. */
  test: Stretch[];
}

export interface Gaps {
  /** Periods left out of the training before each test stretch: what is decided there is settled inside the test. */
  purge: number;
  /** Periods left out of the training after each test stretch: they still echo it. */
  embargo: number;
}

export interface WalkForwardArgs extends Gaps {
  periods: number;
  train: number;
  test: number;
  /** True: the training always begins at 0 and grows; false: it rolls. */
  anchored: boolean;
}

/**
 * Training windows each followed, after the purge, by the test window that no training has seen; tests join without
 * overlap, the last one may be shorter. The embargo has no effect, since no training follows its own test.
 * @throws InvalidInputError where not one test fits
 */
export function walkForward({ periods, train, test, purge, embargo, anchored }: WalkForwardArgs): Split[] {
  checkCounts({ periods, train, test }, 1);
  checkCounts({ purge, embargo }, 0);
  if (train + purge >= periods)
    throw new InvalidInputError(
      `${periods} periods hold no training of ${train}, a purge of ${purge} and a test; shorten them or widen the window`,
    );
  const splits: Split[] = [];
  for (let from = train + purge; from < periods; from += test)
    splits.push({
      train: [{ from: anchored ? 0 : from - purge - train, to: from - purge }],
      test: [{ from, to: Math.min(from + test, periods) }],
    });
  return splits;
}

export interface CombinatorialArgs extends Gaps {
  periods: number;
  groups: number;
  /** Groups tested at a time. */
  tested: number;
}

export interface CombinatorialSplit extends Split {
  /** The groups of `test`, in its order. */
  groups: number[];
  /** For each group of `test`, to which path its result belongs. */
  paths: number[];
}

/**
 * Combinatorial purged cross-validation (López de Prado 2018, ch. 12): every choice of `tested` out of `groups` groups is
 * a test once, and the tests make tested/groups × C(groups, tested) whole paths through the window.
 * @throws InvalidInputError where groups and tested do not fit
 */
export function combinatorial(args: CombinatorialArgs): CombinatorialSplit[] {
  const { periods, groups, tested, purge, embargo } = args;
  checkCounts({ periods, groups, tested }, 1);
  checkCounts({ purge, embargo }, 0);
  if (tested >= groups)
    throw new InvalidInputError(`${tested} of ${groups} groups tested leaves none to train on; test fewer`);
  if (groups > periods)
    throw new InvalidInputError(`${periods} periods make no ${groups} groups; use fewer groups or more data`);
  const border = (group: number): number => Math.floor((group * periods) / groups);
  const used = Array.from({ length: groups }, () => 0);
  return choices(groups, tested).map((chosen) => {
    const test = chosen.map((group) => ({ from: border(group), to: border(group + 1) }));
    const paths = chosen.map((group) => {
      const path = used[group] ?? 0;
      used[group] = path + 1;
      return path;
    });
    return { train: outside(periods, test, { purge, embargo }), test, groups: chosen, paths };
  });
}

/** What is left of the window without the test stretches, the purge before and the embargo after each. */
function outside(periods: number, test: Stretch[], { purge, embargo }: Gaps): Stretch[] {
  const left: Stretch[] = [];
  let from = 0;
  for (const [i, stretch] of test.entries()) {
    if (stretch.from - purge > from) left.push({ from, to: stretch.from - purge });
    const next = test[i + 1];
    // Neighbouring tests have no training between them.
    from = next && next.from === stretch.to ? next.from + purge : stretch.to + embargo;
  }
  if (periods > from) left.push({ from, to: periods });
  return left;
}

/** Every choice of k out of 0 … n − 1, in lexical order. */
export function choices(n: number, k: number): number[][] {
  const found: number[][] = [];
  const extend = (chosen: number[], next: number): void => {
    if (chosen.length === k) return void found.push(chosen);
    for (let each = next; each <= n - (k - chosen.length); each++) extend([...chosen, each], each + 1);
  };
  extend([], 0);
  return found;
}

function checkCounts(counts: Record<string, number>, least: number): void {
  for (const [name, value] of Object.entries(counts))
    if (!(Number.isInteger(value) && value >= least))
      throw new InvalidInputError(`${name} is ${value}; it must be a whole number of at least ${least}`);
}
