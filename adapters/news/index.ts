import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import type { Config } from '../config.js';
import { openBreaker } from '../http/breaker.js';
import { openHttp } from '../http/client.js';
import type { CachePort, DocumentsPort, HttpClient, NewsPort } from '../ports.js';
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

/** Live news come by the client that keeps away from where it may not go. */
export const openNewsSources = (
  config: Config,
  { documents, cache, http }: { documents: DocumentsPort; cache: CachePort; http: HttpClient },
): NewsSources =>
  openSources({ config, documents, cache, http, breaker: (host) => openBreaker({ cache }).state(host) });

function liveNews(source: Source, sources: NewsSources): NewsPort {
  return {
    source,
    feeds: async () => (await sources.list()).filter(({ state }) => state === 'enabled').map(({ id }) => id),
    fetchPage: (request) => sources.fetchPage(request),
    close: async () => undefined,
  };
}

function replayedNews(source: Source, provider: FeedProvider): NewsPort {
  let replay: ReturnType<typeof openReplay> | null = null;
  return {
    source,
    feeds: () => provider.names(),
    async fetchPage({ feed, range, cursor, ...request }) {
      const names = await provider.names();
      if (!names.includes(feed))
        throw new InvalidInputError(`Unknown feed "${feed}"; known: ${names.join(', ')}`);
      const { url, http } = await (replay ??= openReplay(provider));
      // The cursor is an address of this process's site; after a restart only its query still holds.
      const query = cursor ? new URL(cursor).search : `?from=${range.from}&to=${range.to}`;
      const address = `${url}/${encodeURIComponent(feed)}${query}`;
      return fetchFeed(http, { feed, address, ...request });
    },
    async close() {
      await (await replay)?.close();
      replay = null;
    },
  };
}

/** The site lies on loopback, which is otherwise refused: its client asks nothing else. */
async function openReplay(
  provider: FeedProvider,
): Promise<{ url: string; http: HttpClient; close(): Promise<void> }> {
  const site = await startFeedReplay(provider);
  const http = openHttp({ only: site.url });
  const close = async (): Promise<void> => {
    await http.close();
    await site.close();
  };
  return { url: site.url, http, close };
}
