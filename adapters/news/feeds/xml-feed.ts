import { atomHead, atomItem } from './atom-feed.js';
import type { Element, Meaning } from './elements.js';
import { readMarkup } from './markup.js';
import type { FeedItem, ParsedFeed, Problems } from './model.js';
import { rssHead, rssItem } from './rss-feed.js';

/** A feed with more items is read up to here: a page of a real one has some hundred. */
const MOST_ITEMS = 50_000;

type XmlFormat = 'rss' | 'rdf' | 'atom';

/** What a document is by its first known element; `html` is a page. */
const ROOTS: Record<string, XmlFormat | 'html'> = {
  ...{ rss: 'rss', channel: 'rss', item: 'rss', 'rdf:rdf': 'rdf' },
  ...{ feed: 'atom', 'atom:feed': 'atom', entry: 'atom', 'atom:entry': 'atom' },
  ...{ html: 'html', 'xhtml:html': 'html' },
};

const words = (text: string): Set<string> => new Set(text.split(/\s+/));
const DUBLIN =
  'dc:title dc:creator dc:author dc:subject dc:description dc:date dc:language dcterms:issued dcterms:created dcterms:modified';
const MEDIA =
  'media:title media:description itunes:title itunes:author itunes:summary itunes:keywords content:encoded';
const LEAVES = {
  rss: words(`title link description guid pubdate date category language managingeditor webmaster lastbuilddate author content
    summary id published updated body xhtml:body atom:link atom:id atom:title atom:content atom:summary atom:published
    atom:updated atom:modified atom:category atom:name atom:email name email ${DUBLIN} ${MEDIA}`),
  atom: words(`title link id updated published issued modified created summary content subtitle tagline category name
    email description pubdate ${DUBLIN} ${MEDIA}`),
};
const CONTAINERS = {
  rss: words('channel items atom:author media:group media:content rss rdf:rdf'),
  atom: words('author source media:group media:content feed'),
};

/** RSS, RDF or Atom; format `none` where the document is something else, of which the problems tell. */
export function readXmlFeed(
  xml: string,
  { base, problems }: { base: string | null; problems: Problems },
): Omit<ParsedFeed, 'problems'> {
  const items: FeedItem[] = [];
  let format: XmlFormat | 'html' | null = null;
  const meanings = new Map<string, Meaning | null>();
  const meaningOf = (name: string): Meaning | null => {
    if (format === null) return Object.hasOwn(ROOTS, name) ? rootMeaning(name) : null;
    let meaning = meanings.get(name);
    // A hostile document has a million names; a feed's own are few.
    if (meaning === undefined && meanings.size < 1000)
      meanings.set(name, (meaning = meaningIn(format, name)));
    return meaning ?? null;
  };
  const onRoot = ({ name }: Element): boolean => {
    format = ROOTS[name] ?? ROOTS[`atom:${name}`] ?? 'html';
    return format !== 'html';
  };
  const onItem = (item: Element): boolean => {
    if (items.length >= MOST_ITEMS)
      problems.add('too-many-items', `it has more than ${MOST_ITEMS} items; the rest is not read`);
    else items.push((format === 'atom' ? atomItem : rssItem)(item, { at: items.length, problems }));
    return items.length < MOST_ITEMS;
  };
  const root = readMarkup(xml, { reader: { meaningOf, onRoot, onItem }, base, problems });
  if (!root || !format || format === 'html') return noFeed(xml, { isHtml: format === 'html', problems });
  const feed = format === 'atom' ? atomHead(root) : rssHead(root);
  // RFC 4287, 4.2.1: an entry without author has the feed's.
  if (format === 'atom' && feed.author) for (const item of items) item.author ??= feed.author;
  return { format, version: versionOf(format, root), feed, items };
}

const unprefixed = (name: string): string => name.replace(/^atom:/, '');

const rootMeaning = (name: string): Meaning => ({
  name: unprefixed(name),
  kind: /^((atom:)?entry|item)$/.test(name) ? 'item' : 'root',
});

function meaningIn(format: XmlFormat | 'html', written: string): Meaning | null {
  const kind = format === 'atom' ? 'atom' : 'rss';
  const name = kind === 'atom' ? unprefixed(written) : written;
  // Feeds mix the languages: an `item` in Atom is an entry.
  if (name === 'item' || name === 'entry') return { name: kind === 'atom' ? 'entry' : 'item', kind: 'item' };
  if (CONTAINERS[kind].has(name)) return { name, kind: 'container' };
  return LEAVES[kind].has(name) ? { name, kind: 'leaf' } : null;
}

function noFeed(
  xml: string,
  { isHtml, problems }: { isHtml: boolean; problems: Problems },
): Omit<ParsedFeed, 'problems'> {
  const begin = xml.slice(0, 60).replace(/\s+/g, ' ').trim();
  if (isHtml) problems.add('html', `it is an HTML page, no feed; it begins with "${begin}"`);
  else problems.add('no-feed', `it is neither RSS, RDF, Atom nor a JSON Feed; it begins with "${begin}"`);
  return { format: 'none', version: null, feed: {}, items: [] };
}

function versionOf(format: XmlFormat, root: Element): string | null {
  const stated = root.attributes.get('version')?.trim();
  if (stated) return stated;
  const spaces = [...root.attributes]
    .filter(([name]) => /^xmlns(:|$)/.test(name))
    .map(([, address]) => address);
  const has = (part: string): boolean => spaces.some((address) => address.includes(part));
  if (format === 'atom') return has('purl.org/atom/ns#') ? '0.3' : has('/2005/Atom') ? '1.0' : null;
  if (format === 'rdf') return has('/rdf/simple/0.9') ? '0.90' : has('purl.org/rss/1.0') ? '1.0' : null;
  return null;
}
