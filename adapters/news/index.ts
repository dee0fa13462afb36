import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import type { Config } from '../config.js';
import { openHttp } from '../http/client.js';
import type { HttpClient, NewsPort } from '../ports.js';
import { recordedFeeds, simulatedFeeds, startFeedReplay, type FeedProvider } from '../replay/feeds.js';
import { fetchFeed } from './rss.js';

type Options = { config: Pick<Config, 'feeds'>; http: HttpClient };

/** News by kind of source; recorded and simulated feeds come from a replay site on loopback. */
export const NEWS: Record<Source['kind'], (source: Source, options: Options) => NewsPort> = {
  live: (source, { config, http }) => liveNews(source, { feeds: config.feeds, http }),
  recorded: (source) => replayedNews(source, recordedFeeds(source.detail)),
  simulated: (source) => replayedNews(source, simulatedFeeds(source.detail)),
};

export const openNews = (source: Source, options: Options): NewsPort => NEWS[source.kind](source, options);

function liveNews(
  source: Source,
  { feeds, http }: { feeds: Record<string, string>; http: HttpClient },
): NewsPort {
  return {
    source,
    feeds: async () => Object.keys(feeds),
    fetchPage: async ({ feed, cursor, range: _, ...request }) =>
      fetchFeed(http, { feed, address: cursor ?? addressOf(feed, feeds), ...request }),
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
      if (!names.includes(feed)) throw unknownFeed(feed, names);
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

function addressOf(feed: string, feeds: Record<string, string>): string {
  const address = Object.hasOwn(feeds, feed) ? feeds[feed] : undefined;
  if (address) return address;
  throw unknownFeed(feed, Object.keys(feeds));
}

const unknownFeed = (feed: string, known: string[]): InvalidInputError =>
  new InvalidInputError(`Unknown feed "${feed}"; known: ${known.join(', ')}`);
