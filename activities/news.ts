import type { Ports } from '../adapters/ports.js';
import { messageOf } from '../domain/errors.js';
import { cleanItem, type Article, type RejectedItem } from '../domain/news.js';
import { digestOf } from '../domain/digest.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { beat, resumed } from './beat.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export interface NewsInput extends WindowInput {
  feeds?: string[];
}

export interface NewsPlan {
  source: Source;
  feeds: string[];
  from: number;
  to: number;
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

export const newsSteps = (ports: Ports) => ({
  async resolveNews(input: NewsInput): Promise<NewsPlan> {
    const source = input.source ? readSource(input.source) : (await ports.chooseSource()).source;
    const feeds = input.feeds ?? (await ports.news(source).feeds());
    const to = input.to === undefined ? ports.now() : readTime('to', input.to);
    const from = input.from === undefined ? twoYearsBefore(to) : readTime('from', input.from);
    return { source, feeds, from, to };
  },

  /** Reads one feed page by page; a feed that stays unreadable becomes a failure in the report, not of the run. */
  async collectFeed(plan: Omit<NewsPlan, 'feeds'> & { feed: string }): Promise<FeedReport> {
    const { feed, from, to } = plan;
    const empty = { feed, fetched: 0, stored: 0, duplicates: 0, rejected: 0, failure: null };
    const state: Progress = resumed<Progress>() ?? { ...empty, cursor: null, done: false };
    while (!state.done) {
      try {
        const cursor = state.cursor === null ? {} : { cursor: state.cursor };
        const page = await ports.news(plan.source).fetchPage({ feed, range: { from, to }, ...cursor });
        await storePage(ports, plan, page.items, state);
        state.cursor = page.next;
        state.done = page.next === null;
      } catch (error) {
        if (error instanceof Error && error.name === 'AbortError') throw error;
        return { ...report(state), failure: messageOf(error) };
      }
      beat(state);
    }
    return report(state);
  },
});

const report = ({ cursor: _, done: __, ...rest }: Progress): FeedReport => rest;

type RawItems = Parameters<typeof cleanItem>[0][];

async function storePage(
  ports: Ports,
  plan: Omit<NewsPlan, 'feeds'>,
  items: RawItems,
  state: Progress,
): Promise<void> {
  const seenAt = ports.now();
  const articles = new Map<string, Article & { sourceKey: string }>();
  const rejected: RejectedItem[] = [];
  for (const item of items) {
    const knownAsPublished = plan.source.kind !== 'live';
    const cleaned = cleanItem(item, { seenAt, source: plan.source, knownAsPublished });
    if ('rejected' in cleaned) rejected.push(rejection(item, cleaned.rejected, seenAt));
    else if (cleaned.article.publishedAt < plan.from || cleaned.article.publishedAt >= plan.to) continue;
    else if (articles.has(cleaned.article.id)) state.duplicates++;
    else articles.set(cleaned.article.id, { ...cleaned.article, sourceKey: sourceKey(plan.source) });
  }
  const { inserted } = await ports.documents.insert('articles', [...articles.values()], (article) => ({
    id: `evt_collected_${article.id}`,
    type: 'article.collected',
    at: seenAt,
    payload: { articleId: article.id, feed: article.feed, tickers: article.tickers },
  }));
  await ports.documents.insert('rejectedItems', rejected);
  state.fetched += items.length;
  state.stored += inserted.length;
  state.duplicates += articles.size - inserted.length;
  state.rejected += rejected.length;
}

function rejection(item: RawItems[number], reason: string, seenAt: number): RejectedItem {
  return { id: `rej_${digestOf({ item, reason }).slice(0, 24)}`, feed: item.feed, reason, item, seenAt };
}
