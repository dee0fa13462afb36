import { expectedBars, findGaps, type BarColumns, type Gap } from '../bars.js';
import { timeframeMs, type Timeframe } from '../streams.js';
import type { RowFault, RowOrder } from './inspect.js';
import { returnScale } from './spikes.js';

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
  duplicates: number;
  flagged: RowFault[];
  order: RowOrder;
  /** Bars without trades, and bars whose four prices are one. */
  withoutVolume: number;
  flat: number;
  /** Robust deviation of the log return from bar to bar; null where there are too few. */
  returnUnit: number | null;
}

export interface Judged {
  rows: number;
  quarantined: RowFault[];
  duplicates: number;
  flagged: RowFault[];
  order: RowOrder;
}

/** The report on ascending bars and on what was left out of them. */
export function reportQuality(bars: BarColumns, timeframe: Timeframe, judged: Judged): QualityReport {
  const { time } = bars;
  const [first = null, last = null] = [time[0], time.at(-1)];
  const range = { from: first ?? 0, to: last === null ? 0 : last + timeframeMs(timeframe) };
  const expected = first === null ? 0 : expectedBars(range, timeframe);
  const gaps = first === null ? [] : findGaps(time, range, timeframe);
  const missing = gaps.reduce((sum, gap) => sum + gap.bars, 0);
  let [withoutVolume, flat] = [0, 0];
  for (let i = 0; i < time.length; i++) {
    if (bars.volume[i] === 0) withoutVolume++;
    if (bars.high[i] === bars.low[i]) flat++;
  }
  return {
    timeframe,
    ...judged,
    bars: time.length,
    first,
    last,
    expected,
    completeness: expected === 0 ? 1 : (expected - missing) / expected,
    missing,
    gaps,
    withoutVolume,
    flat,
    returnUnit: returnScale(bars, timeframeMs(timeframe))?.unit ?? null,
  };
}
