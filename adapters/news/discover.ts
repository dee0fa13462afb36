import type { HttpClient } from '../http/http.js';
import type { FoundFeed } from '../ports-sources.js';
import { decodeXml } from './encoding.js';
import { feedLinks } from './feed-links.js';

/** Feeds that a site tells of, or the address itself where it is a feed. @throws as the client does */
export async function discover(
  url: string,
  http: HttpClient,
): Promise<{ feeds: FoundFeed[]; canonical: string | null }> {
  const answer = await http.request({ url, interactive: true });
  const text = decodeXml(answer.bytes, answer.headers['content-type'] ?? null);
  const root = /<(rss|feed|(?:[a-z]+:)?RDF)[\s>]/i.exec(text.slice(0, 2000))?.[1];
  const isPage = /<(!doctype html|html|head|body)[\s>]/i.test(text.slice(0, 2000));
  if (!root || isPage) return feedLinks(text, answer.url);
  const type = root.toLowerCase() === 'feed' ? 'application/atom+xml' : 'application/rss+xml';
  const title = /<title[^>]*>([^<]{1,200})<\/title>/i.exec(text)?.[1]?.trim() ?? null;
  return { feeds: [{ href: url, url: answer.url, type, title }], canonical: null };
}
