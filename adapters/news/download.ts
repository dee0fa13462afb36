import type { HttpClient, Validators } from '../ports.js';
import { shownAddress } from '../http/addresses.js';
import { told } from './kind.js';

/** A feed is asked for by its address, and whether it is still as it was where that is known. */
export interface FeedRequest extends Validators {
  /** As messages call it. */
  feed: string;
  address: string;
  interactive?: boolean;
  signal?: AbortSignal;
}

export interface Download extends Validators {
  /** Null: as it was before. */
  bytes: Uint8Array | null;
  contentType: string | null;
  /** After redirects: what relative links are relative to. */
  url: string;
}

const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';

/** How a feed is called in messages: an address can hold a key. */
export const feedName = ({ feed, address }: Pick<FeedRequest, 'feed' | 'address'>): string =>
  `Feed "${feed}" (${shownAddress(address)})`;

/** A feed as it is sent. @throws as `HttpClient.request`, naming the feed. */
export function downloadFeed(http: HttpClient, request: FeedRequest): Promise<Download> {
  const { feed: _, address, ...rest } = request;
  return told(feedName(request), async () => {
    const answer = await http.request({ url: address, headers: { accept: ACCEPT }, ...rest });
    const { url, etag, lastModified, headers } = answer;
    const bytes = answer.notModified ? null : answer.bytes;
    return { bytes, contentType: headers['content-type'] ?? null, url, etag, lastModified };
  });
}
