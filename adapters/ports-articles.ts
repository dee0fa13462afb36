// Search and figures of articles: a part of the documents port.
import type { Article } from '../domain/news/articles.js';
import type { ArticleDimension } from '../domain/news/dimensions.js';
import type { SentimentVerdict } from '../domain/sentiment/scores.js';

/** All that is given must hold; of several values of one member one is enough. */
export interface ArticleFilter {
  tickers?: readonly string[];
  topics?: readonly string[];
  feeds?: readonly string[];
  languages?: readonly string[];
  stories?: readonly string[];
  /** `live`, `recorded`, `simulated-<seed>`. */
  sourceKeys?: readonly string[];
}

export interface ArticleQuery extends ArticleFilter {
  /** In the form of `parseSearch`. */
  text?: string;
  /** What this model (`<name>@<version>`) made of the article; with `asOf` by scores that were there then. */
  sentiment?: { model: string; label: SentimentVerdict };
  /** Published from, and before; epoch ms. */
  range?: { from?: number; to?: number };
  /** Only what was known then, and as it was then. */
  asOf?: number;
  /** `relevance` ranks the newest matches only; see docs/news.md. */
  order?: 'newest' | 'oldest' | 'relevance';
  limit?: number;
  cursor?: string;
}

export interface FoundArticle {
  article: Article;
  /** Only where ordered by relevance. */
  relevance: number | null;
}

export interface ArticlePage {
  items: FoundArticle[];
  /** A page may be short, even empty, and have one: the search goes on behind it. */
  cursor: string | null;
  /** False while older articles of a store from before are not in the index yet. */
  complete: boolean;
}

export interface ArticleCountQuery {
  /** Counted by each value of a member, by time, or both where `value` is given with a time step. */
  by: ArticleDimension | 'hour' | 'day';
  /** Only articles that have this value. */
  only?: { dimension: ArticleDimension; value: string };
  /** Of `sentiment`. */
  model?: string;
  sourceKeys?: readonly string[];
  /** Whole hours UTC. */
  range: { from: number; to: number };
  limit: number;
}

export interface ArticleCounts {
  /** Most first, by time newest first; `key` is a value, or the start of the hour or day as epoch ms. */
  items: { key: string; articles: number }[];
  /** Articles of the window, each once. */
  total: number;
  /** Where other values are counted than those asked for by one member: only the newest articles, back to here. */
  countedFrom: number;
  complete: boolean;
}

export interface ArticlesPort {
  /** Full text, filters and time. @throws InvalidInputError for a search that cannot be read. */
  searchArticles(query: ArticleQuery): Promise<ArticlePage>;
  countArticles(query: ArticleCountQuery): Promise<ArticleCounts>;
  /** Takes stored articles that no index has into it, at most so many; again until it is done. */
  indexArticles(limit: number): Promise<{ indexed: number; done: boolean }>;
  /** Articles whose text may be kept no longer. */
  expiredArticles(query: { before: number; limit: number }): Promise<string[]>;
}

/** Of one process since its start. */
export interface CacheFigures {
  hits: number;
  /** Answers computed here. */
  misses: number;
  /** Reads that waited for an answer that another was computing. */
  waits: number;
  /** Calls of the cache that failed; the reads were answered without it. */
  failures: number;
  /** Share of reads that computed nothing; null where nothing was read. */
  hitRate: number | null;
  /** Of the last 1000 each. */
  cachedMs: { p50: number; p95: number } | null;
  uncachedMs: { p50: number; p95: number } | null;
  /** Share of the time that the same reads would have taken without the cache. */
  saved: number | null;
}

/** An article in a list: without its text, with what of it was found. */
export type NewsHit = Omit<Article, 'text' | 'mentions'> & {
  /** Places in the title that were asked for, `[from, to)`. */
  titleMarks: [number, number][];
  snippet: { text: string; marks: [number, number][] };
  relevance: number | null;
};

export interface NewsHits {
  items: NewsHit[];
  cursor: string | null;
  complete: boolean;
}

/** The reads of news that many ask for, through the cache. */
export interface NewsReadsPort {
  search(query: ArticleQuery): Promise<NewsHits>;
  counts(query: ArticleCountQuery): Promise<ArticleCounts>;
  /** New articles of a kind of source (`live` …) are stored: what was read before is old. */
  refresh(sourceKey: string): Promise<void>;
  /** Reads ahead what is asked for most: the newest, by each of the busiest assets, and the counts. */
  warm(sourceKey: string): Promise<number>;
  figures(): CacheFigures;
}
