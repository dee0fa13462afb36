import type { HttpClient } from '../http/http.js';
import type { FoundFeed } from '../ports-sources.js';
import { discoverFeeds } from './discovery.js';
import { decodeXml } from './encoding.js';
import { parseFeed } from './feeds/parse.js';

const TYPES: Record<string, string> = {
  atom: 'application/atom+xml',
  json: 'application/feed+json',
  rdf: 'application/rdf+xml',
};

/** Feeds that a site tells of, or the address itself where it is a feed. @throws as the client does */
export async function discover(
  url: string,
  http: HttpClient,
): Promise<{ feeds: FoundFeed[]; canonical: string | null }> {
  const answer = await http.request({ url, interactive: true });
  const contentType = answer.headers['content-type'] ?? null;
  const { format, feed } = parseFeed(answer.bytes, { contentType, url: answer.url });
  if (format !== 'none') {
    const type = TYPES[format] ?? 'application/rss+xml';
    return { feeds: [{ href: url, url: answer.url, type, title: feed.title ?? null }], canonical: null };
  }
  const found = discoverFeeds(decodeXml(answer.bytes, contentType).text, answer.url);
  // What cannot be asked for is no source.
  return { ...found, feeds: found.feeds.flatMap((each) => (each.url ? [{ ...each, url: each.url }] : [])) };
}
