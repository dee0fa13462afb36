import { silencesOf, type Silence } from './rhythm.js';
import type { SourceRecord } from './source-health.js';

const DAY = 86_400_000;
/** How far back a source is asked that was never collected. */
const FIRST_LOOK = 7 * DAY;
/** Items that come late with a date in the past. */
export const OVERLAP_MS = 3_600_000;
/** Windows of one collection: the rest is for the next one. */
const MAX_WINDOWS = 4;

/**
 * What to ask a source for that can be asked for windows: what came since the last collection, windows that were begun,
 * and silences of the last two weeks that it has not been asked for since.
 */
export function windowsToCollect(record: SourceRecord, times: readonly number[], to: number): Silence[] {
  const since = record.collectedTo ?? to - FIRST_LOOK;
  const newest = { from: Math.min(since - OVERLAP_MS, to - OVERLAP_MS), to };
  const begun = begunWindows(record);
  const silences = silencesOf(times, { from: to - 14 * DAY, to: newest.from })
    .filter(({ from }) => times.some((time) => time <= from))
    .filter((gap) => !record.asked.some((each) => each.from <= gap.from && each.to >= gap.to))
    .filter((gap) => !begun.some((each) => each.from < gap.to && each.to > gap.from));
  const silent = MAX_WINDOWS - 1 - begun.length;
  return [newest, ...begun, ...(silent > 0 ? silences.slice(-silent) : [])];
}

/** Windows to go on with in the next collection: those that wait longest. */
export const begunWindows = ({ pending = [] }: SourceRecord): Silence[] =>
  pending
    .toSorted((a, b) => a.since - b.since)
    .slice(0, MAX_WINDOWS - 1)
    .map(({ from, to }) => ({ from, to }));
