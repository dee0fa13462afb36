import type { Doc, Ports } from '../adapters/ports.js';
import { BudgetSpentError, InvalidInputError } from '../domain/errors.js';
import type { Article } from '../domain/news/articles.js';
import { modelName, type SentimentModel } from '../domain/sentiment/scores.js';
import { sourceKey } from '../domain/sources.js';
import { beat, resumed, workflowOf } from './beat.js';
import { scorePage, type StoredScore } from './sentiment.js';
import { readSource, readTime, type WindowInput } from './window.js';

export interface RescoreInput extends Omit<WindowInput, 'asOf'> {
  /** Name, `<name>@<version>` or alias; it is pinned to a version when the run begins. */
  model: string;
  /** Only articles of these feeds, languages and base assets. */
  feeds?: string[];
  languages?: string[];
  tickers?: string[];
  /** At most so many articles are scored a second, over all workers; left out: as fast as it goes. */
  perSecond?: number;
}

export interface RescorePlan {
  model: string;
  sourceKey: string;
  /** Published at or after, and before; epoch ms. What comes after the run began is enrichment's. */
  from: number;
  to: number;
  feeds: string[];
  languages: string[];
  tickers: string[];
  perSecond: number | null;
  /** The present of the run: scores from here on are its own. */
  startedAt: number;
  /** Articles of the window. */
  total: number;
}

export interface RescoreCounts {
  /** Articles looked at. */
  articles: number;
  /** Of them scored by this run, and abstained from. */
  scored: number;
  abstained: number;
  /** Of them scored by this model before. */
  kept: number;
}

export interface RescoreChunk extends RescoreCounts {
  /** Where the next chunk begins; null at the end. */
  next: string | null;
  /** Set where it may not go on before: epoch ms, and why. */
  waitUntil: number | null;
  reason: string;
}

export const NO_COUNTS: RescoreCounts = { articles: 0, scored: 0, abstained: 0, kept: 0 };
const PAGE = 500;
/** A chunk ends after this long, so that a pause is soon obeyed. */
const CHUNK_MS = 5000;
/** Waiting for the throttle is looked at this often. */
const SLICE_MS = 1000;

type Cursor = { next: string | null; counts: RescoreCounts };

/** Steps of the story that scores the archive with another model. */
export const rescoringSteps = (ports: Ports) => ({
  /** @throws NotFoundError for the model, InvalidInputError for an empty window. */
  async planRescore(input: RescoreInput): Promise<RescorePlan> {
    const model = await ports.sentiment.choose({ model: input.model });
    const source = input.source ? readSource(input.source) : (await ports.chooseSource()).source;
    const startedAt = ports.now();
    const from = input.from === undefined ? 0 : readTime('from', input.from);
    const to = input.to === undefined ? startedAt + 1 : readTime('to', input.to);
    if (from >= to)
      throw new InvalidInputError(`The window is empty: from ${from} is not before to ${to} (epoch ms)`);
    const { perSecond = null, feeds = [], languages = [], tickers = [] } = input;
    if (perSecond !== null && !(perSecond > 0 && perSecond <= 1_000_000))
      throw new InvalidInputError(`${perSecond} articles a second are not above 0 and at most 1000000`);
    const plan = {
      model: modelName(model),
      sourceKey: sourceKey(source),
      from,
      to,
      feeds,
      languages,
      tickers,
    };
    const total = await ports.documents.count('articles', queryOf(plan));
    return { ...plan, perSecond, startedAt, total };
  },

  /**
   * Scores a stretch of the window, oldest first. A page's counts are read from the store, so an attempt that was killed
   * is counted once; the next one goes on at the last page that was done.
   */
  async rescoreArticles({ plan, cursor }: { plan: RescorePlan; cursor: string }): Promise<RescoreChunk> {
    const model = await ports.sentiment.choose({ model: plan.model });
    const before = resumed<Cursor>();
    const counts = { ...(before?.counts ?? NO_COUNTS) };
    let next: string | null = before ? before.next : cursor;
    const until = performance.now() + CHUNK_MS;
    while (next !== null && performance.now() < until) {
      const found = await ports.documents.find<Article>('articles', {
        ...queryOf(plan),
        order: 'oldest',
        limit: PAGE,
        ...(next ? { cursor: next } : {}),
      });
      try {
        addCounts(counts, await rescorePage(ports, { plan, model, articles: found.items }));
      } catch (error) {
        if (!(error instanceof BudgetSpentError)) throw error;
        return { ...counts, next, waitUntil: error.untilMs, reason: error.message };
      }
      next = found.cursor;
      beat({ next, counts });
    }
    return { ...counts, next, waitUntil: null, reason: '' };
  },

  /** Articles of the window that came while it was scored, behind the cursor: enrichment or another run scores them. */
  async countLate({ plan, articles }: { plan: RescorePlan; articles: number }): Promise<{ late: number }> {
    return { late: Math.max(0, (await ports.documents.count('articles', queryOf(plan))) - articles) };
  },
});

const queryOf = (plan: Omit<RescorePlan, 'perSecond' | 'startedAt' | 'total'>) => ({
  where: {
    sourceKey: plan.sourceKey,
    ...(plan.feeds.length > 0 ? { feed: plan.feeds } : {}),
    ...(plan.languages.length > 0 ? { language: plan.languages } : {}),
    ...(plan.tickers.length > 0 ? { tickers: plan.tickers } : {}),
  },
  range: { from: plan.from, to: plan.to },
});

export function addCounts(sum: RescoreCounts, more: RescoreCounts): void {
  sum.articles += more.articles;
  sum.scored += more.scored;
  sum.abstained += more.abstained;
  sum.kept += more.kept;
}

interface Page {
  plan: RescorePlan;
  model: SentimentModel;
  articles: Doc<Article>[];
}

async function rescorePage(ports: Ports, { plan, model, articles }: Page): Promise<RescoreCounts> {
  const ids = articles.map(({ id }) => `${id}/${plan.model}`);
  const present = await ports.documents.getMany<StoredScore>('scores', ids);
  const isPresent = new Set(present.map(({ articleId }) => articleId));
  const fresh = articles.filter(({ id }) => !isPresent.has(id));
  // What was stored before the kill of an attempt of this run is the run's own.
  const own = present.filter(({ scoredAt }) => scoredAt >= plan.startedAt);
  const scores = [...own, ...(await scoreThrottled(ports, { plan, model, articles: fresh }))];
  return {
    articles: articles.length,
    scored: scores.length,
    abstained: scores.filter(({ abstained }) => abstained).length,
    kept: present.length - own.length,
  };
}

async function scoreThrottled(ports: Ports, { plan, model, articles }: Page): Promise<StoredScore[]> {
  const { perSecond } = plan;
  if (perSecond === null) return scorePage(ports, { model, articles });
  const scores: StoredScore[] = [];
  // A second's worth at a time, or one where that is less.
  const size = Math.max(1, Math.floor(perSecond));
  for (let at = 0; at < articles.length; at += size) {
    const piece = articles.slice(at, at + size);
    await turn(ports, { perSecond, cost: piece.length });
    scores.push(...(await scorePage(ports, { model, articles: piece })));
  }
  return scores;
}

/** Waits for the run's own rate, which all its workers share; a cancellation is seen on the way. */
async function turn(ports: Ports, { perSecond, cost }: { perSecond: number; cost: number }): Promise<void> {
  const limit = { capacity: Math.max(1, Math.floor(perSecond)), refillPerSecond: perSecond };
  for (;;) {
    const { waitMs } = await ports.cache.take(`rescore:${workflowOf() ?? 'local'}`, limit, cost);
    if (waitMs === 0) return;
    for (let left = waitMs; left > 0; left -= SLICE_MS) {
      beat();
      await new Promise((resume) => setTimeout(resume, Math.min(left, SLICE_MS)));
    }
  }
}
