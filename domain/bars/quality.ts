import type { BarColumns, Gap } from '../bars.js';
import { timeframeMs, type Timeframe } from '../streams.js';
import type { RowFault, RowOrder } from './inspect.js';
import { addTime, type TimeSet } from './scan.js';

/** How good the bars of a file or a stored stream are. Times in epoch ms. */
export interface QualityReport {
  timeframe: Timeframe;
  /** Rows of the file, or stored bars. */
  rows: number;
  /** Bars that are believed. */
  bars: number;
  first: number | null;
  last: number | null;
  /** Bars between the first and the last one that there should be, and their share that is there. */
  expected: number;
  completeness: number;
  missing: number;
  gaps: Gap[];
  quarantined: RowFault[];
  quarantinedRows: number;
  duplicates: number;
  flagged: RowFault[];
  order: RowOrder;
  /** Bars without trades, and bars whose four prices are one. */
  withoutVolume: number;
  flat: number;
}

export interface Judged {
  rows: number;
  /** As many as are listed; `quarantinedRows` counts all. */
  quarantined: RowFault[];
  quarantinedRows: number;
  duplicates: number;
  flagged: RowFault[];
  order: RowOrder;
}

/** Counts over bars that come in parts, in any order. */
export interface Tally {
  present: TimeSet;
  bars: number;
  withoutVolume: number;
  flat: number;
}

export const newTally = (): Tally => ({ present: { from: [], to: [] }, bars: 0, withoutVolume: 0, flat: 0 });

export function tallyBars(tally: Tally, { time, high, low, volume }: BarColumns, timeframe: Timeframe): void {
  const stepMs = timeframeMs(timeframe);
  for (let i = 0; i < time.length; i++) {
    addTime(tally.present, time[i] ?? NaN, stepMs);
    if (volume[i] === 0) tally.withoutVolume++;
    if (high[i] === low[i]) tally.flat++;
  }
  tally.bars += time.length;
}

/** The report on bars that were counted and on what was left out of them. */
export function reportQuality(
  { present, ...counts }: Tally,
  judged: Judged & { timeframe: Timeframe },
): QualityReport {
  const stepMs = timeframeMs(judged.timeframe);
  const gaps = present.to.slice(0, -1).map((from, i) => {
    const to = present.from[i + 1] ?? NaN;
    return { from, to, bars: (to - from) / stepMs };
  });
  const [first = null, end = null] = [present.from[0], present.to.at(-1)];
  const expected = first === null || end === null ? 0 : (end - first) / stepMs;
  const missing = gaps.reduce((sum, gap) => sum + gap.bars, 0);
  return {
    ...judged,
    ...counts,
    first,
    last: end === null ? null : end - stepMs,
    expected,
    completeness: expected === 0 ? 1 : (expected - missing) / expected,
    missing,
    gaps,
  };
}
