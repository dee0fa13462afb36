import { sourceKey, type Source } from './sources.js';
import { floorToBar, type Timeframe } from './streams.js';
import { digestOf } from './digest.js';
import type { QuarantinedBar } from './bars.js';

export interface Fault {
  bar: Record<string, unknown>;
  reason: string;
}

/** The same faulty row is the same record, however often it is fetched. */
export function quarantined(
  plan: { stream: string; source: Source },
  fault: Fault,
  seenAt: number,
): QuarantinedBar & { id: string } {
  const { stream, source } = plan;
  const id = `qtn_${digestOf({ stream, source, ...fault }).slice(0, 24)}`;
  return { id, stream, bar: fault.bar, reason: fault.reason, seenAt, source };
}

/** The bar that a quarantined row stands for, or null where it names none or came from another source. */
export function openTime(fault: QuarantinedBar, timeframe: Timeframe, key: string): number | null {
  if (sourceKey(fault.source) !== key) return null;
  const { time, row } = fault.bar;
  return onGrid(time ?? timeOfRow(row), timeframe);
}

/** Venues put the time first in a row, or call it by a name; seconds and texts are read, too. */
export function timeOfRow(row: unknown): unknown {
  if (Array.isArray(row)) return row[0];
  if (typeof row !== 'object' || row === null) return undefined;
  const named = row as Record<string, unknown>;
  return named['time'] ?? named['start'] ?? named['timestamp'] ?? named['t'];
}

/** A time of a row as a bar open, or null where it is none. */
export function onGrid(value: unknown, timeframe: Timeframe): number | null {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return null;
  // Seconds until the year 2286 are below 1e10, milliseconds since 1970-04-26 above it.
  const time = number < 1e10 ? number * 1000 : number;
  return floorToBar(time, timeframe) === time ? time : null;
}
