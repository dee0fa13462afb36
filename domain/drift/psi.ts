import { quantile } from '../statistics.js';

/**
 * Population stability index, Σ (pᵢ − qᵢ)·ln(pᵢ/qᵢ) over shares of two populations (Siddiqi 2006, Credit Risk
 * Scorecards): below 0.1 stable, to 0.25 moved somewhat, above moved. Empty cells count as half a case, since the
 * logarithm of 0 is none; NaN where a population is empty.
 */
export function stabilityIndex(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [n, m] = [sum(first), sum(second)];
  if (n === 0 || m === 0) return NaN;
  let total = 0;
  for (let i = 0; i < first.length; i++) {
    const p = Math.max(first[i] ?? 0, 0.5) / n;
    const q = Math.max(second[i] ?? 0, 0.5) / m;
    total += (p - q) * Math.log(p / q);
  }
  return total;
}

/** Cells of {@link stabilityOfValues}: tenths of the reference, as scorecards take them. */
export const STABILITY_CELLS = 10;

/**
 * The same for values, in as many cells as hold equal shares of the first population; a cell takes its upper border.
 * Where many values are equal there are fewer cells, and values below all of the first population have their own.
 */
export function stabilityOfValues(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  cells = STABILITY_CELLS,
): number {
  const borders = stabilityBorders(first, cells);
  return stabilityIndex(countCells(first, borders), countCells(second, borders));
}

/** Ascending upper borders of all cells but the last. */
export function stabilityBorders(values: ArrayLike<number>, cells = STABILITY_CELLS): number[] {
  const sorted = Float64Array.from(values).sort();
  // Equal borders, where a value is frequent, would be cells that nothing can fall into.
  const shares = Array.from({ length: cells - 1 }, (_, i) => (i + 1) / cells);
  const borders = [...new Set(shares.map((share) => quantile(sorted, share)))];
  const [least = NaN] = sorted;
  // Where the least value fills a whole cell, one below it would be taken for it.
  return borders[0] === least ? [below(least), ...borders] : borders;
}

/** The next smaller number, as near as the comparison needs it. */
const below = (value: number): number => value - Math.max(Math.abs(value) * 2 ** -50, Number.MIN_VALUE);

function countCells(values: ArrayLike<number>, borders: readonly number[]): Float64Array {
  const counts = new Float64Array(borders.length + 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    let cell = 0;
    while (cell < borders.length && !(value <= (borders[cell] ?? NaN))) cell++;
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

export type Stability = 'unknown' | 'stable' | 'moved somewhat' | 'moved';

export const readingOf = (index: number): Stability => {
  if (Number.isNaN(index)) return 'unknown';
  if (index < 0.1) return 'stable';
  return index <= 0.25 ? 'moved somewhat' : 'moved';
};

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? NaN;
  return total;
}
