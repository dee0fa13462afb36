import type { Silence } from './rhythm.js';

/** A window of which a collection read as many pages as one may: later ones go on. Epoch ms; `to` is exclusive. */
export interface PendingWindow extends Silence {
  /** Where to go on; null: from its first page again. */
  cursor: string | null;
  /** Collections that read a part of it. */
  parts: number;
  /** Of those that went on with it, since the last that was well. */
  failures: number;
  since: number;
}

/** More windows at once are no backlog but a source that publishes faster than it is read. */
export const MOST_PENDING = 10;
/** Collections for one window: a source may have no end. */
export const MOST_PARTS = 100;
/** Cursors run out: after so many failures a window is begun anew, after twice as many it is given up. */
const PATIENCE = 3;

type Part = Silence & { at: number; rest: string | null; failure: string | null };

/** The pending windows after a part of one was read, or could not be. */
export function pendingAfter(pending: readonly PendingWindow[], part: Part): PendingWindow[] {
  const { from, to, at, rest, failure } = part;
  const held = pending.find((each) => isSame(each, part));
  if (failure !== null) return pending.flatMap((each) => (each === held ? failed(each) : [each]));
  const others = pending.filter((each) => each !== held);
  if (rest === null) return others;
  const { parts = 0, since = at } = held ?? {};
  return [...others, { from, to, cursor: rest, parts: parts + 1, failures: 0, since }];
}

export const isSame = (a: Silence, b: Silence): boolean => a.from === b.from && a.to === b.to;

function failed(window: PendingWindow): PendingWindow[] {
  const failures = window.failures + 1;
  if (failures >= 2 * PATIENCE || window.parts + 1 >= MOST_PARTS) return [];
  return [{ ...window, failures, ...(failures >= PATIENCE ? { cursor: null } : {}) }];
}

/** Why no more of a window may be left for later; null where it may. */
export function pendingFault(pending: readonly PendingWindow[], part: Silence): string | null {
  const held = pending.find((each) => isSame(each, part));
  if (held && held.parts + 1 >= MOST_PARTS)
    return `its window from ${isoOf(part.from)} to ${isoOf(part.to)} has not ended after ${MOST_PARTS} collections; ask for a smaller one, or raise maxPages`;
  if (!held && pending.length >= MOST_PENDING)
    return `it is behind with ${MOST_PENDING} windows of more pages than one collection may read; raise maxPages, or collect it more often`;
  return null;
}

const isoOf = (at: number): string => new Date(at).toISOString();

interface LastPage {
  /** Newest item of the first page and of the last one that were read; null where none has a date. */
  first: number | null;
  last: number | null;
}

/**
 * Whether nothing of a window can lie behind the last page that was read: pages go back in time, and that one is older
 * than the window, or than what was collected before.
 */
export const isReadToItsEnd = ({ first, last }: LastPage, oldestWanted: number): boolean =>
  first !== null && last !== null && last < first && last < oldestWanted;
