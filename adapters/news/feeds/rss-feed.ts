import type { Element } from './elements.js';
import type { FeedHead, FeedItem, Problems } from './model.js';
import { allOf, checkedAddress, datesOf, firstOf, lineOf, present, rssText, wholeText } from './values.js';

const DATES = {
  published: [
    'pubdate',
    'dc:date',
    'dcterms:issued',
    'atom:published',
    'published',
    'dcterms:created',
    'date',
  ],
  updated: ['atom:updated', 'updated', 'dcterms:modified', 'atom:modified'],
};
const CONTENT = ['content:encoded', 'atom:content', 'content', 'xhtml:body', 'body'];
const SUMMARY = [
  'description',
  'dc:description',
  'atom:summary',
  'summary',
  'itunes:summary',
  'media:description',
];

/** The head of RSS 0.9x, 1.0 and 2.0: of the channel, wherever items stand. */
export function rssHead(root: Element): FeedHead {
  const channel =
    root.name === 'channel' ? root : (root.children.find(({ name }) => name === 'channel') ?? root);
  const atomLinks = allOf(channel, 'atom:link');
  const linkOf = (rel: string): string => {
    const link = atomLinks.find(({ attributes }) => attributes.get('rel') === rel);
    return link?.attributes.get('href') ?? '';
  };
  const at = { base: channel.base, at: 0, problems: SILENT };
  return present<FeedHead>({
    title: rssText(firstOf(channel, 'title', 'dc:title', 'itunes:title'))?.value,
    link: checkedAddress(lineOf(firstOf(channel, 'link')) || linkOf('alternate'), at),
    self: checkedAddress(linkOf('self'), at),
    language: lineOf(firstOf(channel, 'language', 'dc:language')) || (channel.language ?? undefined),
    next: checkedAddress(linkOf('next') || hrefOf(channel, 'next'), at),
    description: rssText(firstOf(channel, 'description', 'dc:description', 'itunes:summary'))?.value,
    author: personOf(firstOf(channel, 'managingeditor', 'dc:creator', 'itunes:author', 'webmaster')),
    updatedAt: lineOf(firstOf(channel, 'lastbuilddate', 'pubdate', 'dc:date', 'atom:updated')),
  });
}

const SILENT: Problems = { add: () => undefined, list: () => [] };

export function rssItem(item: Element, { at, problems }: { at: number; problems: Problems }): FeedItem {
  const guidElement = firstOf(item, 'guid', 'atom:id', 'id');
  const content = rssText(firstOf(item, ...CONTENT));
  const summary = rssText(firstOf(item, ...SUMMARY)) ?? mediaText(item);
  const text = content ?? summary;
  const title = rssText(firstOf(item, 'title', 'dc:title', 'media:title', 'itunes:title', 'atom:title'));
  return present<FeedItem>({
    guid: wholeText(guidElement),
    about: item.attributes.get('rdf:about')?.trim(),
    url: checkedAddress(linkOf(item) || permalink(guidElement), { base: item.base, at, problems }),
    title: title?.value,
    titleType: title?.type,
    content: text?.value,
    contentType: text?.type,
    summary: content ? summary?.value : undefined,
    author: personOf(firstOf(item, 'author', 'dc:creator', 'dc:author', 'itunes:author')) ?? atomAuthor(item),
    language: lineOf(firstOf(item, 'dc:language')) || (item.language ?? undefined),
    categories: categoriesOf(item),
    ...datesOf(item, { names: DATES, at, problems }),
  } as FeedItem);
}

/** The last of several, as other parsers have it, with its address as text or as Atom gives it; else Atom's own link. */
function linkOf(item: Element): string {
  const written = allOf(item, 'link').map(
    (link) => lineOf(link) || (link.attributes.has('rel') ? '' : (link.attributes.get('href') ?? '')),
  );
  return written.findLast((address) => address.trim()) ?? hrefOf(item, 'alternate');
}

function hrefOf(parent: Element, rel: string): string {
  const link = allOf(parent, 'atom:link', 'link').find(
    ({ name, attributes }) =>
      attributes.get('href') && (attributes.get('rel') ?? (name === 'atom:link' ? 'alternate' : '')) === rel,
  );
  return link?.attributes.get('href') ?? '';
}

/** RSS 2.0: a guid is the item's address unless it says that it is none. */
function permalink(guid: Element | undefined): string {
  const isPermalink = guid?.attributes.get('isPermaLink') ?? guid?.attributes.get('ispermalink') ?? 'true';
  const text = lineOf(guid);
  return guid?.name === 'guid' &&
    isPermalink.trim().toLowerCase() !== 'false' &&
    /^https?:\/\/\S+$/i.test(text)
    ? text
    : '';
}

const LONGEST_NAME = 500;

/** `mail@example.org (Name)` and `Name <mail@example.org>` are that name. */
function personOf(element: Element | undefined): string | undefined {
  const text = lineOf(element);
  if (text.length > LONGEST_NAME) return text.slice(0, LONGEST_NAME);
  const name =
    /^\S+@\S+\s+\((.+)\)$/.exec(text)?.[1] ?? /^([^<>()]+?)\s*[<(]\S+@[^\s<>()]+[>)]$/.exec(text)?.[1];
  return (name ?? text) || undefined;
}

const atomAuthor = (item: Element): string | undefined => {
  const author = item.children.find(({ name }) => name === 'atom:author');
  return author && (lineOf(firstOf(author, 'atom:name', 'name')) || undefined);
};

function categoriesOf(item: Element): string[] {
  const written = allOf(item, 'category', 'dc:subject').map(lineOf);
  const terms = allOf(item, 'atom:category', 'category').map(
    ({ attributes }) => attributes.get('term')?.trim() ?? '',
  );
  const keywords = lineOf(firstOf(item, 'itunes:keywords')).split(',');
  return [...new Set([...written, ...terms, ...keywords].map((label) => label.trim()).filter(Boolean))];
}

/** Of a video or picture that is all the item has. */
function mediaText(item: Element): ReturnType<typeof rssText> {
  for (const child of allOf(item, 'media:group', 'media:content')) {
    const found = rssText(firstOf(child, 'media:description')) ?? mediaText(child);
    if (found) return found;
  }
  return undefined;
}
