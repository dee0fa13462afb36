import Parser from 'rss-parser';
import { DataQualityError, messageOf, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news/articles.js';
import type { NewsPage } from '../ports.js';
import { decodeXml } from './encoding.js';

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 10 * 1024 * 1024;

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
 * its own site. @throws UnreachableError, NotFoundError, and DataQualityError where it is no feed or above 10 MiB.
 */
export async function fetchFeed(feed: string, address: string): Promise<NewsPage> {
  const xml = await download(feed, address);
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

async function download(feed: string, address: string): Promise<string> {
  const name = `Feed "${feed}" (${address})`;
  try {
    const accept =
      'application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';
    const headers = { accept, 'user-agent': 'finsight/0.1' };
    // fetch follows at most 20 redirects.
    const answer = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw await refusal(name, answer);
    return decodeXml(await readLimited(name, answer), answer.headers.get('content-type'));
  } catch (error) {
    if (
      error instanceof NotFoundError ||
      error instanceof DataQualityError ||
      error instanceof UnreachableError
    )
      throw error;
    throw new UnreachableError(`${name} does not answer: ${messageOf((error as Error).cause ?? error)}`);
  }
}

async function refusal(name: string, answer: Response): Promise<Error> {
  const isText = answer.headers.get('content-type')?.startsWith('text/plain') ?? false;
  const reason = isText ? `: ${(await answer.text()).slice(0, 300)}` : '';
  if (!isText) await answer.body?.cancel();
  if (answer.status === 404 || answer.status === 410)
    return new NotFoundError(`${name} is not there (HTTP ${answer.status}${reason})`);
  if (answer.status === 422) return new DataQualityError(`${name} cannot be given (HTTP 422${reason})`);
  return new UnreachableError(`${name} answers HTTP ${answer.status}${reason}`);
}

async function readLimited(name: string, answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new DataQualityError(`${name} is larger than ${MAX_BYTES / 2 ** 20} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
