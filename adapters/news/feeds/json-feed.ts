import { messageOf } from '../../../domain/errors.js';
import { readPublished } from '../../../domain/news/dates.js';
import { resolveLinks } from './addresses.js';
import type { FeedHead, FeedItem, ParsedFeed, Problems } from './model.js';
import { checkedAddress, present } from './values.js';

/** As of a feed in XML. */
const MOST_ITEMS = 50_000;

type Members = Record<string, unknown>;

/** JSON Feed 1.0 and 1.1; format `none` for any other JSON. */
export function readJsonFeed(
  json: string,
  { base, problems }: { base: string | null; problems: Problems },
): Omit<ParsedFeed, 'problems'> {
  const document = parsed(json, problems) ?? salvaged(json);
  if (!isFeed(document)) {
    if (document !== null)
      problems.add(
        'no-feed',
        'it is JSON, but no JSON Feed: that has a version of jsonfeed.org and a list "items"',
      );
    return { format: 'none', version: null, feed: {}, items: [] };
  }
  const feed = headOf(document, base);
  const items: FeedItem[] = [];
  const written = listOf(document['items']);
  if (written.length > MOST_ITEMS)
    problems.add('too-many-items', `it has more than ${MOST_ITEMS} items; the rest is not read`);
  for (const item of written.slice(0, MOST_ITEMS))
    if (isMembers(item)) items.push(itemOf(item, { feed, at: items.length, base, problems }));
    else problems.add('bad-item', 'an item is no object', items.length);
  const version = /(\d+(?:\.\d+)*)$/.exec(textOf(document['version']) ?? '')?.[1] ?? null;
  return { format: 'json', version, feed, items };
}

function parsed(json: string, problems: Problems): unknown {
  if (isTooDeep(json)) {
    problems.add('nesting', `it is JSON nested deeper than ${DEEPEST}, which is not read`);
    return undefined;
  }
  try {
    return JSON.parse(json);
  } catch (error) {
    problems.add('bad-json', `it begins as JSON and cannot be read: ${messageOf(error).slice(0, 200)}`);
    return undefined;
  }
}

const DEEPEST = 200;

/** A parser would take ten times a document's memory for brackets alone. */
function isTooDeep(json: string): boolean {
  let [depth, isText] = [0, false];
  for (let i = 0; i < json.length && depth <= DEEPEST; i++) {
    const code = json.charCodeAt(i);
    if (code === 0x22) isText = !isText;
    else if (isText) i += Number(code === 0x5c);
    else if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return depth > DEEPEST;
}

/** Of JSON that breaks off or has a fault: what stands before the items, and those that are whole. Null where there is none. */
function salvaged(json: string): Members | null {
  if (isTooDeep(json)) return null;
  const list = /"items"\s*:\s*\[/.exec(json);
  if (!list) return null;
  const head = silently(`${json.slice(0, list.index)}"items":[]}`);
  if (!isMembers(head)) return null;
  const items: unknown[] = [];
  const token = /"(?:[^"\\]|\\[^])*"|[{}]/g;
  token.lastIndex = list.index + list[0].length;
  let [depth, start] = [0, 0];
  for (
    let found = token.exec(json);
    found && depth >= 0 && items.length < MOST_ITEMS;
    found = token.exec(json)
  ) {
    if (found[0] === '{' && depth++ === 0) start = found.index;
    if (found[0] === '}' && --depth === 0) items.push(silently(json.slice(start, token.lastIndex)));
  }
  return { ...head, items: items.filter((item) => item !== undefined) };
}

function silently(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Feeds without the version that the standard asks for are known by their other members. */
function isFeed(document: unknown): document is Members {
  if (!isMembers(document)) return false;
  if (/jsonfeed\.org/.test(textOf(document['version']) ?? '')) return true;
  return (
    Array.isArray(document['items']) &&
    ['title', 'home_page_url', 'feed_url'].some((name) => textOf(document[name]))
  );
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** An id may be a number, against the standard. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
}

const SILENT: Problems = { add: () => undefined, list: () => [] };

function headOf(document: Members, base: string | null): FeedHead {
  const addressIn = (name: string): string | undefined =>
    checkedAddress(textOf(document[name]) ?? '', { base, at: 0, problems: SILENT });
  return present<FeedHead>({
    title: textOf(document['title']),
    link: addressIn('home_page_url'),
    self: addressIn('feed_url'),
    language: textOf(document['language']),
    next: addressIn('next_url'),
    description: textOf(document['description']),
    author: authorsOf(document),
    updatedAt: undefined,
  });
}

function itemOf(
  item: Members,
  { feed, at, base, problems }: { feed: FeedHead; at: number; base: string | null; problems: Problems },
): FeedItem {
  const whole = base ?? feed.self ?? feed.link ?? null;
  const html = textOf(item['content_html']);
  const content = html === undefined ? textOf(item['content_text']) : resolveLinks(html, whole);
  const summary = textOf(item['summary']);
  const published = textOf(item['date_published']);
  const updated = textOf(item['date_modified']);
  const date = published ?? updated;
  return present<FeedItem>({
    guid: textOf(item['id']),
    url: checkedAddress(textOf(item['url']) ?? textOf(item['external_url']) ?? '', {
      base: whole,
      at,
      problems,
    }),
    title: textOf(item['title']),
    titleType: textOf(item['title']) && 'text',
    content: content ?? summary,
    contentType: (content ?? summary) && (html === undefined ? 'text' : 'html'),
    summary: content === undefined ? undefined : summary,
    author: authorsOf(item) ?? feed.author,
    language: textOf(item['language']),
    categories: listOf(item['tags']).flatMap((tag) => textOf(tag) ?? []),
    publishedAt: date,
    publishedMs: date === undefined ? undefined : read(date, { at, problems }),
    updatedAt: updated,
    updatedMs: updated === undefined ? undefined : readPublished(updated),
  } as FeedItem);
}

function read(date: string, { at, problems }: { at: number; problems: Problems }): number | null {
  const ms = readPublished(date);
  if (ms === null) problems.add('bad-date', `its date cannot be read: ${date.slice(0, 80)}`, at);
  return ms;
}

/** 1.1 has a list, 1.0 one author. */
function authorsOf(members: Members): string | undefined {
  const authors = [...listOf(members['authors']), members['author']].filter(isMembers);
  const names = authors.map((author) => textOf(author['name'])).filter((name) => name !== undefined);
  return [...new Set(names)].join(', ') || undefined;
}
