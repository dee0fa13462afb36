import type { NewsPage, Ports } from '../adapters/ports.js';
import { FINAL_ERRORS, messageOf } from '../domain/errors.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { attempt, beat, resumed } from './beat.js';
import { newsStore } from './news/storing.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export interface NewsInput extends WindowInput {
  feeds?: string[];
}

export interface NewsPlan {
  source: Source;
  feeds: string[];
  from: number;
  to: number;
  /** Articles of the window that were stored when the plan was made. */
  present: number;
}

export interface FeedReport {
  feed: string;
  fetched: number;
  stored: number;
  duplicates: number;
  rejected: number;
  failure: string | null;
}

type Progress = FeedReport & { cursor: string | null; done: boolean };

/** A feed that fails for a passing reason is asked so often, with Temporal's back-off between, before it is a failure. */
const FEED_ATTEMPTS = 4;

export function newsSteps(ports: Ports) {
  const store = newsStore(ports);
  return {
    async resolveNews(input: NewsInput): Promise<NewsPlan> {
      const source = input.source ? readSource(input.source) : (await ports.chooseSource()).source;
      const feeds = input.feeds ?? (await ports.news(source).feeds());
      const to = input.to === undefined ? ports.now() : readTime('to', input.to);
      const from = input.from === undefined ? twoYearsBefore(to) : readTime('from', input.from);
      return { source, feeds, from, to, present: await countArticles(ports, { source, from, to }) };
    },

    /** Articles of a window that are stored. */
    countArticles: (window: Pick<NewsPlan, 'source' | 'from' | 'to'>): Promise<number> =>
      countArticles(ports, window),

    /**
     * Reads one feed page by page. What may pass (429, 5xx, no answer) is thrown, so that Temporal tries again;
     * a feed that stays unreadable becomes a failure in the report, not of the run.
     */
    async collectFeed(plan: Omit<NewsPlan, 'feeds' | 'present'> & { feed: string }): Promise<FeedReport> {
      const empty = { feed: plan.feed, fetched: 0, stored: 0, duplicates: 0, rejected: 0, failure: null };
      const state: Progress = resumed<Progress>() ?? { ...empty, cursor: null, done: false };
      while (!state.done) {
        const page = await fetchPage(ports, plan, state);
        if (typeof page === 'string') return { ...report(state), failure: page };
        const { fetched, stored, duplicates, rejected } = await store.storePage(plan, page.items);
        state.fetched += fetched;
        state.stored += stored;
        state.duplicates += duplicates;
        state.rejected += rejected;
        state.cursor = page.next;
        state.done = page.next === null;
        beat(state);
      }
      return report(state);
    },
  };
}

/** The next page, or why there will be none. */
async function fetchPage(
  ports: Ports,
  plan: Omit<NewsPlan, 'feeds' | 'present'> & { feed: string },
  { cursor }: Progress,
): Promise<NewsPage | string> {
  const { source, feed, from, to } = plan;
  try {
    return await ports
      .news(source)
      .fetchPage({ feed, range: { from, to }, ...(cursor === null ? {} : { cursor }) });
  } catch (error) {
    if (mayPass(error) && attempt() < FEED_ATTEMPTS) throw error;
    return messageOf(error);
  }
}

const mayPass = (error: unknown): boolean =>
  !(error instanceof Error && (FINAL_ERRORS as readonly string[]).includes(error.name));

const countArticles = (
  ports: Ports,
  { source, from, to }: Pick<NewsPlan, 'source' | 'from' | 'to'>,
): Promise<number> =>
  ports.documents.count('articles', { where: { sourceKey: sourceKey(source) }, range: { from, to } });

const report = ({ cursor: _, done: __, ...rest }: Progress): FeedReport => rest;
