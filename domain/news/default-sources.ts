import { DEFAULT_CADENCE, type NewsSource } from './source.js';

type Line = Pick<NewsSource, 'id' | 'name' | 'kind' | 'settings' | 'host'> & Partial<NewsSource>;

/** Publishers give their feeds away to be read by readers of feeds; the text stays theirs. */
const FEED_LICENCE = 'publisher-feed';

const feed = (id: string, name: string, url: string): Line => ({
  id,
  name,
  kind: 'rss',
  settings: { url },
  host: new URL(url).host,
});

/** The main outlets, by the addresses that they publish for feed readers. */
const FEEDS: Line[] = [
  feed('coindesk', 'CoinDesk', 'https://www.coindesk.com/arc/outboundfeeds/rss/'),
  feed('cointelegraph', 'Cointelegraph', 'https://cointelegraph.com/rss'),
  feed('decrypt', 'Decrypt', 'https://decrypt.co/feed'),
  feed('theblock', 'The Block', 'https://www.theblock.co/rss.xml'),
  feed('bitcoinmagazine', 'Bitcoin Magazine', 'https://bitcoinmagazine.com/feed'),
  feed('cryptoslate', 'CryptoSlate', 'https://cryptoslate.com/feed/'),
  feed('beincrypto', 'BeInCrypto', 'https://beincrypto.com/feed/'),
  feed('newsbtc', 'NewsBTC', 'https://www.newsbtc.com/feed/'),
  feed('bitcoinist', 'Bitcoinist', 'https://bitcoinist.com/feed/'),
  feed('cryptopotato', 'CryptoPotato', 'https://cryptopotato.com/feed/'),
];

/** Ready to use once a key is set; paused until then. */
const READY: Line[] = [
  {
    id: 'coindesk-api',
    name: 'CoinDesk Data API',
    kind: 'rest',
    host: 'data-api.coindesk.com',
    state: 'paused',
    licence: 'coindesk-data-api-terms',
    settings: {
      url: 'https://data-api.coindesk.com/news/v1/article/list',
      query: { lang: 'EN', limit: '100', to_ts: '{before:seconds}' },
      auth: { in: 'header', name: 'x-api-key', secret: 'FINSIGHT_NEWS_KEY_COINDESK' },
      items: '$.Data[*]',
      fields: {
        guid: '$.GUID',
        url: '$.URL',
        title: '$.TITLE',
        content: '$.BODY',
        author: '$.AUTHORS',
        language: '$.LANG',
        publishedAt: '$.PUBLISHED_ON',
        categories: '$.CATEGORY_DATA[*].NAME',
      },
      dates: 'seconds',
      paging: { kind: 'before' },
      // The free tier has 11,000 calls a month.
      budget: { requestsPerDay: 350 },
    },
  },
  {
    id: 'tavily',
    name: 'Tavily news search',
    kind: 'rest',
    host: 'api.tavily.com',
    state: 'paused',
    licence: 'tavily-terms',
    cadence: { ...DEFAULT_CADENCE, cron: '10 */2 * * *' },
    settings: {
      url: 'https://api.tavily.com/search',
      method: 'POST',
      body: {
        query: 'bitcoin OR ethereum cryptocurrency market news',
        topic: 'news',
        max_results: 20,
        start_date: '{from:date}',
      },
      auth: { in: 'bearer', secret: 'FINSIGHT_NEWS_KEY_TAVILY' },
      items: '$.results[*]',
      fields: { url: '$.url', title: '$.title', content: '$.content', publishedAt: '$.published_date' },
      // A search costs a credit; the free plan has 1,000 a month.
      budget: { requestsPerDay: 30 },
    },
  },
  {
    id: 'snapshot-proposals',
    name: 'Snapshot governance proposals',
    kind: 'graphql',
    host: 'hub.snapshot.org',
    state: 'paused',
    licence: null,
    cadence: { ...DEFAULT_CADENCE, cron: '20 * * * *' },
    settings: {
      url: 'https://hub.snapshot.org/graphql',
      query: `query Proposals($first: Int!, $skip: Int!, $from: Int, $to: Int) {
  proposals(first: $first, skip: $skip, orderBy: "created", orderDirection: desc,
    where: { created_gte: $from, created_lte: $to }) {
    id title body link author created space { name }
  }
}`,
      variables: { first: 100, skip: '{offset}', from: '{from:seconds}', to: '{to:seconds}' },
      items: '$.data.proposals[*]',
      fields: {
        guid: '$.id',
        url: '$.link',
        title: '$.title',
        content: '$.body',
        author: '$.author',
        publishedAt: '$.created',
        categories: '$.space.name',
      },
      dates: 'seconds',
      paging: { kind: 'offset', size: 100 },
      rateLimit: { requests: 1, perSeconds: 2 },
    },
  },
];

const filled = (line: Line): NewsSource => ({
  language: 'en',
  licence: FEED_LICENCE,
  retentionDays: null,
  cadence: DEFAULT_CADENCE,
  state: 'enabled',
  origin: 'default',
  createdAt: 0,
  createdBy: 'finsight',
  updatedAt: 0,
  ...line,
});

/** Sources that need a key or are no plain feed; they wait, paused. */
export const READY_SOURCES: readonly NewsSource[] = READY.map(filled);

/** Sources that an installation begins with. */
export const DEFAULT_SOURCES: readonly NewsSource[] = [...FEEDS.map(filled), ...READY_SOURCES];

/** Feeds of FINSIGHT_FEEDS as sources: they take the place of the default feeds, whose licence is known. */
export const configuredSources = (feeds: Record<string, string>): NewsSource[] =>
  Object.entries(feeds).map(([id, url]) => ({
    ...filled({ ...feed(id, id, url), licence: null, language: null }),
    ...DEFAULT_SOURCES.find((known) => known.id === id && known.settings['url'] === url),
    origin: 'configured',
  }));
