import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import type { RawItem } from '../../domain/news/articles.js';

/** Larger pages, and those of more elements, are taken as they are: the time for one must not hold up the others. */
const LONGEST_PAGE = 1_000_000;
const MOST_ELEMENTS = 4000;
/** The parser takes minutes for what lies ten thousand elements deep; real pages stay below fifty. */
const DEEPEST = 250;
const PAGE = /^[^]{0,2000}?<(?:!doctype\s+html|html|body)[\s>]/i;

/** Whether an item's content is a page of its site, with menus and all, instead of a text. */
const isPage = (html: string): boolean => PAGE.test(html.slice(0, 3000));

/**
 * An item whose content is a whole page with the article in it only, and with the author and language that the page
 * names where the item names none. Others are returned as they are, and so are pages in which no article is found.
 */
export function readPageItem(item: RawItem): RawItem {
  const html = item.content ?? '';
  if (!isPage(html) || html.length > LONGEST_PAGE || !isModest(html)) return item;
  try {
    const { document } = parseHTML(html);
    const article = new Readability(document as never, {
      maxElemsToParse: MOST_ELEMENTS,
    }).parse();
    if (!article?.content) return item;
    const author = item.author ?? article.byline ?? undefined;
    const language = item.language ?? article.lang ?? undefined;
    const publishedAt = item.publishedAt ?? article.publishedTime ?? undefined;
    return {
      ...item,
      title: item.title ?? article.title ?? '',
      content: article.content,
      ...(author ? { author } : {}),
      ...(language ? { language } : {}),
      ...(publishedAt ? { publishedAt } : {}),
    };
  } catch {
    // Too many elements, or markup that the parser breaks on: the page's text without its tags is still there.
    return item;
  }
}

/** Elements that are closed by what follows, or never: they do not nest. */
const FLAT = new Set(
  'p li dt dd tr td th option br img hr input meta link source wbr area base col embed'.split(' '),
);

/** Whether a page has no more elements, and none deeper, than the parser takes in its stride; in linear time. */
function isModest(html: string): boolean {
  let [elements, depth] = [0, 0];
  for (const [, close, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (close === '/') depth -= FLAT.has(name.toLowerCase()) ? 0 : 1;
    else {
      depth += FLAT.has(name.toLowerCase()) ? 0 : 1;
      if (++elements > MOST_ELEMENTS || depth > DEEPEST) return false;
    }
  }
  return true;
}
