import type { NearPort } from '../../adapters/ports.js';
import { nearIndex, type NearIndex } from '../../domain/news/near/lsh.js';
import { DEFAULT_THRESHOLD } from '../../domain/news/near/similarity.js';

/** An article that another one nearly repeats. */
export interface Neighbour {
  articleId: string;
  similarity: number;
}

export interface Probe {
  articleId: string;
  day: number;
  print: Uint32Array;
}

/** This process's view of the log of fingerprints. */
export interface NearArchive {
  /** Neighbours of each, by every row that was appended before the call. */
  probe(space: string, probes: Probe[]): Promise<Neighbour[][]>;
}

interface Day {
  index: NearIndex;
  articleIds: string[];
  /** The last row read. */
  mark: number;
}

/** Deliveries of one text are not further apart than so many days of publication. */
export const WINDOW_DAYS = 3;
const DAY_MS = 86_400_000;
/** Rows held in memory, about 0.6 KiB each; days beyond it are read again when they are wanted. */
const HELD = 1_200_000;
const PAGE = 5000;

export const dayOf = (time: number): number => Math.floor(time / DAY_MS);

/** Days are loaded when they are first asked for, followed from then on, and let go least recently used first. */
export function nearArchive(near: NearPort, held = HELD): NearArchive {
  const days = new Map<string, Day>();
  let rows = 0;
  /** Readings of one process come one after the other: a row must not be taken twice. */
  let turn: Promise<unknown> = Promise.resolve();

  const refreshed = async (space: string, day: number): Promise<Day> => {
    const name = `${space} ${day}`;
    const known = days.get(name) ?? { index: nearIndex(), articleIds: [], mark: 0 };
    days.delete(name);
    days.set(name, known);
    for (;;) {
      const read = await near.read({ space, day, after: known.mark, limit: PAGE });
      for (const { articleId, print, seq } of read) {
        known.index.add(print);
        known.articleIds.push(articleId);
        known.mark = seq;
      }
      rows += read.length;
      if (read.length < PAGE) return known;
    }
  };
  const letGo = (): void => {
    for (const [name, { index }] of days) {
      if (rows <= held) return;
      days.delete(name);
      rows -= index.size;
    }
  };
  const probeNow = async (space: string, probes: Probe[]): Promise<Neighbour[][]> => {
    const wanted = new Set(probes.flatMap(({ day }) => range(day - WINDOW_DAYS, day + WINDOW_DAYS)));
    const ready = new Map<number, Day>();
    for (const day of wanted) ready.set(day, await refreshed(space, day));
    const found = probes.map((probe) => neighboursOf(probe, ready));
    letGo();
    return found;
  };
  return {
    probe(space, probes) {
      const next = turn.then(() => probeNow(space, probes));
      turn = next.catch(() => undefined);
      return next;
    },
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Each article once, as near as the nearest of its texts. */
function neighboursOf({ articleId, day, print }: Probe, days: Map<number, Day>): Neighbour[] {
  const nearest = new Map<string, number>();
  for (let each = day - WINDOW_DAYS; each <= day + WINDOW_DAYS; each++) {
    const { index, articleIds } = days.get(each) as Day;
    if (index.size === 0) continue;
    index.probe({
      ...{ print, threshold: DEFAULT_THRESHOLD },
      found(slot, similarity) {
        const other = articleIds[slot] as string;
        if (other !== articleId && similarity > (nearest.get(other) ?? 0)) nearest.set(other, similarity);
      },
    });
  }
  return [...nearest].map(([id, similarity]) => ({ articleId: id, similarity }));
}
