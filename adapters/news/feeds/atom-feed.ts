import type { Element } from './elements.js';
import { resolveAddress } from './addresses.js';
import type { FeedHead, FeedItem, Problems } from './model.js';
import { allOf, atomText, checkedAddress, datesOf, firstOf, lineOf, present, wholeText } from './values.js';

const DATES = {
  published: ['published', 'issued', 'dc:date', 'created', 'pubdate'],
  updated: ['updated', 'modified'],
};

/** The head of Atom 0.3 and 1.0. Its elements have lost their prefix. */
export function atomHead(root: Element): FeedHead {
  if (root.name === 'entry') return {};
  const linkOf = (rel: string): string | undefined => addressOf(root, rel);
  return present<FeedHead>({
    title: atomText(firstOf(root, 'title'))?.value,
    link: linkOf('alternate'),
    self: linkOf('self'),
    language: root.language ?? undefined,
    next: linkOf('next'),
    description: atomText(firstOf(root, 'subtitle', 'tagline'))?.value,
    author: authorsOf(root),
    updatedAt: lineOf(firstOf(root, 'updated', 'modified')),
  });
}

export function atomItem(entry: Element, { at, problems }: { at: number; problems: Problems }): FeedItem {
  const title = atomText(firstOf(entry, 'title', 'dc:title', 'media:title'));
  const id = firstOf(entry, 'id');
  const content = atomText(firstOf(entry, 'content', 'content:encoded'));
  const summary = atomText(firstOf(entry, 'summary', 'description', 'media:description')) ?? mediaText(entry);
  const text = content ?? summary;
  const source = entry.children.find(({ name }) => name === 'source');
  const url = linkOfEntry(entry);
  return present<FeedItem>({
    guid: id && idOf(id),
    url: url === undefined ? undefined : checkedAddress(url, { base: null, at, problems }),
    title: title?.value,
    titleType: title?.type,
    content: text?.value,
    contentType: text?.type,
    summary: content ? summary?.value : undefined,
    author: authorsOf(entry) ?? (source && authorsOf(source)),
    language: entry.language ?? undefined,
    categories: categoriesOf(entry),
    ...datesOf(entry, { names: DATES, at, problems }),
  } as FeedItem);
}

/** An id is compared letter by letter and stays as written; one without a scheme is an error, which its base mends. */
function idOf(id: Element): string {
  const written = wholeText(id);
  return /^[a-z][a-z\d+.-]*:/i.test(written) ? written : resolveAddress(written, id.base);
}

/** The page of an entry: its alternate link, else where its content is. */
const linkOfEntry = (entry: Element): string | undefined => {
  const content = entry.children.find(({ name, attributes }) => name === 'content' && attributes.get('src'));
  const source = content?.attributes.get('src');
  return (
    addressOf(entry, 'alternate') ??
    textLink(entry) ??
    (source && resolveAddress(source, content?.base ?? null))
  );
};

function addressOf(parent: Element, rel: string): string | undefined {
  const links = allOf(parent, 'link').filter(
    ({ attributes }) => attributes.get('href')?.trim() && relationOf(attributes.get('rel')) === rel,
  );
  const isPage = ({ attributes }: Element): boolean => /html/i.test(attributes.get('type') ?? 'text/html');
  const link = links.find(isPage) ?? links[0];
  return link && resolveAddress(link.attributes.get('href') ?? '', link.base);
}

/** RFC 4287: no relation is `alternate`, and the registered ones may be written as addresses. */
const relationOf = (rel: string | undefined): string =>
  (rel?.trim().toLowerCase() || 'alternate').replace(/^http:\/\/www\.iana\.org\/assignments\/relation\//, '');

/** As RSS writes it, which some Atom feeds do. */
const textLink = (entry: Element): string | undefined => {
  const link = allOf(entry, 'link').find(
    (each) =>
      lineOf(each) && !each.attributes.has('href') && relationOf(each.attributes.get('rel')) === 'alternate',
  );
  return link && resolveAddress(lineOf(link), link.base);
};

function authorsOf(parent: Element): string | undefined {
  const names = allOf(parent, 'author').map(
    (author) => lineOf(firstOf(author, 'name')) || lineOf(firstOf(author, 'email')) || lineOf(author),
  );
  return names.filter(Boolean).join(', ') || lineOf(firstOf(parent, 'dc:creator')) || undefined;
}

function categoriesOf(entry: Element): string[] {
  const labels = allOf(entry, 'category').map(
    (category) =>
      category.attributes.get('term')?.trim() || category.attributes.get('label')?.trim() || lineOf(category),
  );
  return [...new Set([...labels, ...allOf(entry, 'dc:subject').map(lineOf)].filter(Boolean))];
}

/** Of a video or picture that is all the entry has. */
function mediaText(entry: Element): ReturnType<typeof atomText> {
  for (const child of allOf(entry, 'media:group', 'media:content')) {
    const found = atomText(firstOf(child, 'media:description'));
    if (found) return found;
  }
  return undefined;
}
