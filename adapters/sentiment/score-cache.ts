import { createHash } from 'node:crypto';
import { setImmediate as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { SentimentModel } from '../../domain/sentiment/scores.js';
import type { CachePort } from '../ports.js';
import type { TextScorer, TextToScore } from '../ports-sentiment.js';
import { MEASURES } from './measures.js';

type Row = readonly number[];

/** Scores remembered in this process, and how long the shared cache keeps one. */
const REMEMBERED = 20_000;
const KEPT_MS = 86_400_000;
/** Reads and writes between two pauses for other work. */
const AT_ONCE = 100;

/**
 * Answers again what was answered before: by the model's digest, the text and its target. Back-fill reads the shared
 * cache but does not fill it: stored scores are its memory. A cache that fails costs time, never an answer.
 */
export function cachedScorer(scorer: TextScorer, cache: Pick<CachePort, 'get' | 'set'>): TextScorer {
  const known = new LRUCache<string, Row>({ max: REMEMBERED });
  let writing: Promise<void> = Promise.resolve();

  const spared = async <T>(work: Promise<T>): Promise<T | null> =>
    work.catch(() => {
      MEASURES.cacheFaults.add();
      return null;
    });
  const find = async (key: string): Promise<Row | null> => {
    const row = known.get(key) ?? readRow(await spared(cache.get(key)));
    if (row) known.set(key, row);
    return row;
  };
  const write = async (rows: readonly (readonly [string, Row])[]): Promise<void> => {
    for (const part of parts(rows)) {
      for (const [key, row] of part) await spared(cache.set(key, JSON.stringify(row), KEPT_MS));
      await pause();
    }
  };

  return {
    async score(model, texts, options) {
      const keys = texts.map((text) => keyOf(model, text));
      const found = new Map<string, Row>();
      for (const part of parts(keys)) {
        const rows = await Promise.all(part.map(find));
        rows.forEach((row, i) => row && found.set(part[i] as string, row));
        if (texts.length > AT_ONCE) await pause();
      }
      // The same text twice is one question.
      const open = new Map<string, TextToScore>();
      texts.forEach((text, i) => {
        const key = keys[i] as string;
        if (!found.has(key)) open.set(key, text);
      });
      MEASURES.hits.add(texts.length - open.size);
      MEASURES.misses.add(open.size);
      const answers = open.size > 0 ? await scorer.score(model, [...open.values()], options) : [];
      const fresh = [...open.keys()].map((key, i) => [key, answers[i] ?? []] as const);
      for (const [key, row] of fresh) {
        found.set(key, row);
        known.set(key, row);
      }
      if (options.priority !== 'backfill') writing = writing.then(() => write(fresh));
      return keys.map((key) => found.get(key) ?? []);
    },
    async close() {
      await writing;
      known.clear();
      await scorer.close();
    },
  };
}

function keyOf(model: SentimentModel, { text, target }: TextToScore): string {
  const said = createHash('sha256')
    .update(JSON.stringify([text, target ?? null]))
    .digest('base64url');
  return `sentiment/${model.ref.onnx.sha256.slice(0, 16)}/${said}`;
}

/** What cannot be read is asked for again. */
function readRow(text: string | null): Row | null {
  if (text === null) return null;
  try {
    const row: unknown = JSON.parse(text);
    return Array.isArray(row) && row.length === 3 && row.every(Number.isFinite) ? (row as Row) : null;
  } catch {
    return null;
  }
}

const parts = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, i) =>
    items.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
