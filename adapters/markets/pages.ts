import type { TimeRange } from '../../domain/bars.js';
import { floorToBar, timeframeMs, type Timeframe } from '../../domain/streams.js';
import type { BarPage } from '../ports.js';

/** A venue's row as the client read it, [time, open, high, low, close, volume], beside what was sent. */
export interface VenueRow {
  values: unknown[];
  raw: unknown;
}

/** No venue has bars from before this, and garbage read as a number is mostly small. */
const EARLIEST = Date.UTC(1973, 0, 1);
const NAMES = ['open', 'high', 'low', 'close', 'volume'] as const;

/**
 * Rows as one page of bars in range, ascending, without those that are open at `now`. Paging ends whatever comes:
 * the next page begins behind the newest sound row, or `limit` bars further where none came.
 */
export function pageOf(
  rows: readonly VenueRow[],
  window: { range: TimeRange; timeframe: Timeframe; limit: number; now: number },
): BarPage {
  const { timeframe, limit } = window;
  const step = timeframeMs(timeframe);
  const from = window.range.from;
  const to = Math.min(window.range.to, floorToBar(window.now, timeframe));
  const page: BarPage = { bars: [], rejected: [], next: null };
  let newest = -Infinity;
  for (const { values, raw } of rows) {
    const time = numberOf(values[0]);
    if (!(time >= EARLIEST)) {
      page.rejected.push({ row: raw, reason: 'the row has no time' });
      continue;
    }
    if (time < from || time >= to) continue;
    if (floorToBar(time, timeframe) === time) newest = Math.max(newest, time);
    const [open, high, low, close, volume] = values.slice(1, 6).map(numberOf) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const bar = { time, open, high, low, close, volume, knownAt: time + step };
    const fault = NAMES.find((name) => !Number.isFinite(bar[name]));
    if (fault)
      page.rejected.push({
        row: raw,
        reason: `${fault} of the bar at ${new Date(time).toISOString()} is not a number`,
      });
    else page.bars.push(bar);
  }
  page.bars.sort((a, b) => a.time - b.time);
  const reached = Number.isFinite(newest) ? newest + step : from + limit * step;
  page.next = reached < to ? reached : null;
  return page;
}

/** Numbers, and texts that are decimal numbers; all else is NaN. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)
    ? Number(value)
    : NaN;
}
