import Parser from 'rss-parser';
import { DataQualityError, messageOf, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news.js';
import type { NewsPage } from '../ports.js';

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 10 * 1024 * 1024;

type Link = { $?: { rel?: string; href?: string } };
type Item = { creator?: string; author?: string; 'content:encoded'?: string; description?: string };

const parser = new Parser<{ language?: string; atomLinks?: Link[]; links?: Link[] }, Item>({
  customFields: {
    feed: [
      ['language', 'language'],
      ['atom:link', 'atomLinks', { keepArray: true }],
      ['link', 'links', { keepArray: true }],
    ] as never,
    item: ['content:encoded', 'description'] as never,
  },
});

/** One page of an RSS or Atom feed; `next` is the address of the page after (RFC 5005), where the feed has one. */
export async function fetchFeed(feed: string, address: string): Promise<NewsPage> {
  const xml = await download(feed, address);
  try {
    const parsed = await parser.parseString(xml);
    const links = [...(parsed.atomLinks ?? []), ...(Array.isArray(parsed.links) ? parsed.links : [])];
    const next = links.find((link) => link.$?.rel === 'next')?.$?.href;
    const items = parsed.items.map((item) => rawItem(feed, item, parsed.language));
    return { items, next: next ? new URL(next, address).toString() : null };
  } catch (error) {
    const start = xml.slice(0, 60).replace(/\s+/g, ' ');
    throw new DataQualityError(
      `Feed "${feed}" (${address}) is no readable RSS or Atom: ${messageOf(error)}; it begins with "${start}"`,
    );
  }
}

function rawItem(feed: string, item: Item & Parser.Item, language: string | undefined): RawItem {
  const content = item['content:encoded'] ?? item.content ?? item.description ?? item.summary;
  const author = item.creator ?? item.author;
  const date = item.isoDate ?? item.pubDate;
  const categories = (item.categories ?? []).filter((each): each is string => typeof each === 'string');
  return {
    feed,
    ...(item.guid ? { guid: item.guid } : {}),
    ...(item.link ? { url: item.link } : {}),
    ...(item.title ? { title: item.title } : {}),
    ...(content ? { content } : {}),
    ...(author ? { author } : {}),
    ...(language ? { language: String(language) } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    // The feed's own words: rss-parser reads a date without a zone in the machine's zone.
    ...((item.pubDate ?? date) ? { publishedAt: item.pubDate ?? date ?? '' } : {}),
  };
}

async function download(feed: string, address: string): Promise<string> {
  let answer: Response;
  try {
    const headers = {
      accept: 'application/rss+xml, application/atom+xml, application/xml, text/xml',
      'user-agent': 'finsight/0.1',
    };
    answer = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new UnreachableError(
      `Feed "${feed}" (${address}) does not answer: ${messageOf((error as Error).cause ?? error)}`,
    );
  }
  if (answer.status === 404 || answer.status === 410)
    throw new NotFoundError(`Feed "${feed}" is not at ${address} (HTTP ${answer.status})`);
  if (!answer.ok) throw new UnreachableError(`Feed "${feed}" (${address}) answers HTTP ${answer.status}`);
  return readLimited(feed, answer);
}

async function readLimited(feed: string, answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES)
      throw new DataQualityError(`Feed "${feed}" is larger than ${MAX_BYTES / 2 ** 20} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
