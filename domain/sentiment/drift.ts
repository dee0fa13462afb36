import { quantile } from '../statistics.js';

/**
 * Population stability index, Σ (pᵢ − qᵢ)·ln(pᵢ/qᵢ) over shares of two populations (Siddiqi 2006, Credit Risk
 * Scorecards): below 0.1 stable, to 0.25 moved somewhat, above moved. Empty cells count as half a text, since the
 * logarithm of 0 is none.
 */
export function stabilityIndex(first: readonly number[], second: readonly number[]): number {
  const [n, m] = [sum(first), sum(second)];
  if (n === 0 || m === 0) return NaN;
  return first.reduce((total, count, i) => {
    const p = Math.max(count, 0.5) / n;
    const q = Math.max(second[i] ?? 0, 0.5) / m;
    return total + (p - q) * Math.log(p / q);
  }, 0);
}

/** The same for values, in as many cells as hold equal shares of the first population. */
export function stabilityOfValues(first: readonly number[], second: readonly number[], cells = 10): number {
  // Equal borders, where a value is frequent, would be cells that nothing can fall into.
  const borders = [...new Set(Array.from({ length: cells - 1 }, (_, i) => quantile(first, (i + 1) / cells)))];
  const counted = (values: readonly number[]): number[] => {
    const counts = [0, ...borders.map(() => 0)];
    for (const value of values) {
      const at = borders.findIndex((border) => value <= border);
      const cell = at < 0 ? borders.length : at;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    return counts;
  };
  return stabilityIndex(counted(first), counted(second));
}

export const readingOf = (index: number): 'unknown' | 'stable' | 'moved somewhat' | 'moved' => {
  if (Number.isNaN(index)) return 'unknown';
  if (index < 0.1) return 'stable';
  return index <= 0.25 ? 'moved somewhat' : 'moved';
};

/**
 * Cohen's kappa (1960): agreement beyond what the two models' own label shares would give by chance. Rows: the first
 * model's labels, columns: the second's; NaN where chance alone agrees always.
 */
export function kappaOf(between: readonly (readonly number[])[]): number {
  const n = sum(between.map(sum));
  const observed = sum(between.map((row, i) => row[i] ?? 0)) / n;
  const expected = sum(
    between.map((row, i) => (sum(row) / n) * (sum(between.map((each) => each[i] ?? 0)) / n)),
  );
  return expected === 1 ? NaN : (observed - expected) / (1 - expected);
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
