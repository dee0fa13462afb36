import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DataQualityError, messageOf, NotFoundError } from '../../domain/errors.js';
import { readPublished } from '../../domain/news/dates.js';
import { simulateHeadlines, SIMULATED_FEEDS } from '../../domain/simulation.js';
import { parseCsv } from '../csv.js';
import { closeServer } from './exchange.js';

export interface FeedItem {
  title: string;
  text: string;
  url: string;
  /** As written in the source. */
  publishedAt: string;
}

export interface FeedProvider {
  names(): Promise<string[]>;
  /** Items of a feed in [from, to), in any order. */
  items(feed: string, from: number, to: number): Promise<FeedItem[]>;
}

const PAGE = 500;

/**
 * A news site on loopback: RSS 2.0 in pages with RFC 5005 `next` links, so that the real feed reader is what runs.
 * @param pageItems items of a page at most.
 */
export async function startFeedReplay(
  provider: FeedProvider,
  pageItems = PAGE,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const plain = { 'content-type': 'text/plain; charset=utf-8' };
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    render({ provider, pageItems }, url).then(
      (body) => response.writeHead(200, { 'content-type': 'application/rss+xml; charset=utf-8' }).end(body),
      (error: unknown) => response.writeHead(statusOf(error), plain).end(messageOf(error)),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => closeServer(server),
  };
}

function statusOf(error: unknown): number {
  if (error instanceof NotFoundError) return 404;
  return error instanceof DataQualityError ? 422 : 500;
}

async function render(
  { provider, pageItems }: { provider: FeedProvider; pageItems: number },
  url: URL,
): Promise<string> {
  const feed = decodeURIComponent(url.pathname.slice(1));
  const known = await provider.names();
  if (!known.includes(feed)) throw new NotFoundError(`no feed "${feed}"; known: ${known.join(', ')}`);
  const [from, to, page] = ['from', 'to', 'page'].map((name) => Number(url.searchParams.get(name) ?? 0));
  const items = await provider.items(feed, from ?? 0, to || 8.64e15);
  const start = (page ?? 0) * pageItems;
  const shown = items.slice(start, start + pageItems);
  const next = new URL(url);
  next.searchParams.set('page', String((page ?? 0) + 1));
  const link =
    start + pageItems < items.length ? `<atom:link rel="next" href="${escapeXml(next.toString())}"/>` : '';
  const body = shown.map(
    (item) =>
      `<item><title>${escapeXml(item.title)}</title><description>${escapeXml(item.text)}</description>${
        item.url ? `<link>${escapeXml(item.url)}</link><guid>${escapeXml(item.url)}</guid>` : ''
      }${item.publishedAt ? `<pubDate>${escapeXml(item.publishedAt)}</pubDate>` : ''}</item>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>${escapeXml(feed)}</title><language>en</language>${link}${body.join('')}</channel></rss>`;
}

const escapeXml = (value: string): string =>
  // oxlint-disable-next-line no-control-regex
  value
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ')
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Seeded headlines about the best-known assets. */
export function simulatedFeeds(seed: string): FeedProvider {
  const bases = ['BTC', 'ETH', 'SOL', 'BNB', 'LINK'];
  return {
    names: async () => [...SIMULATED_FEEDS],
    async items(feed, from, to) {
      return simulateHeadlines({ seed, bases, from, to })
        .filter((each) => each.feed === feed)
        .map((each) => ({ ...each, publishedAt: new Date(each.publishedAt).toUTCString() }));
    },
  };
}

type Recorded = FeedItem & { time: number | null };
/** A file that cannot be read is a feed that says so, and the others go on. */
type RecordedFeeds = Map<string, Recorded[] | DataQualityError>;

/** Headlines of `<directory>/news/*.csv[.gz]`: a feed per value of the column `source`, else one per file. */
export function recordedFeeds(directory: string): FeedProvider {
  let loading: Promise<RecordedFeeds> | null = null;
  const load = (): Promise<RecordedFeeds> => (loading ??= readNews(join(directory, 'news')));
  return {
    names: async () => [...(await load()).keys()].sort(),
    async items(feed, from, to) {
      const items = (await load()).get(feed) ?? [];
      if (items instanceof DataQualityError) throw items;
      // What has no readable date is given too, so that it is counted as rejected.
      return items.filter(({ time }) => time === null || (time >= from && time < to));
    },
  };
}

const COLUMNS: Record<string, 'title' | 'text' | 'url' | 'publishedAt' | 'source'> = {
  title: 'title',
  headline: 'title',
  'short description': 'title',
  text: 'text',
  description: 'text',
  summary: 'text',
  url: 'url',
  link: 'url',
  date: 'publishedAt',
  pubdate: 'publishedAt',
  published: 'publishedAt',
  source: 'source',
};

async function readNews(directory: string): Promise<RecordedFeeds> {
  const feeds: RecordedFeeds = new Map();
  const files = await readdir(directory).catch(() => []);
  for (const file of files.filter((name) => /\.csv(\.gz)?$/.test(name)).sort()) {
    const stem = slug(file.replace(/\.csv(\.gz)?$/, ''));
    try {
      for (const { source, ...item } of await readItems(join(directory, file))) {
        const feed = slug(source) || stem;
        const known = feeds.get(feed);
        if (Array.isArray(known)) known.push(item);
        else feeds.set(feed, [item]);
      }
    } catch (error) {
      feeds.set(stem, new DataQualityError(`Recorded news ${file} cannot be read: ${messageOf(error)}`));
    }
  }
  return feeds;
}

const unzip = promisify(gunzip);

async function readItems(path: string): Promise<(Recorded & { source: string })[]> {
  const raw = await readFile(path);
  const rows = parseCsv((path.endsWith('.gz') ? await unzip(raw) : raw).toString('utf8'));
  const names = rows[0] ?? [];
  const header = names.map((name) => COLUMNS[name.trim().toLowerCase()]);
  if (!header.includes('title'))
    throw new DataQualityError(`no title or headline among its columns ${names.join(', ')}`);
  return rows
    .slice(1)
    .filter((row) => row.some((cell) => cell.trim()))
    .map((row) => {
      const item = { title: '', text: '', url: '', publishedAt: '', source: '' };
      // In a row of another length no cell is believed: without a title the item is rejected and counted.
      if (row.length === names.length) header.forEach((name, i) => name && (item[name] ||= row[i] ?? ''));
      return { ...item, time: item.publishedAt ? readPublished(item.publishedAt) : null };
    });
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
