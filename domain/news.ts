import { decodeHTML } from 'entities';
import { detectAll } from 'tinyld';
import { sha256Hex } from './digest.js';
import { tickersOf } from './instruments.js';
import type { Source } from './sources.js';

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
  /** `art_` and 24 hex digits of the story key's sha256. */
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
}

const DAY = 86_400_000;

/** An item as an article, or the reason why it cannot be one. */
export function cleanItem(item: RawItem, context: CleaningContext): { article: Article } | { rejected: string } {
  const title = plainText(item.title ?? '');
  if (!title) return { rejected: 'the item has no title' };
  const url = item.url ? canonicalUrl(item.url) : null;
  if (item.url && !url) return { rejected: `its address is no http address: ${item.url.slice(0, 200)}` };
  const publishedAt = item.publishedAt ? readPublished(item.publishedAt) : context.seenAt;
  if (publishedAt === null) return { rejected: `its date cannot be read: ${item.publishedAt?.slice(0, 80)}` };
  if (publishedAt > context.seenAt + DAY) return { rejected: `its date is in the future: ${item.publishedAt}` };
  const text = plainText(item.content ?? '');
  const key = url ? url.replace(/^https?:\/\//, '') : `${normalised(title)} ${new Date(publishedAt).toISOString().slice(0, 10)}`;
  return {
    article: {
      id: `art_${sha256Hex(key).slice(0, 24)}`,
      url,
      title,
      text,
      feed: item.feed,
      author: item.author?.trim() || null,
      language: languageOf(`${title} ${text}`, item.language),
      publishedAt,
      firstSeenAt: context.knownAsPublished ? publishedAt : context.seenAt,
      tickers: tickersOf(`${title} ${text}`),
      categories: item.categories ?? [],
      source: context.source,
    },
  };
}

const BLOCK = /<(script|style|noscript|template)\b[\s\S]*?(<\/\1\s*>|$)/gi;

/** HTML or text as one line of plain text: no tags, entities resolved, Unicode composed, white space folded. */
export function plainText(html: string): string {
  const bare = html.slice(0, 200_000).replace(BLOCK, ' ').replace(/<!--[\s\S]*?(-->|$)/g, ' ').replace(/<\/?[a-z][^>]*>/gi, ' ');
  return decodeHTML(bare).normalize('NFC').replace(/[\u0000-\u001f\u007f\u200b-\u200f\u2028-\u202e\ufeff\s]+/gu, ' ').trim();
}

const TRACKING = /^(utm_.*|fbclid|gclid|mc_[ce]id|igshid|at_medium|at_campaign|at_custom.*|ref|ref_src|cmpid|ocid|ito|src|feature)$/i;

/** An address without tracking parameters, fragment and default ports; null where it is not http. */
export function canonicalUrl(text: string): string | null {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  url.hash = '';
  url.username = '';
  url.password = '';
  url.hostname = url.hostname.replace(/^(www|amp|m)\.(?=.+\.)/, '');
  const kept = [...url.searchParams].filter(([name]) => !TRACKING.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  url.search = new URLSearchParams(kept).toString();
  url.pathname = url.pathname.replace(/\/amp\/?$/, '/').replace(/(.)\/+$/, '$1');
  return url.toString();
}

/** Lower case letters and digits with single spaces. */
export const normalised = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** ISO 8601, RFC 822 and `d-m-Y H:M`; a date without a zone is UTC by rule. Null where it is none of these. */
export function readPublished(text: string): number | null {
  const trimmed = text.trim();
  const european = /^(\d{1,2})-(\d{1,2})-(\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(trimmed);
  if (european) {
    const [, day, month, year, hour, minute, second] = european.map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second || 0);
  }
  const iso = /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/.test(trimmed);
  const zoned = iso ? `${trimmed.replace(' ', 'T')}${trimmed.length > 10 ? '' : 'T00:00:00'}Z` : trimmed;
  const withZone = iso || /(Z|[+-]\d{2}:?\d{2}|[A-Z]{2,4})\)?$/i.test(zoned) ? zoned : `${zoned} UTC`;
  const time = Date.parse(withZone);
  return Number.isFinite(time) ? time : null;
}

/** What the feed declares, unless the text is long enough to be sure of another language. */
function languageOf(text: string, declared: string | undefined): string {
  const hint = declared?.trim().slice(0, 2).toLowerCase() ?? 'en';
  const [best] = text.length >= 40 ? detectAll(text) : [];
  return best && best.accuracy >= 0.8 ? best.lang : hint;
}
