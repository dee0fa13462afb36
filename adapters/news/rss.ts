import Parser from 'rss-parser';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news/articles.js';
import type { HttpClient, NewsPage } from '../ports.js';
import { downloadFeed, feedName, type FeedRequest } from './download.js';

type Written = Record<string, unknown>;

/** Dates under other names, so that they stay as written: the parser fails on a bad Atom date and reads those without zone in the machine's. */
const DATES = /<(\/?)(published|updated)(?=[\s>])/g;

const customFields = {
  feed: ['language', ['atom:link', 'atomLinks', { keepArray: true }], ['link', 'links', { keepArray: true }]],
  item: [
    'content:encoded',
    'description',
    'written-published',
    'written-updated',
    ['category', 'labels', { keepArray: true }],
  ],
};

/**
 * One page of an RSS or Atom feed; `next` is the address of the page after (RFC 5005), where the feed has one on
 * its own site. @throws as `HttpClient.request`, and DataQualityError where it is no feed.
 */
export async function fetchFeed(http: HttpClient, request: FeedRequest): Promise<NewsPage> {
  const { text: xml, url: address, etag, lastModified } = await downloadFeed(http, request);
  const validators = { etag: etag ?? null, lastModified: lastModified ?? null };
  if (xml === null) return { items: [], next: null, notModified: true, ...validators };
  const { feed } = request;
  try {
    // A parser keeps state of a document that broke it: each gets its own.
    const parser = new Parser<Written, Written>({ customFields: customFields as never, defaultRSS: 2 });
    const parsed = await parser.parseString(xml.replace(DATES, '<$1written-$2'));
    const items = parsed.items.map((item) =>
      rawItem({ feed, address, language: flatText(parsed['language']) }, item),
    );
    return { items, next: nextPage(parsed, address), ...validators };
  } catch (error) {
    const line = (text: string): string => text.replace(/\s+/g, ' ');
    throw new DataQualityError(
      `${feedName(request)} is no readable RSS or Atom: ${line(messageOf(error))}; it begins with "${line(xml.slice(0, 60))}"`,
    );
  }
}

/** A feed's word for its next page is followed on the feed's own site only. */
function nextPage(parsed: Written, address: string): string | null {
  const links = [parsed['atomLinks'], parsed['links']].flat() as { $?: { rel?: string; href?: string } }[];
  const href = links.find((link) => link?.$?.rel === 'next')?.$?.href;
  if (!href || !URL.canParse(href, address)) return null;
  const next = new URL(href, address);
  return next.origin === new URL(address).origin && next.toString() !== address ? next.toString() : null;
}

function rawItem(from: { feed: string; address: string; language: string }, item: Written): RawItem {
  const first = (...names: string[]): string => names.map((name) => flatText(item[name])).find(Boolean) ?? '';
  const guid = first('guid', 'id');
  // RSS 2.0: a guid is the item's address where there is no link, unless it is none.
  const link = first('link') || (/^https?:\/\//.test(guid) ? guid : '');
  const labels = [item['labels']]
    .flat()
    .map((label) => (label as { $?: { term?: string } })?.$?.term || flatText(label));
  const members: Omit<RawItem, 'feed' | 'categories'> = {
    guid,
    url: link && URL.canParse(link, from.address) ? new URL(link, from.address).toString() : link,
    title: first('title'),
    content: first('content:encoded', 'content', 'description', 'summary'),
    author: first('creator', 'author'),
    language: from.language,
    publishedAt: first('pubDate', 'written-published', 'date', 'dc:date', 'written-updated'),
  };
  const present = Object.fromEntries(Object.entries(members).filter(([, value]) => value)) as typeof members;
  const categories = labels.filter(Boolean);
  return { feed: from.feed, ...present, ...(categories.length > 0 ? { categories } : {}) };
}

/** The text of a parsed element, of its children too where it has markup; '' where there is none. */
function flatText(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map(flatText).join(' ').trim();
  if (value === null || typeof value !== 'object') return '';
  const parts = Object.entries(value).filter(([name]) => name !== '$');
  return parts
    .map(([, part]) => flatText(part))
    .join(' ')
    .trim();
}
