import type { BarColumns } from '../bars.js';
import { medianOf, takeRows } from './columns.js';

/** Two streams on one time axis: places in each of them, −1 where it has no bar. */
export interface Alignment {
  time: Float64Array;
  left: Int32Array;
  right: Int32Array;
}

/** Ascending bars of two streams side by side: `inner` keeps the times of both, `outer` those of either. */
export function alignBars(
  left: Pick<BarColumns, 'time'>,
  right: Pick<BarColumns, 'time'>,
  how: 'inner' | 'outer' = 'inner',
): Alignment {
  const time: number[] = [];
  const places: [number[], number[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < left.time.length || j < right.time.length) {
    const [a, b] = [left.time[i] ?? Infinity, right.time[j] ?? Infinity];
    const [hasLeft, hasRight] = [a <= b, b <= a];
    if (how === 'outer' || (hasLeft && hasRight)) {
      time.push(Math.min(a, b));
      places[0].push(hasLeft ? i : -1);
      places[1].push(hasRight ? j : -1);
    }
    if (hasLeft) i++;
    if (hasRight) j++;
  }
  return {
    time: Float64Array.from(time),
    left: Int32Array.from(places[0]),
    right: Int32Array.from(places[1]),
  };
}

export interface Deviation {
  time: number;
  left: number;
  right: number;
  /** By how much the left close is above the right one, basis points. */
  bps: number;
  /** Distance from the usual difference, in robust deviations. */
  units: number;
}

export interface DeviationReport {
  compared: number;
  /** The usual difference of the closes (a basis, another quote), basis points; null where nothing could be compared. */
  medianBps: number | null;
  unitBps: number | null;
  deviations: Deviation[];
}

/** One basis point: closer than that, two venues agree as well as fees let them. */
const LEAST_UNIT = 1e-4;

/**
 * Times at which two venues disagree: the log ratio of their closes is further than `threshold` robust deviations
 * (1.4826 × median absolute deviation, at least one basis point) from its median.
 */
export function findDeviations(left: BarColumns, right: BarColumns, threshold = 20): DeviationReport {
  const { time, left: of, right: to } = alignBars(left, right);
  const [a, b] = [takeRows(left, of).close, takeRows(right, to).close];
  const ratios = a.map((close, i) => Math.log(close / (b[i] ?? NaN)));
  if (ratios.length === 0) return { compared: 0, medianBps: null, unitBps: null, deviations: [] };
  const median = medianOf(ratios);
  const unit = Math.max(LEAST_UNIT, 1.4826 * medianOf(ratios.map((ratio) => Math.abs(ratio - median))));
  const deviations: Deviation[] = [];
  ratios.forEach((ratio, i) => {
    const units = (ratio - median) / unit;
    if (Math.abs(units) > threshold)
      deviations.push({
        time: time[i] ?? NaN,
        left: a[i] ?? NaN,
        right: b[i] ?? NaN,
        bps: bps(ratio),
        units,
      });
  });
  return { compared: ratios.length, medianBps: bps(median), unitBps: bps(unit), deviations };
}

const bps = (log: number): number => 10_000 * Math.expm1(log);
