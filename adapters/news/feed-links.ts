import type { FoundFeed } from '../ports-sources.js';

const FEED_TYPES = /^application\/(rss|atom|rdf|feed)(\+(xml|json))?$/i;

/** Feeds that the head of a page tells of by `<link rel="alternate">`. */
export function feedLinks(html: string, base: string): { feeds: FoundFeed[]; canonical: string | null } {
  const links = [...html.matchAll(/<link\b[^>]*>/gi)].map(([tag]) => attributesOf(tag));
  const absolute = (href: string): string | null =>
    URL.canParse(href, base) ? new URL(href, base).toString() : null;
  const has = (link: Record<string, string>, rel: string): boolean =>
    (link['rel'] ?? '').toLowerCase().split(/\s+/).includes(rel);
  const feeds = links.flatMap((link) => {
    const { href = '', type = '', title } = link;
    const url = absolute(href);
    if (!href || !url || !has(link, 'alternate') || !FEED_TYPES.test(type)) return [];
    return [{ href, url, type, title: title ?? null }];
  });
  const canonical = links.find((link) => has(link, 'canonical'))?.['href'];
  return { feeds, canonical: canonical ? absolute(canonical) : null };
}

function attributesOf(tag: string): Record<string, string> {
  const found = tag.matchAll(/([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi);
  return Object.fromEntries(
    [...found].map(([, name = '', double, single, bare]) => [
      name.toLowerCase(),
      (double ?? single ?? bare ?? '').replaceAll('&amp;', '&'),
    ]),
  );
}
