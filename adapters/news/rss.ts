import { DataQualityError, messageOf, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news/articles.js';
import type { NewsPage } from '../ports.js';
import type { FeedItem, ParsedFeed } from './feeds/model.js';
import { MAX_FEED_BYTES, parseFeed } from './feeds/parse.js';
import { escaped, present } from './feeds/values.js';

const TIMEOUT_MS = 15_000;

/**
 * One page of a feed of any kind that `parseFeed` reads; `next` is the address of the page after (RFC 5005), where the
 * feed has one on its own site. @throws UnreachableError, NotFoundError, and DataQualityError where it is no feed or above 10 MiB.
 */
export async function fetchFeed(feed: string, address: string): Promise<NewsPage> {
  const { bytes, contentType } = await download(feed, address);
  return readPage(parseFeed(bytes, { contentType, url: address }), { feed, address });
}

/** A parsed document as the page of a source. @throws DataQualityError with what the document is instead of a feed. */
export function readPage(parsed: ParsedFeed, { feed, address }: { feed: string; address: string }): NewsPage {
  if (parsed.format === 'none') {
    const reasons = parsed.problems.map(({ detail }) => detail).join('; ');
    throw new DataQualityError(`Feed "${feed}" (${address}) is no readable feed: ${reasons}`);
  }
  const items = parsed.items.map((item) => rawItem(item, { feed, language: parsed.feed.language }));
  return { items, next: nextPage(parsed.feed.next, address) };
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

async function download(
  feed: string,
  address: string,
): Promise<{ bytes: Uint8Array; contentType: string | null }> {
  const name = `Feed "${feed}" (${address})`;
  try {
    const accept =
      'application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';
    const headers = { accept, 'user-agent': 'finsight/0.1' };
    // fetch follows at most 20 redirects.
    const answer = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw await refusal(name, answer);
    return { bytes: await readLimited(name, answer), contentType: answer.headers.get('content-type') };
  } catch (error) {
    if (
      error instanceof NotFoundError ||
      error instanceof DataQualityError ||
      error instanceof UnreachableError
    )
      throw error;
    throw new UnreachableError(`${name} does not answer: ${messageOf((error as Error).cause ?? error)}`);
  }
}

async function refusal(name: string, answer: Response): Promise<Error> {
  const isText = answer.headers.get('content-type')?.startsWith('text/plain') ?? false;
  const reason = isText ? `: ${(await answer.text()).slice(0, 300)}` : '';
  if (!isText) await answer.body?.cancel();
  if (answer.status === 404 || answer.status === 410)
    return new NotFoundError(`${name} is not there (HTTP ${answer.status}${reason})`);
  if (answer.status === 422) return new DataQualityError(`${name} cannot be given (HTTP 422${reason})`);
  return new UnreachableError(`${name} answers HTTP ${answer.status}${reason}`);
}

async function readLimited(name: string, answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_FEED_BYTES)
      throw new DataQualityError(`${name} is larger than ${MAX_FEED_BYTES / 2 ** 20} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
