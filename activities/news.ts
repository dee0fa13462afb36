import type { NewsPage, Ports } from '../adapters/ports.js';
import { digestOf } from '../domain/digest.js';
import { FINAL_ERRORS, messageOf } from '../domain/errors.js';
import { cleanItem, precedes, type Article, type RejectedItem } from '../domain/news/articles.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { attempt, beat, resumed } from './beat.js';
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

type StoredArticle = Article & { sourceKey: string };

/** A feed that fails for a passing reason is asked so often, with Temporal's back-off between, before it is a failure. */
const FEED_ATTEMPTS = 4;

export const newsSteps = (ports: Ports) => ({
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
      await storePage(ports, plan, page.items, state);
      state.cursor = page.next;
      state.done = page.next === null;
      beat(state);
    }
    return report(state);
  },
});

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

type RawItems = Parameters<typeof cleanItem>[0][];

async function storePage(
  ports: Ports,
  plan: Omit<NewsPlan, 'feeds' | 'present'>,
  items: RawItems,
  state: Progress,
): Promise<void> {
  const seenAt = ports.now();
  const articles = new Map<string, StoredArticle>();
  const rejected: RejectedItem[] = [];
  for (const item of items) {
    const knownAsPublished = plan.source.kind !== 'live';
    const cleaned = cleanItem(item, { seenAt, source: plan.source, knownAsPublished });
    if ('rejected' in cleaned) {
      rejected.push(rejection(item, cleaned.rejected, seenAt));
      continue;
    }
    const article = { ...cleaned.article, sourceKey: sourceKey(plan.source) };
    if (article.publishedAt < plan.from || article.publishedAt >= plan.to) continue;
    const twin = articles.get(article.id);
    if (twin) state.duplicates++;
    if (!twin || precedes(article, twin)) articles.set(article.id, article);
  }
  const stored = await storeArticles(ports, [...articles.values()], seenAt);
  await ports.documents.insert('rejectedItems', rejected);
  state.fetched += items.length;
  state.stored += stored;
  state.duplicates += articles.size - stored;
  state.rejected += rejected.length;
}

/** New articles with their events; of one that is stored already the delivery that was known first stays. */
async function storeArticles(ports: Ports, articles: StoredArticle[], seenAt: number): Promise<number> {
  const { inserted } = await ports.documents.insert('articles', articles, (article) => ({
    id: `evt_collected_${article.id}`,
    type: 'article.collected',
    at: seenAt,
    payload: { articleId: article.id, feed: article.feed, tickers: article.tickers },
  }));
  const fresh = new Set(inserted);
  const again = new Map(articles.filter(({ id }) => !fresh.has(id)).map((article) => [article.id, article]));
  const held = await ports.documents.getMany<StoredArticle>('articles', [...again.keys()]);
  for (const { id } of held.filter((each) => precedes(again.get(each.id) ?? each, each)))
    await ports.documents.update<StoredArticle>('articles', id, (current) => {
      const given = again.get(id) as StoredArticle;
      return current && !precedes(given, current) ? current : given;
    });
  return inserted.length;
}

function rejection(item: RawItems[number], reason: string, seenAt: number): RejectedItem {
  return { id: `rej_${digestOf({ item, reason }).slice(0, 24)}`, feed: item.feed, reason, item, seenAt };
}
