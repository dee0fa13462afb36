import { digestOf } from '../domain/digest.js';
import type { Article } from '../domain/news/articles.js';
import { highlight } from '../domain/news/matching.js';
import { parseSearch } from '../domain/news/search.js';
import { cachedReads } from './cached-reads.js';
import { textsOf } from './documents/article-search.js';
import type {
  ArticleCountQuery,
  ArticleQuery,
  FoundArticle,
  NewsHit,
  NewsHits,
  NewsReadsPort,
} from './ports-articles.js';
import type { CachePort, DocumentsPort } from './ports-documents.js';

/** The usual interval of collection: nothing new is missed for longer even where nobody tells of it. */
export const NEWS_TTL_MS = 15 * 60_000;
const WARM_ASSETS = 10;
const DAY_MS = 86_400_000;
/** Days that are shown beside the newest articles. */
const WARM_DAYS = 30;

interface Options {
  documents: DocumentsPort;
  cache: CachePort;
  /** How long an answer about a kind of source may live: its interval of collection. */
  ttlMs?: (sourceKey: string | null) => number;
  now?: () => number;
}

/** Searches and counts of articles through the cache. */
export function openNewsReads({ documents, cache, ttlMs, now = Date.now }: Options): NewsReadsPort {
  const reads = cachedReads(cache, { prefix: 'news', now });
  const through = <T>(kind: string, query: ArticleQuery | ArticleCountQuery, compute: () => Promise<T>) => {
    const sources = query.sourceKeys ?? [];
    const ttl = ttlMs?.(sources[0] ?? null) ?? NEWS_TTL_MS;
    return reads.read({ kind, sources, key: digestOf(query).slice(0, 32), ttlMs: ttl }, compute);
  };
  const search = (query: ArticleQuery): Promise<NewsHits> =>
    through('search', query, async () => {
      const { items, ...page } = await documents.searchArticles(query);
      return { ...page, items: items.map((found) => hitOf(found, query.text)) };
    });
  const counts = (query: ArticleCountQuery) => through('counts', query, () => documents.countArticles(query));

  return {
    search,
    counts,
    refresh: reads.refresh,
    async warm(sourceKey) {
      const to = (Math.floor(now() / DAY_MS) + 1) * DAY_MS;
      const range = { from: to - WARM_DAYS * DAY_MS, to };
      const sources: (readonly string[] | null)[] = [null, [sourceKey]];
      let read = 0;
      for (const sourceKeys of sources) {
        const from = sourceKeys ? { sourceKeys } : {};
        const busiest = await counts({ ...from, by: 'ticker', range, limit: WARM_ASSETS });
        for (const by of ['day', 'feed'] as const) await counts({ ...from, by, range, limit: 100 });
        const assets = busiest.items.map(({ key }) => ({ tickers: [key] }));
        for (const filter of [{}, ...assets]) await search({ ...from, ...filter, ...FIRST_PAGE });
        read += 4 + assets.length;
      }
      return read;
    },
    figures: reads.figures,
  };
}

/** As the API asks for it where nothing else is said. */
export const FIRST_PAGE = { order: 'newest', limit: 100 } as const;

function hitOf({ article, relevance }: FoundArticle, text: string | undefined): NewsHit {
  const marked = highlight(textsOf(article), text === undefined ? null : parseSearch(text));
  const { text: _, mentions: __, sourceKey: ___, ...members } = article as Article & { sourceKey?: string };
  return { ...members, titleMarks: marked.title.marks, snippet: marked.snippet, relevance };
}
