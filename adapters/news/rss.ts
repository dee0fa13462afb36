import Parser from 'rss-parser';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news/articles.js';
import { rssSettings } from '../../domain/news/mapping.js';
import type { HttpClient } from '../http/http.js';
import type { NewsPage } from '../ports.js';
import { decodeXml } from './encoding.js';
import { told, type PageRequest, type SourceKind } from './kind.js';
import { checkSettings, schemaOf } from './settings.js';

/** RSS, Atom and what else a feed reader reads. */
export const rss: SourceKind = {
  kind: 'rss',
  summary: 'A feed: RSS or Atom',
  schema: schemaOf(rssSettings),
  file: null,
  check: (given) => checkSettings('rss', rssSettings, given),
  hostOf: ({ url }) => new URL(String(url)).host,
  addressOf: ({ url }) => String(url),
  windowed: () => false,
  fetchPage: ({ source, cursor, ...request }, { http }) =>
    fetchFeed({ feed: source.id, address: cursor ?? String(source.settings['url']), http, ...request }),
};

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

const ACCEPT = 'application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';

interface FeedRequest extends Pick<PageRequest, 'validators' | 'interactive'> {
  feed: string;
  address: string;
  http: HttpClient;
}

/**
 * One page of an RSS or Atom feed; `next` is the address of the page after (RFC 5005), where the feed has one on
 * its own site. @throws UnreachableError, NotFoundError, and DataQualityError where it is no feed or above 10 MiB.
 */
export async function fetchFeed({ feed, address, http, ...request }: FeedRequest): Promise<NewsPage> {
  const held = request.validators?.url === address ? request.validators : undefined;
  const answer = await told(`Feed "${feed}"`, () =>
    http.request({
      url: address,
      headers: { accept: ACCEPT },
      ...(held ? { etag: held.etag, lastModified: held.lastModified } : {}),
      ...(request.interactive ? { interactive: true } : {}),
    }),
  );
  const { etag, lastModified } = answer;
  if (answer.notModified) return { items: [], next: null, notModified: true };
  const page = await readFeed({ feed, address }, answer.bytes, answer.headers['content-type'] ?? null);
  return { ...page, ...(etag || lastModified ? { validators: { url: address, etag, lastModified } } : {}) };
}

/** @throws DataQualityError where the bytes are no feed */
async function readFeed(
  { feed, address }: { feed: string; address: string },
  bytes: Uint8Array,
  contentType: string | null,
): Promise<NewsPage> {
  const xml = decodeXml(bytes, contentType);
  try {
    // A parser keeps state of a document that broke it: each gets its own.
    const parser = new Parser<Written, Written>({ customFields: customFields as never, defaultRSS: 2 });
    const parsed = await parser.parseString(xml.replace(DATES, '<$1written-$2'));
    const items = parsed.items.map((item) =>
      rawItem({ feed, address, language: flatText(parsed['language']) }, item),
    );
    return { items, next: nextPage(parsed, address) };
  } catch (error) {
    const line = (text: string): string => text.replace(/\s+/g, ' ');
    throw new DataQualityError(
      `Feed "${feed}" (${address}) is no readable RSS or Atom: ${line(messageOf(error))}; it begins with "${line(xml.slice(0, 60))}"`,
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
