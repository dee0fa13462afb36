import { closedBy, type CoverageSets, type Proof } from './coverage.js';
import {
  boundsUpTo,
  intersect,
  interval,
  ofTimes,
  stretches,
  subtract,
  union,
  type Intervals,
} from './intervals.js';

/** What a venue said about a stretch that it was asked for from end to end. */
export interface VenueAnswer {
  asked: { from: number; to: number };
  /** Opens of the sound bars it gave, ascending. */
  seen: readonly number[];
  /** Opens of rows that were no sound bars: those are not proved to be closed. */
  refused: readonly number[];
}

/** Bars of `holes` that an answer proves the venue not to have: it has bars before and after them, and not them. */
export function provenClosed(holes: Intervals, answer: VenueAnswer, step: number): Intervals {
  const [first, last] = [answer.seen[0], answer.seen.at(-1)];
  if (first === undefined || last === undefined) return [];
  const between = intersect(holes, interval(first + step, last));
  return subtract(between, ofTimes([...answer.seen, ...answer.refused], step));
}

/** The venue's first bar, where it was asked from `start` (the first bar that is expected) on and has none there; or null. */
export function provenListing(
  start: number | undefined,
  { asked, seen, refused }: VenueAnswer,
): number | null {
  const first = seen[0];
  if (start === undefined || first === undefined || asked.from > start || first <= start) return null;
  return refused.some((time) => time < first) ? null : first;
}

/** Adds what is newly proved; what was proved before keeps its date. */
export function addProof(proofs: readonly Proof[], closed: Intervals, askedAt: number): Proof[] {
  const added = subtract(closed, closedBy(proofs));
  return added.length > 0 ? [...proofs, { askedAt, closed: added }] : [...proofs];
}

/**
 * Ranges to ask the venue for: each hole with the stored bars beside it, so that the answer can prove it; holes that
 * lie within `reach` ms of each other are asked for together.
 */
export function asksFor(
  sets: Pick<CoverageSets, 'present' | 'outside'>,
  holes: Intervals,
  { step, reach }: { step: number; reach: number },
): { from: number; to: number }[] {
  const stored = union(sets.present, sets.outside);
  const asks: { from: number; to: number }[] = [];
  for (const hole of stretches(holes)) {
    // A hole is not stored, so the bounds up to it are even in number and the last of them ends a stretch.
    const before = stored[boundsUpTo(stored, hole.from) - 1];
    const behind = boundsUpTo(stored, hole.to);
    const after = behind % 2 === 1 ? hole.to : stored[behind];
    const from = before === undefined ? hole.from : before - step;
    const to = after === undefined ? hole.to : after + step;
    const last = asks.at(-1);
    if (last && from - last.to <= reach) last.to = Math.max(last.to, to);
    else asks.push({ from, to });
  }
  return asks;
}
