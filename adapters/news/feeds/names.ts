/** Short names of the namespaces that feeds use, however their addresses are spelled: no slash at the end, lower case. */
const SPACES: Record<string, string> = {
  ...Object.fromEntries(
    [
      'http://purl.org/rss/1.0',
      'http://purl.org/rss/1.0/modules/rss091#',
      'http://my.netscape.com/rdf/simple/0.9',
      'http://channel.netscape.com/rdf/simple/0.9',
      'http://my.netscape.com/publish/formats/rss-0.91.dtd',
      'http://backend.userland.com/rss',
      'http://backend.userland.com/rss2',
      'http://backend.userland.com/rss091',
      'http://blogs.law.harvard.edu/tech/rss',
      'http://cyber.law.harvard.edu/rss',
      'http://www.rssboard.org/rss-specification',
      'http://purl.org/net/rss1.1#',
    ].map((address) => [address, '']),
  ),
  'http://www.w3.org/2005/atom': 'atom',
  'http://purl.org/atom/ns#': 'atom',
  'http://purl.org/dc/elements/1.0': 'dc',
  'http://purl.org/dc/elements/1.1': 'dc',
  'http://purl.org/dc/terms': 'dcterms',
  'http://purl.org/rss/1.0/modules/content': 'content',
  'http://search.yahoo.com/mrss': 'media',
  'http://www.itunes.com/dtds/podcast-1.0.dtd': 'itunes',
  'http://example.com/dtds/podcast-1.0.dtd': 'itunes',
  'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf',
  'http://www.w3.org/1999/xhtml': 'xhtml',
  'http://www.w3.org/xml/1998/namespace': 'xml',
  'http://rssnamespace.org/feedburner/ext/1.0': 'feedburner',
};
/** Understood without a declaration, or with a wrong one. */
const PREFIXES = new Set([
  'atom',
  'dc',
  'dcterms',
  'content',
  'media',
  'itunes',
  'rdf',
  'xhtml',
  'feedburner',
  'xml',
]);

/** Prefixes in scope and the short names that they stand for; '' is the default. */
export type Scope = ReadonlyMap<string, string>;

export const OUTERMOST: Scope = new Map([['xml', 'xml']]);

/** More in one scope is an attack: each element that declares one costs as much as all that are known. */
const DECLARED = 40;

/** The scope within an element of these attributes; Atom's version is in its namespace only. */
export function scopeWithin(outer: Scope, attributes: ReadonlyMap<string, string> | null): Scope {
  if (!attributes) return outer;
  let scope: Map<string, string> | null = null;
  for (const [name, value] of attributes) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    if ((scope ?? outer).size >= DECLARED) break;
    scope ??= new Map(outer);
    const prefix = name.slice(6).toLowerCase();
    scope.set(prefix, shortName(value, prefix));
  }
  return scope ?? outer;
}

function shortName(address: string, prefix: string): string {
  const spelled = address.trim().toLowerCase().replace(/\/+$/, '');
  const known = Object.hasOwn(SPACES, spelled) ? SPACES[spelled] : undefined;
  if (known !== undefined) return known;
  // A default namespace that nobody knows does not make the elements another language.
  return prefix === '' || PREFIXES.has(prefix) ? prefix : `?${prefix}`;
}

/** `dc:date` whatever its prefix, `item` for RSS's own elements; lower case, as many feeds err in it. */
export function canonicalName(written: string, scope: Scope): string {
  const colon = written.indexOf(':');
  const prefix = colon < 0 ? '' : written.slice(0, colon).toLowerCase();
  const local = (colon < 0 ? written : written.slice(colon + 1)).toLowerCase();
  const space = scope.get(prefix) ?? (prefix === '' || PREFIXES.has(prefix) ? prefix : `?${prefix}`);
  return space === '' ? local : `${space}:${local}`;
}

/** A prefix that no element around declares, or null. */
export function undeclaredPrefix(written: string, scope: Scope): string | null {
  const colon = written.indexOf(':');
  const prefix = colon < 0 ? '' : written.slice(0, colon).toLowerCase();
  return prefix === '' || scope.has(prefix) ? null : prefix;
}
