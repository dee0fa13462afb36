import { InvalidInputError } from '../../domain/errors.js';
import type { Article } from '../../domain/news/articles.js';
import type { Search } from '../../domain/news/search.js';
import { withVersion, type ArticleVersion } from '../../domain/news/versions.js';
import type { ArticleFilter } from '../ports-articles.js';
import type { SqliteFile } from '../sqlite.js';
import type { Candidate, SearchBackend, SearchPlan } from './article-search.js';
import { fromJson } from './json.js';
import { instant } from './query.js';
import { EVERY, indexTime, leadOf, NUMBER_BITS, tagOf } from './sqlite-index.js';

interface Row extends Candidate {
  version: string | null;
}

/** Filters, and the member that their tags are of. */
const TAGS = {
  feeds: 'feed',
  languages: 'language',
  sourceKeys: 'source',
  stories: 'story',
  tickers: 'ticker',
  topics: 'topic',
} as const satisfies Record<keyof ArticleFilter, string>;

/** Candidates from FTS5. Filters are words of the index, too, so that rare ones lead whatever is asked for beside them. */
export function sqliteSearch(file: SqliteFile, getMany: SearchBackend<Row>['getMany']): SearchBackend<Row> {
  return {
    exact: true,
    getMany,
    async candidates(plan, after, limit) {
      const { sql, values } = buildSearch(plan, after, plan.query.asOf === undefined ? 0 : leadOf(file));
      return file.all<Row>(sql, [...values, limit]);
    },
    async load(rows) {
      const read = <T>(table: string, ids: string[]): Map<string, T> => {
        if (ids.length === 0) return new Map();
        const sql = `SELECT id, doc FROM "${table}" WHERE id IN (SELECT value FROM json_each(?))`;
        const found = file.all<{ id: string; doc: string }>(sql, [JSON.stringify(ids)]);
        return new Map(found.map(({ id, doc }) => [id, fromJson<T>(doc)]));
      };
      const articles = read<Article>(
        'articles',
        rows.map(({ id }) => id),
      );
      const versions = read<ArticleVersion>(
        'articleVersions',
        rows.flatMap(({ version }) => version ?? []),
      );
      return rows.map(({ id, version }) => {
        const article = articles.get(id);
        if (version === null) return article ?? null;
        const then = versions.get(version);
        return article && then ? withVersion(article, then) : null;
      });
    },
    scored: async (ids, { sentiment, asOf }) => {
      if (!sentiment) return ids;
      const { model, label } = sentiment;
      const abstained = label === 'abstained';
      const values = [JSON.stringify(ids), model, abstained ? 'neutral' : label, Number(abstained)];
      const known = asOf === undefined ? [] : [instant(asOf), instant(asOf)];
      const sql = known.length > 0 ? `${SCORED} AND s.at <= ? AND ${SCORED_AT} <= ?` : SCORED;
      return file.all<{ id: string }>(sql, [...values, ...known]).map(({ id }) => id);
    },
    complete: async () =>
      file.get<{ done: number }>(`SELECT done FROM article_index WHERE name = 'articles'`)?.done !== 0,
  };
}

/** Scores are looked up by their ids: the pluses keep SQLite from walking all that have a label. */
const SCORED = `SELECT j.value AS id FROM json_each(?) AS j CROSS JOIN scores AS s ON s.id = j.value || '/' || ?
  WHERE +json_extract(s.doc, '$.label') = ? AND +coalesce(json_extract(s.doc, '$.abstained'), 0) = ?`;
const SCORED_AT = `json_extract(s.doc, '$.scoredAt')`;

type Built = { sql: string; values: (string | number)[] };

function buildSearch(
  { search, query, oldest, start }: SearchPlan,
  after: string | null,
  lead: number,
): Built {
  const conditions = ['article_words MATCH ?'];
  const values: (string | number)[] = [matchText(search, query)];
  const add = (condition: string, ...more: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  const number = (sign: string): string => `w.rowid ${sign} CAST(? AS INTEGER)`;
  const { from, to } = query.range ?? {};
  const first = `CAST(? AS INTEGER) << ${NUMBER_BITS}`;
  if (from !== undefined) add(`w.rowid >= ${first}`, indexTime(Math.ceil(instant(from))));
  if (to !== undefined) add(`w.rowid < ${first}`, indexTime(Math.ceil(instant(to))));
  if (start !== null) add(number(oldest ? '>=' : '<='), checkedPlace(start));
  if (after !== null) add(number(oldest ? '>' : '<'), checkedPlace(after));
  if (query.asOf === undefined) add('t.known_to IS NULL');
  else {
    const asOf = instant(query.asOf);
    add(`w.rowid < ${first}`, indexTime(asOf + lead + 1));
    add('t.known_from <= ? AND (t.known_to IS NULL OR t.known_to > ?)', asOf, asOf);
  }
  return {
    sql: `SELECT CAST(t.number AS TEXT) AS place, t.id, t.version
      FROM article_words AS w CROSS JOIN article_texts AS t ON t.number = w.rowid
      WHERE ${conditions.join(' AND ')} ORDER BY w.rowid ${oldest ? 'ASC' : 'DESC'} LIMIT ?`,
    values,
  };
}

function checkedPlace(place: string): string {
  if (/^-?\d{1,19}$/.test(place)) return place;
  throw new InvalidInputError(`Unknown cursor: "${place.slice(0, 40)}" is no place of this store`);
}

/** Only letters and digits reach FTS5, all of them quoted: no text of a user is read as its syntax. */
function matchText(search: Search | null, filter: ArticleFilter): string {
  const tags = Object.entries(TAGS).flatMap(([name, member]) => {
    const values = filter[name as keyof ArticleFilter];
    return values
      ? [`(${values.map((value) => quoted([tagOf(member, value)])).join(' OR ') || NOTHING})`]
      : [];
  });
  const filters = tags.map((each) => `tags : ${each}`);
  if (search) return [`(${expressionOf(search)})`, ...filters].join(' AND ');
  return filters.length > 0 ? filters.join(' AND ') : ALL;
}

const quoted = (words: string[]): string => `"${words.join(' ')}"`;
const ALL = `tags : ${quoted([EVERY])}`;
/** A member with no value at all to choose from: no row has this word. */
const NOTHING = quoted(['none']);

function expressionOf(search: Search): string {
  if (search.kind === 'phrase') return `{title text} : ${quoted(search.words)}${search.prefix ? ' *' : ''}`;
  // FTS5 knows "this but not that" only.
  if (search.kind === 'not') return `(${ALL} NOT (${expressionOf(search.part)}))`;
  if (search.kind === 'or') return search.parts.map((part) => `(${expressionOf(part)})`).join(' OR ');
  const wanted = search.parts.filter((part) => part.kind !== 'not');
  const unwanted = search.parts.flatMap((part) => (part.kind === 'not' ? [part.part] : []));
  const base = wanted.map((part) => `(${expressionOf(part)})`).join(' AND ') || ALL;
  return unwanted.reduce((sum, part) => `(${sum}) NOT (${expressionOf(part)})`, base);
}
