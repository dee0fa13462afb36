import type { Source } from './sources.js';
import { faultOfValues } from './bars/rules.js';
import { ceilToBar, closesAt, timeframeMs, type Stream, type Timeframe } from './streams.js';

/**
 * One finished OHLCV bar of a stream. `time` is the bar's open, epoch ms UTC. `knownAt` is when the
 * platform could first know these values: the bar's close for history, the fetch time for a later correction.
 */
export interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  /** Base asset units. */
  volume: number;
  knownAt: number;
}

/** The same bars as columns, each of length n, ascending by time: what features and backtests read. */
export interface BarColumns {
  time: Float64Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
}

/** A bar that broke a rule, kept with the reason instead of being repaired. */
export interface QuarantinedBar {
  stream: string;
  bar: Record<string, unknown>;
  reason: string;
  seenAt: number;
  source: Source;
}

/** Half-open range of bar open times, [from, to), epoch ms. */
export interface TimeRange {
  from: number;
  to: number;
}

export interface Gap extends TimeRange {
  bars: number;
}

export interface BarsKey {
  /** Facts of different kinds never mix: each kind has its own place. */
  source: Source;
  stream: Stream;
  range: TimeRange;
  /** Only versions known at or before this instant are read. */
  asOf: number;
}

/** When a bar is final: its open plus its length, epoch ms. */
export const closeTime = closesAt;

/**
 * Parts fetched bars into those that may be stored, ascending and one per open time, and those that break a
 * rule, each with the reason. Equal duplicates become one; where bars of one time differ, none of them is
 * believed.
 */
export function validateBars(
  rows: readonly Bar[],
  window: TimeRange & { timeframe: Timeframe },
): { good: Bar[]; bad: { bar: Bar; reason: string }[] } {
  const bad: { bar: Bar; reason: string }[] = [];
  // Pages mostly come ascending and sound: then nothing has to be held against another bar.
  const isPlain = (bar: Bar, i: number): boolean =>
    (i === 0 || (rows[i - 1]?.time ?? NaN) < bar.time) && faultOf(bar, window) === null;
  if (rows.every(isPlain)) return { good: [...rows], bad };
  const byTime = new Map<number, Bar[]>();
  for (const bar of rows) {
    const reason = faultOf(bar, window);
    if (reason !== null) {
      bad.push({ bar, reason });
      continue;
    }
    const others = byTime.get(bar.time) ?? [];
    const twin = others.findIndex((other) => equalValues(other, bar));
    if (twin < 0) others.push(bar);
    // Of equal bars the one known first is kept: the values were known then.
    else if (bar.knownAt < (others[twin]?.knownAt ?? 0)) others[twin] = bar;
    byTime.set(bar.time, others);
  }
  const good: Bar[] = [];
  for (const [time, bars] of byTime) {
    const reason = `${bars.length} different bars at ${time}; none can be believed`;
    if (bars.length === 1) good.push(...bars);
    else bad.push(...bars.map((bar) => ({ bar, reason })));
  }
  good.sort((a, b) => a.time - b.time);
  return { good, bad };
}

/** The first rule that a bar breaks, as a sentence, or null for a sound bar. */
function faultOf(bar: Bar, { from, to, timeframe }: TimeRange & { timeframe: Timeframe }): string | null {
  const fault = faultOfValues(bar, timeframe);
  if (fault) return fault;
  if (bar.time < from || bar.time >= to) return `time ${bar.time} is outside [${from}, ${to})`;
  if (!(bar.knownAt >= closeTime(bar.time, timeframe)))
    return `known at ${bar.knownAt}, before its close at ${closeTime(bar.time, timeframe)}`;
  return null;
}

/** True where two bars tell the same, whenever it was known. */
export const equalValues = (a: Bar, b: Bar): boolean =>
  a.time === b.time &&
  a.open === b.open &&
  a.high === b.high &&
  a.low === b.low &&
  a.close === b.close &&
  a.volume === b.volume;

/** How many bar opens lie in the range. */
export function expectedBars(range: TimeRange, timeframe: Timeframe): number {
  const first = ceilToBar(range.from, timeframe);
  return Math.max(0, Math.ceil((range.to - first) / timeframeMs(timeframe)));
}

/** Stretches of missing bars in the range, ascending; `times` are the opens present, ascending. */
export function findGaps(times: ArrayLike<number>, range: TimeRange, timeframe: Timeframe): Gap[] {
  const step = timeframeMs(timeframe);
  const gaps: Gap[] = [];
  let next = ceilToBar(range.from, timeframe);
  const end = next + expectedBars(range, timeframe) * step;
  const missUntil = (time: number): void => {
    if (time > next) gaps.push({ from: next, to: time, bars: (time - next) / step });
  };
  for (let i = 0; i < times.length; i++) {
    const time = times[i] ?? 0;
    if (time < next || time >= end) continue;
    missUntil(time);
    next = time + step;
  }
  missUntil(end);
  return gaps;
}

/** Ascending bars as columns of the same length. */
export function toColumns(bars: readonly Bar[]): BarColumns {
  const column = (name: keyof BarColumns): Float64Array => Float64Array.from(bars, (bar) => bar[name]);
  return {
    time: column('time'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}
