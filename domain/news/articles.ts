import { sha256Hex } from '../digest.js';
import { canonicalUrl, isFrontPage } from './addresses.js';
import type { Lexicon } from './tags/lexicon.js';
import { tagArticle } from './tags/tag.js';
import { readPublished } from './dates.js';
import { normalised, plainText } from './text.js';
import { languageOf } from '../language.js';
import { sourceKey, type Source } from '../sources.js';

export { canonicalUrl } from './addresses.js';

/** What a feed item says, before anything is cleaned. */
export interface RawItem {
  feed: string;
  guid?: string;
  url?: string;
  title?: string;
  /** HTML or text. */
  content?: string;
  author?: string;
  language?: string;
  categories?: string[];
  /** As written in the feed. */
  publishedAt?: string;
}

/** A cleaned news item. Times are epoch ms UTC; `firstSeenAt` is when the platform could first know it. */
export interface Article {
  /** `art_` and 24 hex digits of the sha256 of the story key and, unless live, the kind of source. */
  id: string;
  /** Canonical: no tracking parameters, no fragment. Null where the source gives none. */
  url: string | null;
  title: string;
  text: string;
  /** Name of the feed, such as `coindesk`. */
  feed: string;
  author: string | null;
  language: string;
  publishedAt: number;
  firstSeenAt: number;
  /** Base assets spoken of, such as `BTC`. */
  tickers: string[];
  categories: string[];
  source: Source;
  /** As the feed gave it. */
  guid?: string | null;
  /** sha256 of the normalised title and text. */
  contentSha256?: string;
  /** When the present title and text could first be known: later than `firstSeenAt` where they were changed. */
  contentSeenAt?: number;
  /** Of the story that tells the same event, by one outlet or several: `sto_` and 24 hex digits. */
  storyId?: string;
  /** The article that this one nearly repeats, and how nearly (0 … 1, estimated Jaccard index of their shingles). */
  similar?: { articleId: string; similarity: number } | null;
  /** Where the text speaks of which instrument or entity. */
  mentions?: Mention[];
  /** Such as `regulation`; a list of the platform, unlike the feed's own `categories`. */
  topics?: string[];
  /** What may be done with the text, by its source's definition. */
  licence?: string | null;
  /** After this time the text is removed; null: kept. */
  retainUntil?: number | null;
  /** 1, and one more with each change of title or text; those before are kept as `articleVersions`. */
  revision?: number;
}

/** Offsets count UTF-16 units of the title, or of the text. */
export interface Mention {
  /** Ticker such as `BTC`, or the id of another entity. */
  entity: string;
  kind: string;
  field: 'title' | 'text';
  from: number;
  to: number;
  /** As written. */
  surface: string;
}

/** An item that could not become an article, with the reason. */
export interface RejectedItem {
  id: string;
  feed: string;
  reason: string;
  item: RawItem;
  seenAt: number;
}

export interface CleaningContext {
  seenAt: number;
  source: Source;
  /** Recorded and simulated items count as known when they were published; live ones when they were seen. */
  knownAsPublished: boolean;
  /** Of instruments, entities and topics; the default one where it is left out. */
  lexicon?: Lexicon;
}

const DAY = 86_400_000;

/** An item as an article, or the reason why it cannot be one. */
export function cleanItem(
  item: RawItem,
  context: CleaningContext,
): { article: Article } | { rejected: string } {
  const title = plainText(item.title ?? '');
  if (!title) return { rejected: 'the item has no title' };
  const url = item.url ? canonicalUrl(item.url) : null;
  if (item.url && !url) return { rejected: `its address is no http address: ${item.url.slice(0, 200)}` };
  const publishedAt = item.publishedAt ? readPublished(item.publishedAt) : context.seenAt;
  if (publishedAt === null) return { rejected: `its date cannot be read: ${item.publishedAt?.slice(0, 80)}` };
  if (publishedAt > context.seenAt + DAY)
    return { rejected: `its date is in the future: ${item.publishedAt}` };
  const text = plainText(item.content ?? '');
  const firstSeenAt = context.knownAsPublished ? publishedAt : context.seenAt;
  return {
    article: {
      id: articleId(storyKey({ url, title, publishedAt }), context.source),
      url,
      title,
      text,
      feed: item.feed,
      author: item.author?.trim() || null,
      language: languageOf(`${title} ${text}`, item.language),
      publishedAt,
      firstSeenAt,
      ...tagArticle({ title, text }, context.lexicon),
      categories: item.categories ?? [],
      source: context.source,
      guid: item.guid?.trim().slice(0, 1000) || null,
      contentSha256: contentDigest({ title, text }),
      revision: 1,
    },
  };
}

/** Facts of different kinds of source are never one record: a recorded article is not the live one. */
const articleId = (story: string, source: Source): string =>
  `art_${sha256Hex(source.kind === 'live' ? story : `${sourceKey(source)} ${story}`).slice(0, 24)}`;

type Ordered = Pick<Article, 'firstSeenAt' | 'publishedAt' | 'feed'> & { id?: string };

/**
 * Whether `a` is the delivery of an article to keep beside `b`: the one known earlier, else published earlier,
 * else of the feed whose name sorts first. The order in which feeds are read then decides nothing.
 */
export function precedes(a: Ordered, b: Ordered): boolean {
  if (a.firstSeenAt !== b.firstSeenAt) return a.firstSeenAt < b.firstSeenAt;
  if (a.publishedAt !== b.publishedAt) return a.publishedAt < b.publishedAt;
  if (a.feed !== b.feed) return a.feed < b.feed;
  return (a.id ?? '') < (b.id ?? '');
}

/** Of title and text as words: what punctuation, case and white space change is no other content. */
export const contentDigest = ({ title, text }: Pick<Article, 'title' | 'text'>): string =>
  sha256Hex(`${normalised(title) || title}\n${normalised(text) || text}`);

/** What makes two items the same story: the address without its scheme, else the title and the day. A home page is no address. */
export function storyKey(story: Pick<Article, 'url' | 'title' | 'publishedAt'>): string {
  if (story.url && !isFrontPage(story.url)) return story.url.replace(/^https?:\/\//, '');
  return `${normalised(story.title) || story.title} ${new Date(story.publishedAt).toISOString().slice(0, 10)}`;
}
