/**
 * The latest absolute residuals, by age and by size. Sizes are kept sorted so that a quantile is one look-up.
 * Ages are a ring: the oldest lies at `next` once the window is full.
 */
export interface Scores {
  window: number;
  byAge: number[];
  next: number;
  sorted: number[];
}

/** @param sizes oldest first; only the latest `window` of them are kept. */
export function startScores(sizes: number[], window: number): Scores {
  const byAge = sizes.slice(-window);
  return { window, byAge, next: 0, sorted: byAge.toSorted((a, b) => a - b) };
}

/** Takes one size in and, where the window is full, lets the oldest go. */
export function pushScore(scores: Scores, size: number): void {
  const { byAge, sorted, window } = scores;
  if (byAge.length < window) byAge.push(size);
  else {
    sorted.splice(countBelow(sorted, byAge[scores.next] ?? NaN), 1);
    byAge[scores.next] = size;
    scores.next = (scores.next + 1) % window;
  }
  sorted.splice(countBelow(sorted, size), 0, size);
}

/** How many sizes of an ascending list are smaller than `size`. */
export function countBelow(sorted: number[], size: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? NaN) < size) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The sizes, oldest first. */
export const inOrder = (scores: Scores): number[] => [
  ...scores.byAge.slice(scores.next),
  ...scores.byAge.slice(0, scores.next),
];
