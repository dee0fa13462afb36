import type { ArticleCountQuery, ArticleCounts } from '../ports-articles.js';
import type { SqliteFile } from '../sqlite.js';
import { countedWindow, NEWEST_COUNTED, valueOf } from './article-counts.js';
import { STEPS, type Step } from './sqlite-counts.js';
import { EVERY, indexTime, NUMBER_BITS, tagOf } from './sqlite-index.js';

type Range = { from: number; to: number };
type Row = { key: string | number; articles: number };

/** Figures from the counts that are kept with every write; only a member's values within another's need the articles. */
export function sqliteCounts(file: SqliteFile, query: ArticleCountQuery): Omit<ArticleCounts, 'complete'> {
  const { by, only, limit } = query;
  const range = countedWindow(query);
  const sources = query.sourceKeys ?? sourcesOf(file);
  const counted = only
    ? { dimension: only.dimension, value: valueOf(only.dimension, only.value, query) }
    : { dimension: 'all', value: '' };
  const total = totalOf(file, sources, range, counted);
  if (by === 'hour' || by === 'day') {
    const step: Step = by === 'hour' ? 'h' : 'd';
    const items = byTime(file, { sources, range, counted, step, limit });
    return { items, total, countedFrom: range.from };
  }
  if (only && only.dimension !== by) return within(file, { ...query, range, sources, total });
  const items = byValue(file, { sources, range, by, query });
  return { items, total, countedFrom: range.from };
}

const sourcesOf = (file: SqliteFile): string[] =>
  file
    .all<{ source: string }>(
      // A loose scan: one seek for each source, however many counts there are.
      `WITH RECURSIVE s (source) AS (SELECT min(source) FROM article_counts UNION ALL
         SELECT (SELECT min(source) FROM article_counts WHERE source > s.source) FROM s WHERE s.source IS NOT NULL)
       SELECT source FROM s WHERE source IS NOT NULL`,
    )
    .map(({ source }) => source);

/** Days where a window has whole ones, hours at its ends. */
function partsOf({ from, to }: Range): { step: Step; from: number; to: number }[] {
  const day = STEPS.d;
  const [first, last] = [Math.ceil(from / day) * day, Math.floor(to / day) * day];
  if (first >= last) return [{ step: 'h', from, to }];
  const parts = [
    { step: 'h', from, to: first },
    { step: 'd', from: first, to: last },
    { step: 'h', from: last, to },
  ] as const;
  return parts.filter((part) => part.from < part.to);
}

const SELECT = `FROM article_counts WHERE source IN (SELECT value FROM json_each(?)) AND dimension = ? AND step = ?`;

function totalOf(
  file: SqliteFile,
  sources: readonly string[],
  range: Range,
  { dimension, value }: { dimension: string; value: string },
): number {
  const sql = `SELECT coalesce(sum(n), 0) AS n ${SELECT} AND value = ? AND time >= ? AND time < ?`;
  return partsOf(range).reduce((sum, { step, from, to }) => {
    const values = [JSON.stringify(sources), dimension, step, value, from, to];
    return sum + (file.get<{ n: number }>(sql, values)?.n ?? 0);
  }, 0);
}

function byTime(
  file: SqliteFile,
  want: {
    sources: readonly string[];
    range: Range;
    counted: { dimension: string; value: string };
    step: Step;
    limit: number;
  },
): ArticleCounts['items'] {
  const { sources, range, counted, step, limit } = want;
  const rows = file.all<Row>(
    `SELECT time AS key, sum(n) AS articles ${SELECT} AND value = ? AND time >= ? AND time < ?
     GROUP BY time HAVING sum(n) > 0 ORDER BY time DESC LIMIT ?`,
    [JSON.stringify(sources), counted.dimension, step, counted.value, range.from, range.to, limit],
  );
  return rows.map(({ key, articles }) => ({ key: String(key), articles }));
}

/** A seek for each value, then only its own hours or days: a window reads nothing of the years around it. */
const BY_VALUE = `WITH RECURSIVE v (value) AS (
    SELECT min(value) FROM article_counts WHERE source = ?1 AND dimension = ?2 AND step = 'd'
    UNION ALL SELECT (SELECT min(c.value) FROM article_counts AS c
      WHERE c.source = ?1 AND c.dimension = ?2 AND c.step = 'd' AND c.value > v.value)
    FROM v WHERE v.value IS NOT NULL)
  SELECT v.value AS key, (SELECT coalesce(sum(n), 0) FROM article_counts AS c WHERE c.source = ?1
    AND c.dimension = ?2 AND c.step = ?3 AND c.value = v.value AND c.time >= ?4 AND c.time < ?5) AS articles
  FROM v WHERE v.value IS NOT NULL`;

function byValue(
  file: SqliteFile,
  want: { sources: readonly string[]; range: Range; by: string; query: ArticleCountQuery },
): ArticleCounts['items'] {
  const { sources, range, by, query } = want;
  const counts = new Map<string, number>();
  for (const source of sources)
    for (const { step, from, to } of partsOf(range))
      for (const { key, articles } of file.all<Row>(BY_VALUE, [source, by, step, from, to]))
        counts.set(String(key), (counts.get(String(key)) ?? 0) + articles);
  const model = `${query.model ?? ''} `;
  const values = [...counts].flatMap(([key, articles]): [string, number][] => {
    if (by !== 'sentiment') return [[key, articles]];
    return key.startsWith(model) ? [[key.slice(model.length), articles]] : [];
  });
  const named = query.only ? values.filter(([key]) => key === query.only?.value) : values;
  return mostFirst(new Map(named), query.limit);
}

export const mostFirst = (counts: Map<string, number>, limit: number): ArticleCounts['items'] =>
  [...counts]
    .filter(([, articles]) => articles > 0)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([key, articles]) => ({ key, articles }));

/** The values of one member among the newest articles that have a value of another. */
function within(
  file: SqliteFile,
  want: ArticleCountQuery & { sources: readonly string[]; total: number },
): Omit<ArticleCounts, 'complete'> {
  const { by, only, range, sources, total, limit } = want;
  const tags = sources.map((each) => `"${tagOf('source', each)}"`).join(' OR ') || `"${EVERY}"`;
  const text = `tags : "${tagOf(only?.dimension ?? '', only?.value ?? '')}" AND tags : (${tags})`;
  const newest = `SELECT t.facets, w.rowid >> ${NUMBER_BITS} AS at
    FROM article_words AS w CROSS JOIN article_texts AS t ON t.number = w.rowid
    WHERE article_words MATCH ? AND t.known_to IS NULL
      AND w.rowid >= CAST(? AS INTEGER) << ${NUMBER_BITS} AND w.rowid < CAST(? AS INTEGER) << ${NUMBER_BITS}
    ORDER BY w.rowid DESC LIMIT ${NEWEST_COUNTED}`;
  const values = [text, indexTime(range.from), indexTime(range.to)];
  const several = by === 'ticker' || by === 'topic';
  const counted = several
    ? `SELECT j.value AS key, count(*) AS articles FROM (${newest}) AS n, json_each(n.facets, '$.${by}s') AS j GROUP BY 1`
    : `SELECT json_extract(facets, '$.${by}') AS key, count(*) AS articles FROM (${newest}) GROUP BY 1`;
  const rows = file.all<Row>(counted, values);
  const seen = file.get<{ n: number; at: number | null }>(
    `SELECT count(*) AS n, min(at) AS at FROM (${newest})`,
    values,
  );
  const all = (seen?.n ?? 0) < NEWEST_COUNTED;
  return {
    items: mostFirst(new Map(rows.map(({ key, articles }) => [String(key), articles])), limit),
    total,
    countedFrom: all ? range.from : (seen?.at ?? range.from),
  };
}
