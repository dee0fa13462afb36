import type { RawItem } from '../../domain/news/articles.js';
import { readPublished } from '../../domain/news/dates.js';
import type { MappedSettings } from '../../domain/news/mapping.js';
import type { NewsProblem } from '../../domain/news/problems.js';
import { plainText } from '../../domain/news/text.js';

/** Of each kind so many are told one by one; the rest is counted. */
const SHOWN = 20;
/** Longer titles are cut before they are cleaned: only their beginning is shown. */
const LONGEST_TITLE = 1000;

/** How an item is called in what is told of it: title, else address or id, else its place. */
export const nameOf = (item: RawItem | undefined, at: number): string =>
  plainText((item?.title ?? '').slice(0, LONGEST_TITLE)) || item?.url || item?.guid || `item ${at + 1}`;

/** Items that lead nowhere: they can be told apart by title and day only. */
export const withoutAddress = (items: readonly RawItem[]): NewsProblem[] =>
  listed(items, 'no-address', (item) => (item.url ? null : 'it has no address of a page'));

/** What items of a mapped answer lack of what the mapping says that they have. */
export function itemProblems(
  items: readonly RawItem[],
  { fields }: Pick<MappedSettings, 'fields'>,
): NewsProblem[] {
  return [
    ...listed(items, 'no-title', (item) => (item.title ? null : `nothing at ${fields.title}`)),
    ...(fields.url ? withoutAddress(items) : []),
    ...listed(items, 'bad-date', ({ publishedAt }) => {
      if (fields.publishedAt === undefined) return null;
      if (!publishedAt) return `nothing at ${fields.publishedAt}`;
      return readPublished(publishedAt) === null
        ? `its date cannot be read: ${publishedAt.slice(0, 80)}`
        : null;
    }),
  ];
}

function listed(
  items: readonly RawItem[],
  what: string,
  faultOf: (item: RawItem) => string | null,
): NewsProblem[] {
  const found = items.flatMap((item, at): NewsProblem[] => {
    const detail = faultOf(item);
    return detail === null ? [] : [{ what, detail, item: nameOf(item, at) }];
  });
  const more = found.length - SHOWN;
  if (more <= 0) return found;
  return [...found.slice(0, SHOWN), { what, detail: `${more} more of this kind`, count: more }];
}
