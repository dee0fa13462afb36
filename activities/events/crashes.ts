import type { EventRow, Ports } from '../../adapters/ports.js';

/** Where a consumer's process stood: what the next one finds if it ended there. */
interface Standing {
  id: string;
  at: number;
  /** The first event of a batch, or the one that was handled alone. */
  event: string;
  alone: boolean;
  /** Processes that began here. */
  tries: number;
}

/** Processes that may end at a batch before its events are handled one by one, and at one event before it is given up. */
const TOGETHER = 3;
const ALONE = 5;

/**
 * An event can end the process that handles it, and no handler's failure is ever counted then. So it is noted where a
 * process stands before it handles anything; what a process finds noted at its start is where the one before it ended.
 */
export function watchCrashes(ports: Ports, consumer: string) {
  const id = `standing/${consumer}`;
  let left: Standing | null | undefined;
  const note = (event: string, alone: boolean, tries: number): Promise<void> =>
    ports.documents.upsert<Standing>('consumerStates', [{ id, at: ports.now(), event, alone, tries }]);
  return {
    /** Whether the batch may be handled at once. */
    async together(events: EventRow[]): Promise<boolean> {
      left = left === undefined ? await ports.documents.get<Standing>('consumerStates', id) : left;
      const before = events.some((event) => event.id === left?.event) ? left : null;
      if (before && (before.alone || before.tries >= TOGETHER)) return false;
      left = null;
      await note(events[0]?.id ?? '', false, (before?.tries ?? 0) + 1);
      return true;
    },
    /** Whether an event that is handled alone may be handled at all. */
    async alone(event: EventRow): Promise<boolean> {
      // The process before this one came past those before the one at which it ended.
      if (left?.alone && left.event !== event.id) return true;
      const tries = left?.alone ? left.tries : 0;
      left = null;
      if (tries >= ALONE) return false;
      await note(event.id, true, tries + 1);
      return true;
    },
    /** A failure is no end: what is tried again in this process, or by one that takes over from it, is not counted. */
    async survived(events: EventRow[]): Promise<void> {
      await note(events[0]?.id ?? '', false, 0);
    },
  };
}
