import type { Article } from './articles.js';
import { indexWords, matches, type WordIndex } from './matching.js';
import { verdictOf, type Score, type SentimentVerdict } from '../sentiment/scores.js';
import { parseSearch, type Search } from './search.js';

/** What new articles are compared with: all that is given must hold. */
export interface SearchFilter {
  /** In the form of `parseSearch`. */
  text?: string;
  tickers?: string[];
  topics?: string[];
  feeds?: string[];
  languages?: string[];
  /** `live`, `recorded`, `simulated-<seed>`. */
  source?: string;
  /** What a model made of the article: a match is told when it is scored, and once. */
  sentiment?: SentimentVerdict;
  /** `<name>@<version>`; left out: the model that is shipped when the article is scored. */
  model?: string;
}

/** A search that goes on: each new article that it matches becomes one event `search.matched`. */
export interface SavedSearch {
  /** `sea_` and 16 hex digits. */
  id: string;
  name: string;
  filter: SearchFilter;
  principal: string;
  tenant: string;
  createdAt: number;
}

export interface SearchMatch {
  id: string;
  type: 'search.matched';
  at: number;
  payload: Record<string, unknown>;
}

export const MOST_SAVED_SEARCHES = 100;

type Comparable = Pick<Article, 'id' | 'title' | 'text' | 'feed' | 'language' | 'tickers'> & {
  topics?: string[];
  sourceKey?: string;
};

interface Prepared {
  saved: SavedSearch;
  search: Search | null;
}

/** Reads the searches once for many articles. */
export const prepareSearches = (saved: SavedSearch[]): Prepared[] =>
  saved.map((each) => ({
    saved: each,
    search: each.filter.text === undefined ? null : parseSearch(each.filter.text),
  }));

/** What a model made of an article, and which model is the shipped one. */
export type ScoreOfArticle = Pick<Score, 'model' | 'label' | 'abstained'> & { shipped: string };

/** The searches that an article matches: as it comes in those without a sentiment, with a score those that want it. */
export function matchedBy(
  searches: Prepared[],
  article: Comparable,
  score: ScoreOfArticle | null = null,
): SavedSearch[] {
  let words: WordIndex | null = null;
  return searches.flatMap(({ saved, search }) => {
    if (!fits(saved.filter, article) || !fitsScore(saved.filter, score)) return [];
    if (search && !matches(search, (words ??= indexWords(article)))) return [];
    return [saved];
  });
}

function fits({ tickers, topics, feeds, languages, source }: SearchFilter, article: Comparable): boolean {
  const one = (wanted: string[] | undefined, held: readonly string[] | undefined): boolean =>
    wanted === undefined || wanted.some((each) => held?.includes(each));
  return (
    one(tickers, article.tickers) &&
    one(topics, article.topics) &&
    one(feeds, [article.feed]) &&
    one(languages, [article.language]) &&
    (source === undefined || article.sourceKey === source)
  );
}

function fitsScore({ sentiment, model }: SearchFilter, score: ScoreOfArticle | null): boolean {
  if (sentiment === undefined || score === null) return sentiment === undefined && score === null;
  return score.model === (model ?? score.shipped) && verdictOf(score) === sentiment;
}

/** The event of a match; its id makes a second telling the same one. */
export const matchEvent = (
  { id, name, principal, tenant }: SavedSearch,
  article: Pick<Article, 'id' | 'title' | 'url' | 'feed' | 'tickers' | 'publishedAt'>,
  { at, score = null }: { at: number; score?: ScoreOfArticle | null },
): SearchMatch => ({
  id: `evt_matched_${id}_${article.id}`,
  type: 'search.matched',
  at,
  payload: {
    searchId: id,
    name,
    principal,
    tenant,
    articleId: article.id,
    title: article.title,
    url: article.url,
    feed: article.feed,
    tickers: article.tickers,
    publishedAt: article.publishedAt,
    ...(score ? { sentiment: verdictOf(score), model: score.model } : {}),
  },
});
