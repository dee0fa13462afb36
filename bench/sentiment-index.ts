import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCache } from '../adapters/cache/index.js';
import { openDocuments } from '../adapters/documents/index.js';
import type { DocumentsPort } from '../adapters/ports.js';
import { openSentimentIndexes } from '../adapters/sentiment-index.js';
import { InvalidInputError } from '../domain/errors.js';
import { seededRandom } from '../domain/random.js';
import type { IndexQuestion } from '../domain/sentiment/index-question.js';
import type { Score, SentimentModel } from '../domain/sentiment/scores.js';
import { FIRST, MODEL, STEP_MS } from './news/made.js';

const SERVED: SentimentModel = {
  ref: { name: 'bench', version: '1', onnx: { key: 'none', sha256: '', bytes: 1 } },
  kind: 'ngram',
  threshold: 0.5,
  languages: ['en'],
};
const SCORES = 1_000_000;
const BATCH = 5000;
const FEEDS = ['coindesk', 'cointelegraph', 'decrypt', 'theblock', 'reddit'];

/**
 * Reads of the sentiment index over scores that are all about one asset, in process, without and with the embedded
 * cache. `--scores <n>` for fewer; `--file <path>` keeps the store there, and uses it where it is there already.
 */
export async function benchSentimentIndex(args: string[]): Promise<Record<string, unknown>> {
  const options = { scores: { type: 'string' }, file: { type: 'string' } } as const;
  const { values } = parseArgs({ args, options });
  const scores = Number(values.scores ?? SCORES);
  if (!(Number.isInteger(scores) && scores >= 1000))
    throw new InvalidInputError(`--scores ${values.scores}: a whole number from 1000`);
  const folder = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const file = values.file ?? join(folder, 'scores.db');
  const isThere = existsSync(file);
  const documents = openDocuments(`sqlite:${file}`);
  const cache = openCache(`sqlite:${join(folder, 'cache.db')}`);
  try {
    if (!isThere) await build(documents, scores);
    const sentiment = { choose: async () => SERVED };
    const index = openSentimentIndexes({ documents, cache, sentiment, weights: {} });
    const reads: Record<string, object> = {};
    for (const [name, question] of Object.entries(questionsOf(scores))) {
      await index.refresh('live');
      const uncached = await timed(() => index.read(question));
      const cached = await timed(() => index.read(question));
      const { points, counts } = uncached.answer;
      const { wallMs, cpuMs } = uncached;
      reads[name] = {
        points: points.length,
        articles: counts.articles,
        wallMs,
        cpuMs,
        cachedMs: cached.wallMs,
      };
    }
    const at = FIRST + Math.floor(scores / 2) * STEP_MS;
    const members = await timed(() => index.members({ asset: 'BTC', at, limit: 50 }));
    const memoryMb = Math.round(process.memoryUsage().rss / 1e6);
    return { scores, reads, membersMs: members.wallMs, memoryMb, load: loadavg()[0] };
  } finally {
    await Promise.all([documents.close(), cache.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function questionsOf(scores: number): Record<string, IndexQuestion> {
  const end = FIRST + scores * STEP_MS;
  return {
    default: { asset: 'BTC' },
    yearByHour: { asset: 'BTC', from: end - 365 * 86_400_000, to: end },
    allByDay: { asset: 'BTC', from: FIRST, to: end, step: '1d' },
    allBySixHours: { asset: 'BTC', from: FIRST, to: end, step: '6h', repeat: '0' },
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ answer: T; wallMs: number; cpuMs: number }> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const answer = await work();
  const { user, system } = process.cpuUsage(before);
  const wallMs = Number((performance.now() - start).toFixed(1));
  return { answer, wallMs, cpuMs: Math.round((user + system) / 1000) };
}

async function build(documents: DocumentsPort, count: number): Promise<void> {
  const next = seededRandom('sentiment-index');
  for (let at = 0; at < count; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => madeScore(at + i, next));
    await documents.insert('scores', batch);
    // The driver frees its memory between two turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function madeScore(i: number, next: () => number): Score & { sourceKey: string } {
  const positive = next();
  const negative = (1 - positive) * next();
  const articleId = `art_${i.toString(16).padStart(24, '0')}`;
  const knownAt = FIRST + i * STEP_MS;
  return {
    id: `${articleId}/${MODEL}`,
    articleId,
    model: MODEL,
    label: positive > 0.5 ? 'positive' : 'negative',
    probabilities: { negative, neutral: 1 - positive - negative, positive },
    abstained: next() < 0.1,
    reason: null,
    scoredAt: knownAt,
    knownAt,
    tickers: ['BTC'],
    feed: FEEDS[Math.floor(next() * FEEDS.length)] ?? 'coindesk',
    story: `sto_${Math.floor(i / 3)}`,
    sourceKey: 'live',
  };
}
