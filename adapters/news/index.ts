import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import type { Config } from '../config.js';
import type { HttpClient } from '../http/http.js';
import { plainClient } from '../http/plain.js';
import type { CachePort, DocumentsPort, NewsPort } from '../ports.js';
import { recordedFeeds, simulatedFeeds, startFeedReplay, type FeedProvider } from '../replay/feeds.js';
import { fetchFeed } from './rss.js';
import { openSources, type NewsSources } from './sources.js';

/** News by kind of source; recorded and simulated feeds come from a replay site on loopback. */
export const NEWS: Record<Source['kind'], (source: Source, sources: NewsSources) => NewsPort> = {
  live: liveNews,
  recorded: (source) => replayedNews(source, recordedFeeds(source.detail)),
  simulated: (source) => replayedNews(source, simulatedFeeds(source.detail)),
};

export const openNews = (source: Source, sources: NewsSources): NewsPort =>
  NEWS[source.kind](source, sources);

/** The one place where the client is chosen that asks the sources. */
export function openNewsSources(
  config: Config,
  { documents, cache }: { documents: DocumentsPort; cache: CachePort },
): NewsSources {
  return openSources({ config, documents, cache, http: polite(plainClient(), cache) });
}

/** All processes together ask a site no faster than this. */
const LIMIT = { capacity: 5, refillPerSecond: 1 };

function polite(http: HttpClient, cache: Pick<CachePort, 'take'>): HttpClient {
  return {
    async request(request) {
      for (;;) {
        const host = URL.canParse(request.url) ? new URL(request.url).host : request.url;
        const { waitMs } = await cache.take(`news:${host}`, LIMIT);
        if (waitMs === 0) return http.request(request);
        await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 1000)));
      }
    },
    close: http.close,
  };
}

function liveNews(source: Source, sources: NewsSources): NewsPort {
  return {
    source,
    feeds: async () => (await sources.list()).filter(({ state }) => state === 'enabled').map(({ id }) => id),
    fetchPage: (request) => sources.fetchPage(request),
    close: async () => undefined,
  };
}

function replayedNews(source: Source, provider: FeedProvider): NewsPort {
  let replay: ReturnType<typeof startFeedReplay> | null = null;
  const http = plainClient();
  return {
    source,
    feeds: () => provider.names(),
    async fetchPage({ feed, range, cursor }) {
      const names = await provider.names();
      if (!names.includes(feed))
        throw new InvalidInputError(`Unknown feed "${feed}"; known: ${names.join(', ')}`);
      const { url } = await (replay ??= startFeedReplay(provider));
      // The cursor is an address of this process's site; after a restart only its query still holds.
      const query = cursor ? new URL(cursor).search : `?from=${range.from}&to=${range.to}`;
      return fetchFeed(http, { feed, address: `${url}/${encodeURIComponent(feed)}${query}` });
    },
    async close() {
      await (await replay)?.close();
      replay = null;
    },
  };
}
