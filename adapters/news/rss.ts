import { DataQualityError } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news/articles.js';
import type { NewsProblem } from '../../domain/news/problems.js';
import type { HttpClient, NewsPage } from '../ports.js';
import { downloadFeed, feedName, type FeedRequest } from './download.js';
import type { FeedItem, ParsedFeed } from './feeds/model.js';
import { parseFeed } from './feeds/parse.js';
import { escaped, present } from './feeds/values.js';
import { nameOf, withoutAddress } from './item-problems.js';

/**
 * One page of a feed of any kind that `parseFeed` reads; `next` is the address of the page after (RFC 5005), where the
 * feed has one on its own site. @throws as `HttpClient.request`, and DataQualityError where it is no feed.
 */
export async function fetchFeed(http: HttpClient, request: FeedRequest): Promise<NewsPage> {
  const { bytes, contentType, url: address, ...validators } = await downloadFeed(http, request);
  if (bytes === null) return { items: [], next: null, notModified: true, ...validators };
  const page = readPage(parseFeed(bytes, { contentType, url: address }), { feed: request.feed, address });
  return { ...page, ...validators };
}

/** A parsed document as the page of a source. @throws DataQualityError with what the document is instead of a feed. */
export function readPage(parsed: ParsedFeed, { feed, address }: { feed: string; address: string }): NewsPage {
  if (parsed.format === 'none') {
    const reasons = parsed.problems.map(({ detail }) => detail).join('; ');
    throw new DataQualityError(`${feedName({ feed, address })} is no readable feed: ${reasons}`);
  }
  const items = parsed.items.map((item) => rawItem(item, { feed, language: parsed.feed.language }));
  const problems = problemsOf(parsed, items);
  return { items, next: nextPage(parsed.feed.next, address), ...(problems.length > 0 ? { problems } : {}) };
}

/** What the parser says, with items by name, and items that no page is told of. */
function problemsOf({ problems }: ParsedFeed, items: RawItem[]): NewsProblem[] {
  const told = problems.map(({ item, ...problem }) =>
    item === undefined ? problem : { ...problem, item: nameOf(items[item], item) },
  );
  return [...told, ...withoutAddress(items)];
}

/** A feed's word for its next page is followed on the feed's own site only. */
function nextPage(next: string | undefined, address: string): string | null {
  if (!next || !URL.canParse(next, address)) return null;
  const url = new URL(next, address);
  return url.origin === new URL(address).origin && url.toString() !== address ? url.toString() : null;
}

/** What says that it is text is given as HTML, as all else is: cleaning would take `<b>` in it for markup. */
function rawItem(item: FeedItem, from: { feed: string; language: string | undefined }): RawItem {
  const asHtml = (text: string | undefined, type: string | undefined): string | undefined =>
    text !== undefined && type === 'text' ? escaped(text) : text;
  return present<RawItem>({
    feed: from.feed,
    guid: item.guid ?? item.about,
    url: item.url ?? (/^https?:\/\//.test(item.about ?? '') ? item.about : undefined),
    title: asHtml(item.title, item.titleType),
    content: asHtml(item.content, item.contentType),
    author: item.author,
    language: item.language ?? from.language,
    publishedAt: item.publishedAt,
    categories: item.categories,
  });
}
