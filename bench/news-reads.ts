import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCache } from '../adapters/cache/index.js';
import { openDocuments } from '../adapters/documents/index.js';
import { openNewsReads } from '../adapters/news-reads.js';
import type { ArticleCountQuery, ArticleQuery } from '../adapters/ports-articles.js';
import type { DocumentsPort } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import { FIRST, madeArticles, madeScore, MODEL, STEP_MS, type MadeArticle } from './news/made.js';

const ARTICLES = 1_000_000;
const BATCH = 2000;
const ROUNDS = 20;
const DAY = 86_400_000;
const LIMITS = { cachedP95Ms: 5, uncachedP95Ms: 50 };

/**
 * Reads of a seeded archive, each uncached and through the embedded cache, in process. `--articles <n>` for a smaller
 * one; `--file <path>` keeps the archive there, and uses it where it is there already.
 */
export async function benchNewsReads(args: string[]): Promise<Record<string, unknown>> {
  const articles = Number(valueOf(args, '--articles') ?? ARTICLES);
  if (!(Number.isInteger(articles) && articles >= 1000))
    throw new InvalidInputError(`--articles ${articles}: a whole number from 1000`);
  const folder = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const file = valueOf(args, '--file') ?? join(folder, 'news.db');
  const documents = openDocuments(`sqlite:${file}`);
  const cache = openCache(`sqlite:${join(folder, 'cache.db')}`);
  try {
    const built = await build(documents, { articles, isThere: existsSync(file) });
    const reads = openNewsReads({ documents, cache });
    const searches = await measure(searchesOf(articles), {
      uncached: (query) => documents.searchArticles(query),
      cached: (query) => reads.search(query),
    });
    const counts = await measure(countsOf(articles), {
      uncached: (query) => documents.countArticles(query),
      cached: (query) => reads.counts(query),
    });
    const { hitRate, cachedMs, uncachedMs, saved } = reads.figures();
    return {
      articles,
      ...built,
      fileBytes: statSync(file).size,
      searches,
      counts,
      p95Ms: {
        uncached: worst([searches, counts], 'uncachedP95Ms'),
        cached: worst([searches, counts], 'cachedP95Ms'),
      },
      mostCpuMs: worst([searches, counts], 'uncachedCpuMs'),
      load: loadavg()[0],
      cache: { hitRate, cachedMs, uncachedMs, saved },
      memoryMb: Math.round(process.memoryUsage().rss / 1e6),
      limits: LIMITS,
    };
  } finally {
    await Promise.all([documents.close(), cache.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function valueOf(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

async function build(
  documents: DocumentsPort,
  { articles, isThere }: { articles: number; isThere: boolean },
): Promise<Record<string, unknown>> {
  if (isThere && (await documents.count('articles', {})) === articles) return { built: 'before' };
  const start = performance.now();
  let batch: MadeArticle[] = [];
  const store = async (): Promise<void> => {
    await documents.insert('articles', batch);
    await documents.insert('scores', batch.map(madeScore));
    batch = [];
    // The driver frees its memory between two turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (const article of madeArticles(articles)) {
    batch.push(article);
    if (batch.length === BATCH) await store();
  }
  if (batch.length > 0) await store();
  const seconds = (performance.now() - start) / 1000;
  return { buildSeconds: Math.round(seconds), storedPerSecond: Math.round(articles / seconds) };
}

/** What people ask for, and what is hard: words of 30 % of the articles, of none, filters that hardly anything passes. */
function searchesOf(articles: number): Record<string, ArticleQuery> {
  const middle = FIRST + Math.floor(articles / 2) * STEP_MS;
  const day = { from: middle, to: middle + DAY };
  return {
    newest: {},
    commonWord: { text: 'bitcoin' },
    commonByRelevance: { text: 'bitcoin', order: 'relevance' },
    commonOldest: { text: 'bitcoin', order: 'oldest' },
    rareWord: { text: 'needle' },
    rareByRelevance: { text: 'needle', order: 'relevance' },
    commonAndRare: { text: 'bitcoin needle' },
    either: { text: 'bitcoin OR lawsuit' },
    without: { text: 'bitcoin -lawsuit' },
    phraseOfNone: { text: '"bitcoin lawsuit"' },
    shortPrefix: { text: 'bi*' },
    longPrefix: { text: 'bitco*' },
    noWord: { text: 'absent' },
    ticker: { tickers: ['BTC'] },
    rareTicker: { tickers: ['RARE'] },
    commonAndRareTicker: { text: 'bitcoin', tickers: ['RARE'] },
    oneDay: { text: 'bitcoin', range: day },
    asOf: { text: 'bitcoin', asOf: middle },
    negative: { text: 'bitcoin', sentiment: { model: MODEL, label: 'negative' } },
    prefixesAsOf: { text: 'bitco* OR laws*', asOf: middle },
    prefixOfFirstDay: { text: 'bitco*', range: { from: FIRST, to: FIRST + DAY } },
    prefixByRelevance: { text: 'bitco*', order: 'relevance' },
    withoutPrefix: { text: '-bitco*' },
    assetOfNoFeed: { tickers: ['BTC'], feeds: ['none'] },
    negativeAsOf: { sentiment: { model: MODEL, label: 'negative' }, asOf: middle },
    neverAbstained: { text: 'bitcoin', sentiment: { model: MODEL, label: 'abstained' } },
    thousand: { text: 'bitcoin', limit: 1000 },
    neverScored: { sentiment: { model: 'other@1', label: 'negative' } },
  };
}

function countsOf(articles: number): Record<string, ArticleCountQuery> {
  const all = { range: { from: 0, to: Infinity }, limit: 1000 };
  const middle = FIRST + Math.floor(articles / 2) * STEP_MS;
  return {
    byDay: { ...all, by: 'day' },
    byHour: { ...all, by: 'hour' },
    byFeed: { ...all, by: 'feed' },
    byTicker: { ...all, by: 'ticker' },
    bySentiment: { ...all, by: 'sentiment', model: MODEL },
    tickerByDay: { ...all, by: 'day', only: { dimension: 'ticker', value: 'BTC' } },
    feedsOfTicker: { ...all, by: 'feed', only: { dimension: 'ticker', value: 'BTC' } },
    tickersOfMonth: { by: 'ticker', range: { from: middle + 1, to: middle + 30 * DAY }, limit: 1000 },
  };
}

interface Measured {
  items: number;
  firstMs: number;
  uncachedP95Ms: number;
  /** Mean of the processor's time: what the others on the machine do is not in it. */
  uncachedCpuMs: number;
  cachedP95Ms: number;
}

/** Each read so many times without the cache, then as often with it; the first one, which fills it, is not counted. */
async function measure<Q>(
  queries: Record<string, Q>,
  read: {
    uncached(query: Q): Promise<{ items: unknown[] }>;
    cached(query: Q): Promise<{ items: unknown[] }>;
  },
): Promise<Record<string, Measured>> {
  const measured: Record<string, Measured> = {};
  for (const [name, query] of Object.entries(queries)) {
    const [firstMs = NaN] = await times(1, () => read.uncached(query));
    const { items } = await read.cached(query);
    const before = process.cpuUsage();
    const uncached = await times(ROUNDS, () => read.uncached(query));
    const { user, system } = process.cpuUsage(before);
    measured[name] = {
      items: items.length,
      firstMs: rounded(firstMs),
      uncachedP95Ms: p95(uncached),
      uncachedCpuMs: rounded((user + system) / 1000 / ROUNDS),
      cachedP95Ms: p95(await times(ROUNDS, () => read.cached(query))),
    };
  }
  return measured;
}

async function times(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await work();
    taken.push(performance.now() - start);
  }
  return taken;
}

const rounded = (ms: number): number => Number(ms.toFixed(2));

const p95 = (taken: number[]): number =>
  rounded(taken.toSorted((a, b) => a - b)[Math.ceil(0.95 * taken.length) - 1] ?? NaN);

const worst = (
  all: Record<string, Measured>[],
  key: 'uncachedP95Ms' | 'uncachedCpuMs' | 'cachedP95Ms',
): number => Math.max(...all.flatMap((each) => Object.values(each).map((one) => one[key])));
