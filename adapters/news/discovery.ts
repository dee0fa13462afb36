import { Parser } from 'htmlparser2';

export interface DiscoveredFeed {
  /** As written in the page. */
  href: string;
  /** Absolute; null where it cannot be made so. */
  url: string | null;
  type: string;
  title: string | null;
}

export interface Discovery {
  /** In the order of the page; what it names twice is here twice. */
  feeds: DiscoveredFeed[];
  /** The page's own (last) word for its address, as written. */
  canonical: string | null;
}

const FEED_TYPES = /^(application\/(rss|atom|rdf)\+xml|application\/(feed\+)?json|(application|text)\/xml)$/;

/** WordPress names its API this way, too. */
const WORDPRESS_API = /\/wp-json(\/|$)|[?&]rest_route=/;

/** A page names few; one that names more is an attack. */
const MOST_FEEDS = 1000;

/**
 * The feeds that a page points to by `<link rel="alternate">`, their addresses resolved against the page's `<base>`
 * and then against `address`, that of the page.
 */
export function discoverFeeds(html: string, address: string | null): Discovery {
  const found: Omit<DiscoveredFeed, 'url'>[] = [];
  const page: { base: string | null; canonical: string | null } = { base: null, canonical: null };
  const parser = new Parser({
    onopentag(name, attributes) {
      // A feed without an address is told, too: it is the page itself, by the rules of relative addresses.
      const href = attributes['href'] ?? '';
      if (name === 'base') page.base ??= href || null;
      if (name !== 'link') return;
      const relations = (attributes['rel'] ?? '').toLowerCase().split(/\s+/);
      if (relations.includes('canonical')) page.canonical = href || page.canonical;
      const type = (attributes['type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
      const isFeed = relations.includes('alternate') && FEED_TYPES.test(type) && !WORDPRESS_API.test(href);
      if (isFeed && found.length < MOST_FEEDS) found.push({ href, type, title: attributes['title'] ?? null });
    },
  });
  parser.end(html);
  const base = absolute(page.base ?? '', address) ?? address;
  return {
    feeds: found.map(({ href, type, title }) => ({ href, url: absolute(href, base), type, title })),
    canonical: page.canonical,
  };
}

function absolute(written: string, base: string | null): string | null {
  if (!URL.canParse(written, base ?? undefined)) return null;
  return new URL(written, base ?? undefined).toString();
}
