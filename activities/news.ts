import type { NewsPage, Ports } from '../adapters/ports.js';
import { digestOf } from '../domain/digest.js';
import { FINAL_ERRORS, messageOf } from '../domain/errors.js';
import { cleanItem, precedes, type Article, type RejectedItem } from '../domain/news/articles.js';
import { sourceKey, type Source } from '../domain/sources.js';
import type { KeptValidators } from '../domain/news/source-health.js';
import { attempt, beat, resumed } from './beat.js';
import {
  inLanguage,
  managedSource,
  recordCollection,
  termsOf,
  validatorsFor,
  validatorsOf,
  windowsOf,
  type Terms,
} from './sources.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export interface NewsInput extends WindowInput {
  feeds?: string[];
  /** Ids of managed sources: live ones, in the place of `source` and `feeds`. */
  sources?: string[];
}

export interface NewsPlan {
  source: Source;
  feeds: string[];
  from: number;
  to: number;
  /** Articles of the window that were stored when the plan was made. */
  present: number;
  /** What feeds are asked for that can be asked for windows: what is new, and silences that may be holes. */
  windows?: Record<string, { from: number; to: number }[]>;
}

export interface FeedReport {
  feed: string;
  fetched: number;
  stored: number;
  duplicates: number;
  rejected: number;
  failure: string | null;
}

type Progress = FeedReport & {
  cursor: string | null;
  done: boolean;
  pages: number;
  validators: KeptValidators | null;
};

/** A feed's window to collect, from its beginning or from where a step before got to. */
export type FeedPlan = Pick<NewsPlan, 'source' | 'from' | 'to'> & { feed: string; resume?: Progress };

/** With `resume` there is more: it failed for a passing reason after it had got on. */
export type FeedResult = FeedReport & { resume?: Progress };

type StoredArticle = Article & { sourceKey: string };

/** A feed that fails for a passing reason is asked so often, with Temporal's back-off between, before it is a failure. */
const FEED_ATTEMPTS = 6;

export const newsSteps = (ports: Ports) => ({
  async resolveNews(input: NewsInput): Promise<NewsPlan> {
    const source = await sourceOf(ports, input);
    const feeds = input.sources ?? input.feeds ?? (await ports.news(source).feeds());
    const to = input.to === undefined ? ports.now() : readTime('to', input.to);
    const from = input.from === undefined ? twoYearsBefore(to) : readTime('from', input.from);
    const isOpen = source.kind === 'live' && input.from === undefined && input.to === undefined;
    const windows = isOpen ? await windowsOf(ports, feeds, to) : {};
    const plan = { source, feeds, from, to, ...(Object.keys(windows).length > 0 ? { windows } : {}) };
    return { ...plan, present: await countArticles(ports, plan) };
  },

  /** Articles of a window that are stored. */
  countArticles: (window: Pick<NewsPlan, 'source' | 'from' | 'to' | 'feeds'>): Promise<number> =>
    countArticles(ports, window),

  /**
   * Reads one feed page by page. What may pass (429, 5xx, no answer) is thrown, so that Temporal tries again; after
   * pages that were stored the story goes on with a step of its own, whose attempts are counted anew. A feed that stays
   * unreadable becomes a failure in the report, not of the run. How it ended is kept in the source's record.
   */
  async collectFeed({ resume, ...plan }: FeedPlan): Promise<FeedResult> {
    const empty = { feed: plan.feed, fetched: 0, stored: 0, duplicates: 0, rejected: 0, failure: null };
    const state: Progress = resumed<Progress>() ??
      resume ?? { ...empty, cursor: null, done: false, pages: 0, validators: null };
    const managed = await managedSource(ports, plan.source, plan.feed);
    const before = state.pages;
    while (!state.done && state.failure === null) {
      const page = await fetchPage(ports, plan, { state, managed: managed !== null }).catch(
        (error: Error) => error,
      );
      if (!(page instanceof Error)) await takePage(ports, { ...plan, terms: managed }, { page, state });
      else if (mayPass(page) && state.pages > before) return { ...report(state), resume: state };
      else if (mayPass(page) && attempt() < FEED_ATTEMPTS) throw page;
      else state.failure = messageOf(page);
      beat(state);
    }
    const { failure, validators } = state;
    if (managed) await recordCollection(ports, plan, { failure, validators });
    return report(state);
  },
});

/** Live where managed sources are asked for. @throws NotFoundError for one that there is not */
async function sourceOf(ports: Ports, input: NewsInput): Promise<Source> {
  for (const id of input.sources ?? []) await ports.sources.get(id);
  if (input.sources) return { kind: 'live', detail: '' };
  return input.source ? readSource(input.source) : (await ports.chooseSource()).source;
}

async function fetchPage(
  ports: Ports,
  plan: FeedPlan,
  { state, managed }: { state: Progress; managed: boolean },
): Promise<NewsPage> {
  const { source, feed, from, to } = plan;
  const isFirst = state.cursor === null;
  const held = isFirst && managed ? await validatorsFor(ports, plan) : null;
  const { etag, lastModified } = held ?? {};
  return ports.news(source).fetchPage({
    feed,
    range: { from, to },
    ...(state.cursor === null ? {} : { cursor: state.cursor }),
    ...(held ? { etag: etag ?? null, lastModified: lastModified ?? null } : {}),
  });
}

/** Stores a page and moves on behind it. */
async function takePage(
  ports: Ports,
  plan: FeedPlan & { terms: Terms | null },
  { page, state }: { page: NewsPage; state: Progress },
): Promise<void> {
  await storePage(ports, plan, inLanguage(page.items, plan.terms?.language), state);
  if (state.cursor === null) state.validators = page.notModified ? null : validatorsOf(page, plan);
  state.cursor = page.next;
  state.done = page.next === null;
  state.pages++;
}

const mayPass = (error: unknown): boolean =>
  !(error instanceof Error && (FINAL_ERRORS as readonly string[]).includes(error.name));

const countArticles = (
  ports: Ports,
  { source, feeds, from, to }: Pick<NewsPlan, 'source' | 'from' | 'to' | 'feeds'>,
): Promise<number> =>
  ports.documents.count('articles', {
    where: { sourceKey: sourceKey(source), feed: feeds },
    range: { from, to },
  });

const report = ({ feed, fetched, stored, duplicates, rejected, failure }: Progress): FeedReport => ({
  feed,
  fetched,
  stored,
  duplicates,
  rejected,
  failure,
});

type RawItems = Parameters<typeof cleanItem>[0][];

async function storePage(
  ports: Ports,
  plan: FeedPlan & { terms: Terms | null },
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
    const article = {
      ...cleaned.article,
      ...termsOf(plan.terms, seenAt),
      sourceKey: sourceKey(plan.source),
    };
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
