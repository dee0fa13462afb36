import type { BarColumns } from '../bars.js';
import { medianOf } from './columns.js';

/**
 * When a price is a spike. The scale is robust: 1.4826 × the median absolute deviation of the log returns of adjacent
 * closes, which outliers hardly move. Real markets reach 77 of these units (hourly DOGE, January 2021) and lone jumps
 * there and back of 34 % (Coinbase, 2017), so a large move alone is flagged and kept.
 */
export interface SpikeRule {
  /** Units beyond which a return, or a wick, is flagged. */
  flag: number;
  /** Units beyond which a jump and the way back are a quarantined spike, ... */
  quarantine: number;
  /** ... if each is also at least this log move: log(1.5) is half as much again, or down to two thirds ... */
  least: number;
  /** ... and the bars on both sides agree within this share of the jump. */
  agree: number;
}

export const SPIKE_RULE: SpikeRule = { flag: 20, quarantine: 25, least: Math.log(1.5), agree: 1 / 3 };

/** Of fewer returns a median says nothing. */
const FEWEST_RETURNS = 8;
/** Returns that the scale is taken from, evenly spread where there are more. */
const MOST_RETURNS = 100_000;

/** One basis point: stable coins and bars of one price would be flagged for a tick otherwise. */
const LEAST_UNIT = 1e-4;

/** Middle and robust unit of the log returns of adjacent bars; null where there are too few. */
export interface ReturnScale {
  median: number;
  unit: number;
}

export function returnScale(bars: BarColumns, stepMs: number): ReturnScale | null {
  const { time, close } = bars;
  const every = Math.max(1, Math.ceil(time.length / MOST_RETURNS));
  const returns: number[] = [];
  for (let i = 1; i < time.length; i += every)
    if ((time[i] ?? 0) - (time[i - 1] ?? 0) === stepMs) returns.push(logMove(close[i - 1], close[i]));
  if (returns.length < FEWEST_RETURNS) return null;
  const all = Float64Array.from(returns);
  const median = medianOf(all);
  const distances = all.map((value) => Math.abs(value - median));
  // Where more than half of the returns are equal the median distance is 0: the mean one stands in for it.
  const unit = 1.4826 * medianOf(distances) || 1.2533 * meanOf(distances);
  return { median, unit: Math.max(LEAST_UNIT, unit) };
}

/** Places of spikes in ascending bars, with the reason: those to quarantine, and those to look at. */
export function findSpikes(
  bars: BarColumns,
  options: { stepMs: number; scale: ReturnScale | null; rule?: SpikeRule },
): { spikes: Map<number, string>; flagged: Map<number, string> } {
  const { stepMs, scale, rule = SPIKE_RULE } = options;
  const spikes = new Map<number, string>();
  const flagged = new Map<number, string>();
  if (!scale) return { spikes, flagged };
  const { time, open, high, low, close } = bars;
  const limit = rule.flag * scale.unit;
  for (let i = 0; i < time.length; i++) {
    const move = (time[i] ?? 0) - (time[i - 1] ?? NaN) === stepMs ? logMove(close[i - 1], close[i]) : 0;
    const wick = Math.max(
      logMove(Math.max(open[i] ?? NaN, close[i] ?? NaN), high[i]),
      logMove(low[i], Math.min(open[i] ?? NaN, close[i] ?? NaN)),
    );
    if (!(Math.abs(move - scale.median) > limit || wick > limit)) continue;
    const next = (time[i + 1] ?? NaN) - (time[i] ?? 0) === stepMs ? logMove(close[i], close[i + 1]) : 0;
    if (isLone(move, next, { scale, rule })) spikes.set(i, `spike: ${loneText(bars, i, move / scale.unit)}`);
    // The way back from a lone spike is no second one.
    else if (!spikes.has(i - 1)) flagged.set(i, flagText({ move, wick, scale, limit }));
  }
  return { spikes, flagged };
}

function isLone(
  there: number,
  back: number,
  { scale, rule }: { scale: ReturnScale; rule: SpikeRule },
): boolean {
  const smaller = Math.min(Math.abs(there), Math.abs(back));
  return (
    there * back < 0 &&
    smaller > rule.quarantine * scale.unit &&
    smaller >= rule.least &&
    Math.abs(there + back) <= rule.agree * smaller
  );
}

const loneText = ({ close }: BarColumns, i: number, units: number): string =>
  `close ${close[i]} between ${close[i - 1]} and ${close[i + 1]}, ${Math.abs(units).toFixed(0)} robust deviations there and back`;

const flagText = (found: { move: number; wick: number; scale: ReturnScale; limit: number }): string =>
  Math.abs(found.move - found.scale.median) > found.limit
    ? `moved ${(100 * Math.expm1(found.move)).toFixed(1)} %, ${(Math.abs(found.move) / found.scale.unit).toFixed(0)} robust deviations`
    : `a wick of ${(100 * Math.expm1(found.wick)).toFixed(1)} %, ${(found.wick / found.scale.unit).toFixed(0)} robust deviations`;

const logMove = (from: number | undefined, to: number | undefined): number =>
  Math.log((to ?? NaN) / (from ?? NaN));

const meanOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;
