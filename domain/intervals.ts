/**
 * Stretches of time as their bounds, flat and strictly ascending: [from, to, from, to, …), epoch ms. Each stretch is
 * half-open, none touch each other: equal sets are equal arrays, five years of hours with ten holes are 22 numbers.
 */
export type Intervals = readonly number[];

export interface Interval {
  from: number;
  to: number;
}

/** One stretch, or nothing where it is empty. */
export const interval = (from: number, to: number): Intervals => (from < to ? [from, to] : []);

export const union = (a: Intervals, b: Intervals): Intervals => combine(a, b, (inA, inB) => inA || inB);
export const intersect = (a: Intervals, b: Intervals): Intervals => combine(a, b, (inA, inB) => inA && inB);
export const subtract = (a: Intervals, b: Intervals): Intervals => combine(a, b, (inA, inB) => inA && !inB);

/** Sweeps over the bounds of both: a place is inside a set where an odd number of its bounds lie at or before it. */
function combine(a: Intervals, b: Intervals, keep: (inA: boolean, inB: boolean) => boolean): Intervals {
  const bounds: number[] = [];
  let [i, j, inside] = [0, 0, false];
  while (i < a.length || j < b.length) {
    const at = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (a[i] === at) i++;
    if (b[j] === at) j++;
    if (keep(i % 2 === 1, j % 2 === 1) === inside) continue;
    bounds.push(at);
    inside = !inside;
  }
  return bounds;
}

/** Bars of length `step` by their opens, in any order. */
export function ofTimes(times: ArrayLike<number>, step: number): Intervals {
  const opens = Float64Array.from(times);
  let sorted = true;
  for (let i = 1; i < opens.length && sorted; i++) sorted = (opens[i - 1] ?? 0) <= (opens[i] ?? 0);
  if (!sorted) opens.sort();
  const bounds: number[] = [];
  for (const time of opens) {
    const last = bounds.at(-1);
    if (last !== undefined && time <= last) bounds[bounds.length - 1] = Math.max(last, time + step);
    else bounds.push(time, time + step);
  }
  return bounds;
}

/** Any stretches, in any order, overlapping or empty, as one set. */
export function ofStretches(stretches: readonly Interval[]): Intervals {
  const bounds: number[] = [];
  for (const { from, to } of stretches
    .filter((each) => each.from < each.to)
    .sort((a, b) => a.from - b.from)) {
    const last = bounds.at(-1);
    if (last !== undefined && from <= last) bounds[bounds.length - 1] = Math.max(last, to);
    else bounds.push(from, to);
  }
  return bounds;
}

export function stretches(set: Intervals): Interval[] {
  const found: Interval[] = [];
  for (let i = 0; i + 1 < set.length; i += 2) found.push({ from: set[i] ?? 0, to: set[i + 1] ?? 0 });
  return found;
}

/** Total length over `step`: the number of bars where the bounds lie on the grid of `step`. */
export function countBars(set: Intervals, step: number): number {
  let total = 0;
  for (let i = 0; i + 1 < set.length; i += 2) total += (set[i + 1] ?? 0) - (set[i] ?? 0);
  return total / step;
}

/** How many bounds lie at or before a place: odd inside a stretch. */
export function boundsUpTo(set: Intervals, time: number): number {
  let [low, high] = [0, set.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const contains = (set: Intervals, time: number): boolean => boundsUpTo(set, time) % 2 === 1;
