import { digestOf } from '../domain/digest.js';
import type { Article } from '../domain/news/articles.js';
import { cronInterval } from '../domain/news/interval.js';
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
import type { SourcesPort } from './ports-sources.js';

/** Of what is collected by no timetable. */
const USUAL_MS = 15 * 60_000;
/** An answer is worth keeping for a minute at least, and not for longer than an hour. */
const BOUNDS_MS = { least: 60_000, most: 3_600_000 };
/** Sources are changed by people: their intervals are read so often. */
const SOURCES_MS = 60_000;
const WARM_ASSETS = 10;
const DAY_MS = 86_400_000;
/** Days that are shown beside the newest articles. */
const WARM_DAYS = 30;

interface Options {
  documents: DocumentsPort;
  cache: CachePort;
  /** An answer lives for as long as its sources are not collected again: the shortest of their intervals. */
  sources?: Pick<SourcesPort, 'list'>;
  now?: () => number;
}

/** Searches and counts of articles through the cache. */
export function openNewsReads({ documents, cache, sources, now = Date.now }: Options): NewsReadsPort {
  const reads = cachedReads(cache, { prefix: 'news', now });
  const lifeOf = sources ? lives(sources, now) : async () => USUAL_MS;
  const through = async <T>(
    kind: string,
    query: ArticleQuery | ArticleCountQuery,
    compute: () => Promise<T>,
  ): Promise<T> => {
    const kinds = query.sourceKeys ?? [];
    const isLive = kinds.length === 0 || kinds.includes('live');
    const ttlMs = isLive ? await lifeOf('feeds' in query ? query.feeds : undefined) : USUAL_MS;
    return reads.read({ kind, sources: kinds, key: digestOf(query).slice(0, 32), ttlMs }, compute);
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

/** How long answers about feeds may live; about all of them where none is named. */
function lives(
  sources: Pick<SourcesPort, 'list'>,
  now: () => number,
): (feeds: readonly string[] | undefined) => Promise<number> {
  let known: { id: string; intervalMs: number }[] = [];
  let readAt = -Infinity;
  return async (feeds) => {
    if (now() - readAt >= SOURCES_MS) {
      readAt = now();
      // Where they cannot be read an answer is needed all the same.
      const all = await sources.list().catch(() => []);
      known = all.flatMap(({ id, state, cadence }) =>
        state === 'enabled' ? [{ id, intervalMs: cronInterval(cadence.cron) }] : [],
      );
    }
    const asked = known.filter(({ id }) => !feeds || feeds.includes(id)).map(({ intervalMs }) => intervalMs);
    if (asked.length === 0) return USUAL_MS;
    return Math.min(BOUNDS_MS.most, Math.max(BOUNDS_MS.least, Math.min(...asked)));
  };
}

/** As the API asks for it where nothing else is said. */
export const FIRST_PAGE = { order: 'newest', limit: 100 } as const;

function hitOf({ article, relevance }: FoundArticle, text: string | undefined): NewsHit {
  const marked = highlight(textsOf(article), text === undefined ? null : parseSearch(text));
  const { text: _, mentions: __, sourceKey: ___, ...members } = article as Article & { sourceKey?: string };
  return { ...members, titleMarks: marked.title.marks, snippet: marked.snippet, relevance };
}
