import type { Filter } from 'mongodb';
import { InvalidInputError } from '../../domain/errors.js';
import type { Article } from '../../domain/news/articles.js';
import type { Search } from '../../domain/news/search.js';
import { knownFrom, versionAt, type ArticleVersion } from '../../domain/news/versions.js';
import type { ArticleFilter } from '../ports-articles.js';
import type { Candidate, SearchBackend, SearchPlan } from './article-search.js';
import { fromStored, type StoredDoc } from './mongodb-format.js';
import { PAST } from './mongodb-words.js';
import { instant } from './query.js';

const FIELDS = {
  feeds: 'doc.feed',
  languages: 'doc.language',
  sourceKeys: 'doc.sourceKey',
  stories: 'doc.storyId',
  tickers: 'doc.tickers',
  topics: 'doc.topics',
} as const satisfies Record<keyof ArticleFilter, string>;

interface Row extends Candidate {
  article: Article;
}

/** Reads articles in the order of publication. */
type Find = (filter: Filter<StoredDoc>, page: { direction: 1 | -1; limit: number }) => Promise<StoredDoc[]>;

/** Candidates by their words; whether phrases stand in them, and as of then, is seen in the texts. */
export function mongoSearch(
  find: Find,
  versionsOf: (articles: string[]) => Promise<ArticleVersion[]>,
  getMany: SearchBackend<Row>['getMany'],
): SearchBackend<Row> {
  return {
    exact: false,
    getMany,
    async candidates(plan, after, limit) {
      const rows = await find(filterOf(plan, after), { direction: plan.oldest ? 1 : -1, limit });
      return rows.map((stored) => ({
        place: JSON.stringify([stored.at, stored._id]),
        id: stored._id,
        article: fromStored<Article>(stored),
      }));
    },
    async load(rows, { query: { asOf } }) {
      const articles = rows.map(({ article }) => article);
      if (asOf === undefined) return articles;
      const changed = articles.filter((each) => knownFrom(each) > asOf);
      const versions = changed.length > 0 ? await versionsOf(changed.map(({ id }) => id)) : [];
      return articles.map((article) => {
        const own = versions.filter(({ articleId }) => articleId === article.id);
        return versionAt(article, own, asOf);
      });
    },
    complete: async () =>
      (await find({ 'search.from': null } as Filter<StoredDoc>, { direction: -1, limit: 1 })).length === 0,
  };
}

function filterOf({ search, query, oldest, start }: SearchPlan, after: string | null): Filter<StoredDoc> {
  const conditions: Record<string, unknown>[] = [];
  for (const [name, field] of Object.entries(FIELDS)) {
    const values = query[name as keyof ArticleFilter];
    if (values) conditions.push({ [field]: { $in: [...values] } });
  }
  const { from, to } = query.range ?? {};
  if (from !== undefined) conditions.push({ at: { $gte: instant(from) } });
  if (to !== undefined) conditions.push({ at: { $lt: instant(to) } });
  const past = query.asOf !== undefined;
  if (past) conditions.push({ 'search.first': { $lte: instant(query.asOf ?? 0) } });
  if (start !== null) conditions.push(beyond(start, oldest, true));
  if (after !== null) conditions.push(beyond(after, oldest, false));
  const words = search ? wordFilter(search, past) : null;
  if (words) conditions.push(words);
  // Articles of a store from before come when they have their words.
  conditions.push({ 'search.from': { $ne: null } });
  return { $and: conditions } as Filter<StoredDoc>;
}

function beyond(place: string, oldest: boolean, included: boolean): Record<string, unknown> {
  const sign = oldest ? '$gt' : '$lt';
  const [at, id] = placeOf(place);
  const same = { at: { $eq: at }, _id: { [included ? `${sign}e` : sign]: id } };
  return { $or: [{ at: { [sign]: at } }, same] };
}

function placeOf(text: string): [number, string] {
  try {
    const [at, id] = JSON.parse(text) as [unknown, unknown];
    if (typeof at === 'number' && typeof id === 'string') return [at, id];
  } catch {
    // Told below.
  }
  throw new InvalidInputError(`Unknown cursor: "${text.slice(0, 40)}" is no place of this store`);
}

/**
 * What every match has, at least; null where that is nothing. Words are letters and digits: a pattern holds no signs.
 * @param past the words of earlier texts count, too.
 */
function wordFilter(search: Search, past: boolean): Record<string, unknown> | null {
  if (search.kind === 'phrase') {
    const last = search.words.length - 1;
    const conditions = search.words.map((word, i) => {
      const wanted = search.prefix && i === last ? { $regex: `^${word}` } : { $eq: word };
      const now = { 'search.words': wanted };
      return past ? { $or: [now, { [PAST]: wanted }] } : now;
    });
    return { $and: conditions };
  }
  if (search.kind === 'not') {
    const { part } = search;
    // Without the words of a phrase, or with them in another version, a text may be a match: that is seen in it.
    const isPlain = part.kind === 'phrase' && part.words.length === 1 && !past;
    return isPlain ? { $nor: [wordFilter(part, past)] } : null;
  }
  const parts = search.parts.map((part) => wordFilter(part, past));
  const known = parts.filter((each) => each !== null);
  if (search.kind === 'and') return known.length > 0 ? { $and: known } : null;
  return known.length === parts.length ? { $or: known } : null;
}
