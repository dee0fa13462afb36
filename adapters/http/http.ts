/** One request to an address that a user or a feed gave. */
export interface HttpRequest {
  url: string;
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** Of the body as it is read, after decompression. */
  maxBytes?: number;
  /** From the first byte sent to the last received, redirects included. */
  timeoutMs?: number;
  /** What the answer before said of itself: with a 304 there is no body. */
  etag?: string | null;
  lastModified?: string | null;
  /** Asked for by a person at this moment, as when a source is tested: robots.txt and politeness do not hold it up. */
  interactive?: boolean;
  /** Of an interface that is made for programs and was subscribed to: robots.txt is not about it. A POST is, too. */
  isApi?: boolean;
  signal?: AbortSignal;
}

/** An answer with a status below 400. */
export interface HttpAnswer {
  status: number;
  /** After redirects. */
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  bytes: Uint8Array;
  /** 304: as it was before. */
  notModified: boolean;
  etag: string | null;
  lastModified: string | null;
}

/**
 * Requests to addresses that users give. Refuses private networks unless they are allowed, at each redirect and for
 * the address that is connected to; bounds bytes, time and redirects; keeps to robots.txt and to a rate per host that
 * all processes share.
 */
export interface HttpClient {
  /**
   * @throws InvalidInputError for an address that may not be asked and for 400, 401, 403 and their like, NotFoundError
   * (404, 410), DataQualityError (too large, not to be unpacked, 422), UnreachableError for everything that may pass:
   * 429, 5xx, no answer, too slow; with `retryAfterMs` where the host said it. The signal's reason where it is aborted.
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}
