import type { Filter } from 'mongodb';
import { InvalidInputError } from '../../domain/errors.js';
import type { Article } from '../../domain/news/articles.js';
import type { Search } from '../../domain/news/search.js';
import { asArticle, type ArticleVersion } from '../../domain/news/versions.js';
import type { ArticleFilter } from '../ports-articles.js';
import type { Candidate, SearchBackend, SearchPlan } from './article-search.js';
import { fromStored, type StoredDoc } from './mongodb-format.js';
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
  stored: StoredDoc;
  isVersion: boolean;
}

/** Reads a collection in the order of publication; without a direction in any order. */
type Find = (
  collection: 'articles' | 'articleVersions',
  filter: Record<string, unknown>,
  page: { direction?: 1 | -1; limit?: number },
) => Promise<StoredDoc[]>;

/** Candidates by their words; whether phrases stand in them is seen in the texts. */
export function mongoSearch(find: Find, getMany: SearchBackend<Row>['getMany']): SearchBackend<Row> {
  return {
    exact: false,
    getMany,
    async candidates(plan, after, limit) {
      const direction = plan.oldest ? 1 : -1;
      const page = { direction, limit } as const;
      const filter = filterOf(plan, after);
      const current = (await find('articles', filter, page)).map((stored) => rowOf(stored, false));
      if (plan.query.asOf === undefined) return current;
      const earlier = (await find('articleVersions', filter, page)).map((stored) => rowOf(stored, true));
      const both = [...current, ...earlier].sort((a, b) => direction * order(a.stored, b.stored));
      const rows = both.slice(0, limit);
      const wrong = await supersededOf(find, rows, plan.query.asOf);
      // Their places are kept: the next batch begins behind them.
      return rows.map((row) => (wrong.has(row) ? { ...row, stored: { ...row.stored, doc: {} } } : row));
    },
    load: async (rows) =>
      rows.map(({ stored, isVersion }) => {
        const doc = fromStored<Article>(stored);
        if (Object.keys(doc).length === 0) return null;
        return isVersion ? asArticle(doc as ArticleVersion) : doc;
      }),
    complete: async () => (await find('articles', { 'search.from': null }, { limit: 1 })).length === 0,
  };
}

const publishedAt = ({ search, at }: StoredDoc): number => search?.at ?? at;

const order = (a: StoredDoc, b: StoredDoc): number =>
  publishedAt(a) - publishedAt(b) || (a._id < b._id ? -1 : Number(a._id > b._id));

function rowOf(stored: StoredDoc, isVersion: boolean): Row {
  const { articleId } = stored.doc as { articleId?: string };
  const place = JSON.stringify([publishedAt(stored), stored._id]);
  return { place, id: isVersion ? String(articleId) : stored._id, stored, isVersion };
}

/** Versions that were not the last ones known at the instant. */
async function supersededOf(find: Find, rows: Row[], asOf: number): Promise<Set<Row>> {
  const versions = rows.filter(({ isVersion }) => isVersion);
  if (versions.length === 0) return new Set();
  const ids = versions.map(({ id }) => id);
  const known = { 'search.from': { $lte: asOf } };
  const others = [
    ...(await find('articles', { ...known, _id: { $in: ids } }, {})).map((each) => rowOf(each, false)),
    ...(await find('articleVersions', { ...known, 'doc.articleId': { $in: ids } }, {})).map((each) =>
      rowOf(each, true),
    ),
  ];
  const last = new Map<string, number>();
  const from = ({ stored }: Row): number => stored.search?.from ?? 0;
  for (const other of others) last.set(other.id, Math.max(last.get(other.id) ?? -Infinity, from(other)));
  return new Set(versions.filter((row) => from(row) < (last.get(row.id) ?? -Infinity)));
}

function filterOf({ search, query, oldest, start }: SearchPlan, after: string | null): Filter<StoredDoc> {
  const conditions: Record<string, unknown>[] = [];
  for (const [name, field] of Object.entries(FIELDS)) {
    const values = query[name as keyof ArticleFilter];
    if (values) conditions.push({ [field]: { $in: [...values] } });
  }
  const { from, to } = query.range ?? {};
  if (from !== undefined) conditions.push({ 'search.at': { $gte: instant(from) } });
  if (to !== undefined) conditions.push({ 'search.at': { $lt: instant(to) } });
  if (query.asOf !== undefined) conditions.push({ 'search.from': { $lte: instant(query.asOf) } });
  if (start !== null) conditions.push(beyond(start, oldest, true));
  if (after !== null) conditions.push(beyond(after, oldest, false));
  const words = search ? wordFilter(search) : null;
  if (words) conditions.push(words);
  // An article that has no words yet has no place in the order either.
  conditions.push({ 'search.at': { $exists: true } });
  return { $and: conditions } as Filter<StoredDoc>;
}

function beyond(place: string, oldest: boolean, included: boolean): Record<string, unknown> {
  const sign = oldest ? '$gt' : '$lt';
  const [at, id] = placeOf(place);
  const same = { 'search.at': { $eq: at }, _id: { [included ? `${sign}e` : sign]: id } };
  return { $or: [{ 'search.at': { [sign]: at } }, same] };
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

/** What every match has, at least; null where that is nothing. Words are letters and digits: a pattern holds no signs. */
function wordFilter(search: Search): Record<string, unknown> | null {
  if (search.kind === 'phrase') {
    const last = search.words.length - 1;
    const conditions = search.words.map((word, i) => ({
      'search.words': search.prefix && i === last ? { $regex: `^${word}` } : { $eq: word },
    }));
    return { $and: conditions };
  }
  if (search.kind === 'not') {
    const { part } = search;
    const plain = part.kind === 'phrase' && part.words.length === 1 ? wordFilter(part) : null;
    // Without the words of a phrase a text may still be without the phrase: that is seen in the text.
    return plain && { $nor: [plain] };
  }
  const parts = search.parts.map(wordFilter);
  const known = parts.filter((each) => each !== null);
  if (search.kind === 'and') return known.length > 0 ? { $and: known } : null;
  return known.length === parts.length ? { $or: known } : null;
}
