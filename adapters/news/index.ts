import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import type { Config } from '../config.js';
import type { CachePort, NewsPort } from '../ports.js';
import { recordedFeeds, simulatedFeeds, startFeedReplay, type FeedProvider } from '../replay/feeds.js';
import { fetchFeed } from './rss.js';

type Options = { config: Pick<Config, 'feeds'>; cache: Pick<CachePort, 'take'> };

/** News by kind of source; recorded and simulated feeds come from a replay site on loopback. */
export const NEWS: Record<Source['kind'], (source: Source, options: Options) => NewsPort> = {
  live: (source, { config }) => liveNews(source, config.feeds),
  recorded: (source) => replayedNews(source, recordedFeeds(source.detail)),
  simulated: (source) => replayedNews(source, simulatedFeeds(source.detail)),
};

export const openNews = (source: Source, options: Options): NewsPort => NEWS[source.kind](source, options);

function liveNews(source: Source, feeds: Record<string, string>): NewsPort {
  return {
    source,
    feeds: async () => Object.keys(feeds),
    async fetchPage({ feed, cursor }) {
      return fetchFeed(feed, cursor ?? addressOf(feed, feeds));
    },
    close: async () => undefined,
  };
}

function replayedNews(source: Source, provider: FeedProvider): NewsPort {
  let replay: ReturnType<typeof startFeedReplay> | null = null;
  return {
    source,
    feeds: () => provider.names(),
    async fetchPage({ feed, range, cursor }) {
      const names = await provider.names();
      if (!names.includes(feed)) throw unknownFeed(feed, names);
      const { url } = await (replay ??= startFeedReplay(provider));
      // The cursor is an address of this process's site; after a restart only its query still holds.
      const query = cursor ? new URL(cursor).search : `?from=${range.from}&to=${range.to}`;
      return fetchFeed(feed, `${url}/${encodeURIComponent(feed)}${query}`);
    },
    async close() {
      await (await replay)?.close();
      replay = null;
    },
  };
}

function addressOf(feed: string, feeds: Record<string, string>): string {
  const address = Object.hasOwn(feeds, feed) ? feeds[feed] : undefined;
  if (address) return address;
  throw unknownFeed(feed, Object.keys(feeds));
}

const unknownFeed = (feed: string, known: string[]): InvalidInputError =>
  new InvalidInputError(`Unknown feed "${feed}"; known: ${known.join(', ')}`);
