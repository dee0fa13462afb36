import { query, type JsonValue } from 'jsonpath-rfc9535';
import type { RawItem } from '../../../domain/news/articles.js';
import { isoByPattern } from '../../../domain/news/date-patterns.js';
import type { MappedSettings } from '../../../domain/news/mapping.js';
import { InvalidInputError, messageOf } from '../../../domain/errors.js';

/** JSONPath that runs a pattern of the user's over every text could be made to run for ever. */
const PATTERNS = /\b(match|search)\s*\(/;

/** @throws InvalidInputError for a path that cannot be read, naming the setting */
export function checkPaths(
  kind: string,
  { items, fields, paging }: Pick<MappedSettings, 'items' | 'fields' | 'paging'>,
): void {
  const paths = Object.entries(fields).map(([name, path]) => [`fields.${name}`, path] as const);
  const page = 'path' in paging ? paging.path : undefined;
  for (const [name, path] of [['items', items] as const, ...paths, ['paging.path', page] as const]) {
    if (path === undefined) continue;
    const fault = PATTERNS.test(path) ? 'match() and search() are not allowed' : faultOf(path);
    if (fault)
      throw new InvalidInputError(
        `Unusable settings of a ${kind} source: settings.${name}: "${path}" is no JSONPath such as $.data[*].title: ${fault}`,
      );
  }
}

function faultOf(path: string): string | null {
  try {
    query({}, path);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** A page of a source in error, rather than of news. */
const MAX_ITEMS = 10_000;

/** Items of an answer by a mapping. What an item lacks is left out; the pipeline says what it cannot do without. */
export function readItems(
  body: unknown,
  { items, fields, dates }: Pick<MappedSettings, 'items' | 'fields' | 'dates'>,
  from: { feed: string; address: string },
): RawItem[] {
  return query(body as JsonValue, items)
    .slice(0, MAX_ITEMS)
    .map((item) => {
      const all = (path: string | undefined): string[] =>
        path === undefined ? [] : query(item, path).flatMap(textsOf);
      const first = (path: string | undefined): string => all(path)[0] ?? '';
      const url = first(fields.url);
      const members: Omit<RawItem, 'feed' | 'categories'> = {
        guid: first(fields.guid),
        url: url && URL.canParse(url, from.address) ? new URL(url, from.address).toString() : url,
        title: first(fields.title),
        content: first(fields.content),
        author: all(fields.author).join(', '),
        language: first(fields.language).toLowerCase(),
        publishedAt: writtenDate(first(fields.publishedAt), dates),
      };
      const present = Object.fromEntries(Object.entries(members).filter(([, value]) => value));
      const categories = all(fields.categories);
      return { feed: from.feed, ...present, ...(categories.length > 0 ? { categories } : {}) };
    });
}

/** Texts and numbers, also those of a list. */
function textsOf(value: JsonValue): string[] {
  if (typeof value === 'string') return value.trim() ? [value.trim()] : [];
  if (typeof value === 'number') return [String(value)];
  return Array.isArray(value) ? value.flatMap(textsOf) : [];
}

/** As ISO 8601 where the mapping says how it is written; what does not fit stays as it is, to be told with the item. */
function writtenDate(text: string, dates: MappedSettings['dates']): string {
  if (dates === 'written' || text === '') return text;
  if (typeof dates === 'object') return isoByPattern(text, dates);
  const time = Number(text) * (dates === 'seconds' ? 1000 : 1);
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : text;
}
