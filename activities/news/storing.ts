import type { EventRow, NearRow, Ports } from '../../adapters/ports.js';
import { digestOf } from '../../domain/digest.js';
import { cleanItem, precedes, type RawItem, type RejectedItem } from '../../domain/news/articles.js';
import { relevanceOf } from '../../domain/news/wanted.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { termsOf, type Terms } from '../sources.js';
import { nearArchive, type NearArchive } from './archive.js';
import { sameByGuid } from './guids.js';
import { linkArticles, linkLeft, rowOf, type StoredArticle } from './linking.js';
import { updateStories, type Touched } from './stories.js';
import { isVersion, keepVersion } from './versions.js';

export interface PagePlan {
  source: Source;
  from: number;
  to: number;
  /** Of a managed source: what may be done with its texts. */
  terms?: Terms | null;
}

export interface StoredPage {
  fetched: number;
  stored: number;
  duplicates: number;
  rejected: number;
  changed: number;
  /** Publication times of the page's articles; null where it has none. */
  touched: Touched | null;
}

export interface NewsStore {
  /** Cleans, checks, tags, stores and links a page of items; the same page again changes nothing. */
  storePage(plan: PagePlan, items: RawItem[]): Promise<StoredPage>;
  /** Puts articles of these times, and those around them, into stories. */
  updateStories(source: Source, touched: Touched): Promise<void>;
}

/** Keeps what this process knows of the archive between pages. */
export function newsStore(ports: Ports): NewsStore {
  // The port is opened when the first page comes.
  let archive: NearArchive | null = null;
  return {
    updateStories: (source, touched) => updateStories(ports, sourceKey(source), touched),
    async storePage(plan, items) {
      archive ??= nearArchive(ports.near);
      const { deliveries, rejected } = await cleanItems(ports, plan, items);
      const known = await sameByGuid(ports, deliveries);
      const stored = await storeArticles({ ports, archive, space: sourceKey(plan.source) }, known);
      await ports.documents.insert('rejectedItems', rejected);
      return {
        fetched: items.length,
        stored: stored.inserted,
        duplicates: deliveries.length - stored.inserted - stored.changed,
        rejected: rejected.length,
        changed: stored.changed,
        touched: touchedBy(deliveries),
      };
    },
  };
}

function touchedBy(articles: StoredArticle[]): Touched | null {
  if (articles.length === 0) return null;
  const times = articles.map(({ publishedAt }) => publishedAt);
  return {
    from: times.reduce((a, b) => Math.min(a, b)),
    to: times.reduce((a, b) => Math.max(a, b)),
  };
}

async function cleanItems(
  ports: Ports,
  plan: PagePlan,
  items: RawItem[],
): Promise<{ deliveries: StoredArticle[]; rejected: RejectedItem[] }> {
  const { source } = plan;
  const context = {
    ...{ seenAt: ports.now(), source, knownAsPublished: source.kind !== 'live' },
    lexicon: await ports.lexicon(),
  };
  const terms = termsOf(plan.terms, context.seenAt);
  const faultOf = relevanceOf(plan.terms?.relevance);
  const deliveries: StoredArticle[] = [];
  const rejected: RejectedItem[] = [];
  for (const item of items) {
    const cleaned = cleanItem(ports.readPageItem(item), context);
    const fault = 'rejected' in cleaned ? cleaned.rejected : faultOf(cleaned.article);
    if (fault !== null || 'rejected' in cleaned) rejected.push(rejection(item, fault ?? '', context.seenAt));
    else if (cleaned.article.publishedAt >= plan.from && cleaned.article.publishedAt < plan.to)
      deliveries.push({ ...cleaned.article, ...terms, sourceKey: sourceKey(source) });
  }
  return { deliveries, rejected };
}

/** Deliveries of each article: the one that was known first leads, others of its text are left out. */
function byArticle(deliveries: StoredArticle[]): StoredArticle[][] {
  const groups = new Map<string, StoredArticle[]>();
  for (const delivery of deliveries) {
    const group = groups.get(delivery.id);
    if (group) group.push(delivery);
    else groups.set(delivery.id, [delivery]);
  }
  return [...groups.values()].map((group) => {
    if (group.length === 1) return group;
    group.sort((a, b) => (precedes(a, b) ? -1 : 1));
    return [...new Map(group.toReversed().map((each) => [each.contentSha256, each])).values()].toReversed();
  });
}

type Given = { ports: Ports; archive: NearArchive; space: string };

/** Rows first, then articles with their events, then links: whatever is cut off is done by the next delivery. */
async function storeArticles(
  given: Given,
  deliveries: StoredArticle[],
): Promise<{ inserted: number; changed: number }> {
  const { ports } = given;
  await linkLeft(given);
  const rows = new Map(deliveries.map(rowOf).map((row) => [row.key, row]));
  const open = new Set(await appendRows(ports, rows));
  const groups = byArticle(deliveries);
  const firsts = groups.map(([first]) => first as StoredArticle);
  const { inserted } = await ports.documents.insert('articles', firsts, collected(ports.now()));
  const isNew = new Set(inserted);
  const again = groups.filter(([first, second]) => second || !isNew.has(first?.id ?? ''));
  const articles = new Map(firsts.map((article) => [article.id, article]));
  const merged = await mergeDeliveries(ports, again);
  for (const article of merged.articles) articles.set(article.id, article);
  // An article that was removed and comes again finds its row settled.
  const toLink = [...rows.values()].filter(({ key, articleId }) => open.has(key) || isNew.has(articleId));
  const others = merged.moved.length > 0 ? await ports.near.ofArticles(merged.moved) : [];
  await linkArticles(given, [...articles.values()], [...toLink, ...others]);
  return { inserted: inserted.length, changed: merged.changed };
}

/** Returns the keys of those that were not there, or whose articles are yet to be linked. */
async function appendRows(ports: Ports, rows: Map<number, NearRow>): Promise<number[]> {
  const open = await ports.near.unsettled([...rows.keys()]);
  await ports.near.append(
    open.map((key) => rows.get(key) as NearRow),
    ports.now(),
  );
  return open;
}

/** What stored articles are with other deliveries of them, and the ids of those that are now known from an earlier one. */
async function mergeDeliveries(
  ports: Ports,
  groups: StoredArticle[][],
): Promise<{ articles: StoredArticle[]; moved: string[]; changed: number }> {
  const ids = groups.map(([first]) => first?.id ?? '');
  const stored = await ports.documents.getMany<StoredArticle>('articles', ids);
  const held = new Map(stored.map((article) => [article.id, article]));
  const moved: string[] = [];
  let changed = 0;
  for (const delivery of groups.flat()) {
    const before = held.get(delivery.id);
    if (!before) continue;
    const outcome = await mergeDelivery(ports, before, delivery);
    held.set(delivery.id, outcome.article);
    if (outcome.isMoved) moved.push(before.id);
    if (outcome.isChanged) changed++;
  }
  return { articles: [...held.values()], moved, changed };
}

const collected =
  (at: number) =>
  ({ id, feed, tickers }: StoredArticle): EventRow => ({
    id: `evt_collected_${id}`,
    type: 'article.collected',
    at,
    payload: { articleId: id, feed, tickers },
  });

/** Another delivery of an article that is stored: an earlier one's origin counts, another text is a version. */
async function mergeDelivery(
  ports: Ports,
  held: StoredArticle,
  delivery: StoredArticle,
): Promise<{ article: StoredArticle; isMoved: boolean; isChanged: boolean }> {
  const version = isVersion(held, delivery) ? await keepVersion(ports, held, delivery) : null;
  let article = version?.article ?? held;
  const isMoved = precedes(delivery, article);
  if (isMoved) {
    // Should this worker be killed before it has linked the article anew, others will.
    await ports.near.reopen([rowOf(held)], ports.now());
    article = await ports.documents.update<StoredArticle>('articles', held.id, (current) =>
      current && precedes(delivery, current) ? withOrigin(current, delivery) : (current ?? article),
    );
  }
  return { article, isMoved, isChanged: version?.isNew ?? false };
}

/** Where and when it was first delivered; what was found out about it since stays. */
function withOrigin(current: StoredArticle, delivery: StoredArticle): StoredArticle {
  const { url, feed, author, publishedAt, firstSeenAt, categories, title, text } = delivery;
  // With several texts the versions tell which is shown.
  const hasOne = (current.revision ?? 1) === 1;
  return {
    ...current,
    ...{ url, feed, author, publishedAt, firstSeenAt, categories, guid: delivery.guid ?? null },
    ...(hasOne ? { title, text } : {}),
  };
}

function rejection(item: RawItem, reason: string, seenAt: number): RejectedItem {
  return { id: `rej_${digestOf({ item, reason }).slice(0, 24)}`, feed: item.feed, reason, item, seenAt };
}
