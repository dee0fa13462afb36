import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import type { Config } from '../config.js';
import type { CachePort, NewsPort } from '../ports.js';
import { recordedFeeds, simulatedFeeds, startFeedReplay, type FeedProvider } from '../replay/feeds.js';
import { fetchFeed } from './rss.js';

type Options = { config: Pick<Config, 'feeds'>; cache: Pick<CachePort, 'take'> };

/** News by kind of source; recorded and simulated feeds come from a replay site on loopback. */
export const NEWS: Record<Source['kind'], (source: Source, options: Options) => NewsPort> = {
  live: (source, { config, cache }) => liveNews(source, { feeds: config.feeds, cache }),
  recorded: (source) => replayedNews(source, recordedFeeds(source.detail)),
  simulated: (source) => replayedNews(source, simulatedFeeds(source.detail)),
};

export const openNews = (source: Source, options: Options): NewsPort => NEWS[source.kind](source, options);

/** All processes together ask a site no faster than this. */
const LIMIT = { capacity: 5, refillPerSecond: 1 };

function liveNews(
  source: Source,
  { feeds, cache }: { feeds: Record<string, string>; cache: Options['cache'] },
): NewsPort {
  const turn = async (address: string): Promise<void> => {
    for (;;) {
      const { waitMs } = await cache.take(
        `news:${URL.canParse(address) ? new URL(address).host : address}`,
        LIMIT,
      );
      if (waitMs === 0) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 1000)));
    }
  };
  return {
    source,
    feeds: async () => Object.keys(feeds),
    async fetchPage({ feed, cursor }) {
      const address = cursor ?? addressOf(feed, feeds);
      await turn(address);
      return fetchFeed(feed, address);
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
