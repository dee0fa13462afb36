import { digestOf } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Article } from '../../domain/news/articles.js';
import { indexWords, matches } from '../../domain/news/matching.js';
import { relevances } from '../../domain/news/relevance.js';
import { parseSearch, type Search } from '../../domain/news/search.js';
import { isScoreKnown, verdictOf, type Score } from '../../domain/sentiment/scores.js';
import type { ArticlePage, ArticleQuery, FoundArticle } from '../ports-articles.js';
import type { DocumentsPort } from '../ports-documents.js';
import { limitOf } from './query.js';

/** Relevance is judged among so many of the newest matches: a common word has too many to look at them all. */
export const RANKED = 300;
/** Of a text, for ranking: news say what they are about at their beginning. */
const RANKED_CHARACTERS = 2000;
/** Candidates looked at for one page; a page that would need more ends early and has a cursor. */
const MOST_LOOKED_AT = 5_000;
const BATCH = 500;

/** What a backend is asked for. */
export interface SearchPlan {
  search: Search | null;
  query: ArticleQuery;
  oldest: boolean;
  /** Places from here on only, this one included. */
  start: string | null;
}

/** A row of an index: `place` tells where it stands in the order. */
export interface Candidate {
  place: string;
  id: string;
}

/** The part of a search that each backend does its own way. */
export interface SearchBackend<C extends Candidate> {
  /** True where its candidates are all matches; otherwise their texts are looked at. */
  exact: boolean;
  /** Candidates behind a place, in order; fewer than the limit only at the end. @throws InvalidInputError for a place that is none */
  candidates(plan: SearchPlan, after: string | null, limit: number): Promise<C[]>;
  /** In the order asked for; null for what is gone meanwhile. */
  load(candidates: C[], plan: SearchPlan): Promise<(Article | null)[]>;
  complete(): Promise<boolean>;
  /** Those of the articles that have the score that a query wants; without it their scores are read. */
  scored?(ids: string[], query: ArticleQuery): Promise<string[]>;
  getMany: DocumentsPort['getMany'];
}

interface Cursor {
  /** Of the query that it belongs to: with another one it would skip articles in silence. */
  query: string;
  place: string | null;
  start: string | null;
  offset: number;
}

type Found<C> = { candidate: C; article: Article };

export async function searchWith<C extends Candidate>(
  backend: SearchBackend<C>,
  query: ArticleQuery,
): Promise<ArticlePage> {
  const { text, order = 'newest', cursor: _, limit: __, ...rest } = query;
  const limit = limitOf(query);
  const search = text === undefined ? null : parseSearch(text);
  if (order === 'relevance' && !search)
    throw new InvalidInputError('Only a search for words can be ordered by relevance; leave the order out');
  const fingerprint = digestOf({ text: text ?? null, order, ...rest }).slice(0, 16);
  const cursor = query.cursor === undefined ? null : readCursor(query.cursor, fingerprint);
  const plan = { search, query, oldest: order === 'oldest', start: cursor?.start ?? null };
  const write = (next: Partial<Cursor>): string =>
    Buffer.from(
      JSON.stringify({ query: fingerprint, place: null, start: null, offset: 0, ...next }),
    ).toString('base64url');
  const complete = await backend.complete();
  if (order === 'relevance' && search)
    return {
      ...(await ranked(backend, { plan, search, limit, offset: cursor?.offset ?? 0, write })),
      complete,
    };
  const { found, next } = await collect(backend, { plan, after: cursor?.place ?? null, limit });
  return {
    items: found.map(({ article }) => ({ article, relevance: null })),
    cursor: next === null ? null : write({ place: next }),
    complete,
  };
}

/** @throws InvalidInputError where the text is no cursor of this query. */
function readCursor(text: string, fingerprint: string): Cursor {
  try {
    const cursor = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Cursor;
    if (cursor.query === fingerprint && Number.isSafeInteger(cursor.offset)) return cursor;
  } catch {
    // Told below.
  }
  throw new InvalidInputError(
    `Unknown cursor "${text.slice(0, 80)}" for this search; pass the one of the page before, and the same search`,
  );
}

/** One page of matches in the order of time, and where the next begins. */
async function collect<C extends Candidate>(
  backend: SearchBackend<C>,
  { plan, after, limit }: { plan: SearchPlan; after: string | null; limit: number },
): Promise<{ found: Found<C>[]; next: string | null }> {
  const filtered = !backend.exact || plan.query.sentiment !== undefined;
  const found: Found<C>[] = [];
  let place = after;
  for (let looked = 0; looked < MOST_LOOKED_AT;) {
    const size = filtered ? Math.max(BATCH, limit + 1) : limit + 1 - found.length;
    const batch = await backend.candidates(plan, place, size);
    found.push(...(await matching(backend, plan, batch)));
    looked += batch.length;
    if (found.length > limit) return { found: found.slice(0, limit), next: placeOf(found[limit - 1]) };
    if (batch.length < size) return { found, next: null };
    place = batch.at(-1)?.place ?? place;
  }
  return { found, next: place };
}

const placeOf = <C extends Candidate>(found: Found<C> | undefined): string | null =>
  found?.candidate.place ?? null;

async function matching<C extends Candidate>(
  backend: SearchBackend<C>,
  plan: SearchPlan,
  batch: C[],
): Promise<Found<C>[]> {
  const { search, query } = plan;
  const { sentiment } = query;
  let left = batch;
  if (sentiment && batch.length > 0) {
    const ids = batch.map(({ id }) => id);
    const fitting = new Set(await (backend.scored?.(ids, query) ?? scoredAs(backend, ids, query)));
    left = batch.filter(({ id }) => fitting.has(id));
  }
  const articles = await backend.load(left, plan);
  return left.flatMap((candidate, i) => {
    const article = articles[i];
    if (!article) return [];
    const fits = backend.exact || !search || matches(search, indexWords(textsOf(article)));
    return fits ? [{ candidate, article }] : [];
  });
}

async function scoredAs(
  { getMany }: Pick<SearchBackend<Candidate>, 'getMany'>,
  ids: string[],
  { sentiment, asOf = Infinity }: ArticleQuery,
): Promise<string[]> {
  const scores = await getMany<Score>(
    'scores',
    ids.map((id) => `${id}/${sentiment?.model}`),
  );
  return scores
    .filter((each) => verdictOf(each) === sentiment?.label && isScoreKnown(each, asOf))
    .map(({ articleId }) => articleId);
}

interface Ranking {
  plan: SearchPlan;
  search: Search;
  limit: number;
  offset: number;
  write(next: Partial<Cursor>): string;
}

/** Later pages start from the candidate that was the newest one then, so that new articles move nothing. */
async function ranked<C extends Candidate>(
  backend: SearchBackend<C>,
  { plan, search, limit, offset, write }: Ranking,
): Promise<Omit<ArticlePage, 'complete'>> {
  const { found } = await collect(backend, { plan, after: null, limit: RANKED });
  const scores = relevances(
    search,
    found.map(({ article }) => {
      const { title, text } = textsOf(article);
      return indexWords({ title, text: text.slice(0, RANKED_CHARACTERS) });
    }),
  );
  const items: FoundArticle[] = found.map(({ article }, i) => ({ article, relevance: scores[i] ?? 0 }));
  // The sort is stable: of equal ones the newest first.
  items.sort((a, b) => (b.relevance ?? 0) - (a.relevance ?? 0));
  const end = offset + limit;
  const start = placeOf(found[0]);
  return {
    items: items.slice(offset, end),
    cursor: end < items.length ? write({ offset: end, start }) : null,
  };
}

/** Documents of older versions and of tests lack members. */
export const textsOf = ({ title, text }: Partial<Article>): { title: string; text: string } => ({
  title: typeof title === 'string' ? title : '',
  text: typeof text === 'string' ? text : '',
});
