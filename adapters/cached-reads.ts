import { setTimeout as pause } from 'node:timers/promises';
import type { CacheFigures } from './ports-articles.js';
import type { CachePort } from './ports-documents.js';

export interface CachedRead {
  /** What is read, such as `search`; the figures are kept for each. */
  kind: string;
  /** Kinds of source that the answer depends on, such as `live`; none: on all. */
  sources: readonly string[];
  /** Equal questions have equal keys. */
  key: string;
  ttlMs: number;
}

export interface CachedReads {
  /** The cached answer, or the one computed now, once for all who ask at the same time. */
  read<T>(want: CachedRead, compute: () => Promise<T>): Promise<T>;
  /** Answers that depend on this kind of source, or on all, are old from now on. */
  refresh(source: string): Promise<void>;
  figures(): CacheFigures;
}

/** A process that computes an answer is waited for this long; then it counts as dead and the answer is computed here. */
const LOCK_MS = 10_000;
const LOOK_EVERY_MS = 15;
/** Longer than any answer lives: as long as it is remembered, no answer from before can come back. */
const EPOCH_MS = 7 * 86_400_000;
const SAMPLES = 1000;

/**
 * Reads through the cache. Answers are never looked for to be removed: every key holds the epoch of its sources, and a
 * new epoch makes the old keys unreachable until they expire. A cache that does not answer is passed by.
 */
export function cachedReads(
  cache: CachePort,
  options: { now?: () => number; prefix?: string } = {},
): CachedReads {
  const { now = Date.now, prefix = 'reads' } = options;
  const running = new Map<string, Promise<unknown>>();
  const figures = newFigures();
  const epochAt = (source: string): string => `${prefix}/epoch/${source}`;

  const keyOf = async ({ kind, sources, key }: CachedRead): Promise<string> => {
    const names = sources.length > 0 ? [...sources].sort() : ['all'];
    const epochs = await Promise.all(names.map((name) => cache.get(epochAt(name))));
    return `${prefix}/${kind}/${names.map((name, i) => `${name}@${epochs[i] ?? 0}`).join(',')}/${key}`;
  };

  /** A cache that fails costs time, never an answer. */
  const spared = <T>(work: Promise<T>, otherwise: T): Promise<T> =>
    work.catch(() => {
      figures.failures++;
      return otherwise;
    });

  const computed = async <T>(at: string, ttlMs: number, compute: () => Promise<T>): Promise<string> => {
    const lock = `${at}/lock`;
    const mine = await spared(cache.add(lock, '1', LOCK_MS), true);
    if (!mine) {
      const theirs = await spared(waited(cache, at, now), null);
      if (theirs !== null) {
        figures.waits++;
        return theirs;
      }
    }
    const start = performance.now();
    try {
      const text = JSON.stringify(await compute());
      await spared(cache.set(at, text, ttlMs), undefined);
      figures.note('miss', performance.now() - start);
      return text;
    } finally {
      // Whoever waits after a failure tries it for himself at once.
      if (mine) await spared(cache.set(lock, '0', 1), undefined);
    }
  };

  return {
    async read<T>(want: CachedRead, compute: () => Promise<T>): Promise<T> {
      const start = performance.now();
      let at: string;
      let held: string | null;
      try {
        at = await keyOf(want);
        held = await cache.get(at);
      } catch {
        figures.failures++;
        return compute();
      }
      if (held !== null) {
        const answer = JSON.parse(held) as T;
        figures.note('hit', performance.now() - start);
        return answer;
      }
      const before = running.get(at) as Promise<string> | undefined;
      if (before) figures.waits++;
      const work = before ?? computed(at, want.ttlMs, compute).finally(() => running.delete(at));
      running.set(at, work);
      return JSON.parse(await work) as T;
    },
    async refresh(source) {
      const epoch = `${now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
      await Promise.all(['all', source].map((name) => cache.set(epochAt(name), epoch, EPOCH_MS)));
    },
    figures: figures.read,
  };
}

/** What another process puts there, or null where it did not in time. */
async function waited(cache: CachePort, at: string, now: () => number): Promise<string | null> {
  for (const deadline = now() + LOCK_MS; now() < deadline;) {
    await pause(LOOK_EVERY_MS);
    const found = await cache.get(at);
    if (found !== null) return found;
    // Its lock is gone without an answer: it failed.
    if ((await cache.get(`${at}/lock`)) !== '1') return cache.get(at);
  }
  return null;
}

function newFigures() {
  const times = { hit: [] as number[], miss: [] as number[] };
  const counts = { hit: 0, miss: 0 };
  const sums = { hit: 0, miss: 0 };
  const figures = {
    waits: 0,
    failures: 0,
    note(kind: 'hit' | 'miss', ms: number): void {
      // The last ones only: a process lives for months.
      times[kind][counts[kind] % SAMPLES] = ms;
      counts[kind]++;
      sums[kind] += ms;
    },
    read(): CacheFigures {
      const reads = counts.hit + counts.miss + figures.waits;
      const uncached = counts.miss > 0 ? (sums.miss / counts.miss) * reads : 0;
      return {
        hits: counts.hit,
        misses: counts.miss,
        waits: figures.waits,
        failures: figures.failures,
        hitRate: reads > 0 ? 1 - counts.miss / reads : null,
        cachedMs: summary(times.hit),
        uncachedMs: summary(times.miss),
        saved: uncached > 0 ? 1 - (sums.hit + sums.miss) / uncached : null,
      };
    },
  };
  return figures;
}

function summary(times: number[]): { p50: number; p95: number } | null {
  if (times.length === 0) return null;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}
