/** The deepest fall of a series, by places in it; place −1 is the start value, before the first. */
export interface Drawdown {
  /** Positive fraction of the peak. */
  depth: number;
  /** Where the peak was last held, where it was lowest, and where the peak was reached again: null if never. */
  start: number;
  trough: number;
  recovery: number | null;
  /** Places from the start to the recovery, or to the end. */
  duration: number;
}

/**
 * The deepest drawdown, the first of several as deep; the start value counts as a peak. Null where the series never
 * falls. Depths are of levels above 0; from a peak of nothing there is no fall.
 */
export function deepestDrawdown(levels: ArrayLike<number>, start: number): Drawdown | null {
  let [peak, peakAt] = [start, -1];
  let found: Drawdown | null = null;
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] ?? NaN;
    if (level >= peak) {
      if (found && found.recovery === null && level >= levelAt(levels, found.start, start))
        found.recovery = i;
      [peak, peakAt] = [level, i];
    }
    const depth = (peak - level) / peak;
    if (depth > (found?.depth ?? 0)) found = { depth, start: peakAt, trough: i, recovery: null, duration: 0 };
  }
  if (found) found.duration = (found.recovery ?? levels.length - 1) - found.start;
  return found;
}

const levelAt = (levels: ArrayLike<number>, at: number, start: number): number =>
  at < 0 ? start : (levels[at] ?? NaN);

/** The longest time below an earlier peak, in places; up to the end where that peak was not reached again. */
export function longestUnderwater(levels: ArrayLike<number>, start: number): number {
  let [peak, peakAt, longest, below] = [start, -1, 0, false];
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] ?? NaN;
    if (level < peak) below = true;
    if (level >= peak || i === levels.length - 1) {
      if (below) longest = Math.max(longest, i - peakAt);
      if (level >= peak) [peak, peakAt, below] = [level, i, false];
    }
  }
  return longest;
}
