import type { SqliteFile } from '../sqlite.js';
import type { ArticleFacts } from './article-facts.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Of a count: by hours for a window's ends, by days for what is between. */
export const STEPS = { h: HOUR, d: DAY } as const;
export type Step = keyof typeof STEPS;

/** Articles by hour and day for each value of a member: a statistic then reads days, not articles. */
export const COUNTS_SCHEMA = [
  `CREATE TABLE IF NOT EXISTS article_counts (
    source TEXT NOT NULL, dimension TEXT NOT NULL, step TEXT NOT NULL, value TEXT NOT NULL, time INTEGER NOT NULL,
    n INTEGER NOT NULL, PRIMARY KEY (source, dimension, step, value, time)) WITHOUT ROWID`,
];

/** Scores as they are counted: by model and label, at the hour that they are known. */
const SCORES = `SELECT coalesce(json_extract(doc, '$.sourceKey'), '') AS source,
  json_extract(doc, '$.model') || ' ' || json_extract(doc, '$.label') AS value, at FROM scores`;

/** Counts the scores of a store from before: one statement, since the groups are few however many scores there are. */
export const SCORES_BACKFILL = Object.entries(STEPS).map(
  ([step, length]) => `INSERT INTO article_counts (source, dimension, step, value, time, n)
    SELECT source, 'sentiment', '${step}', value, at - ((at % ${length}) + ${length}) % ${length} AS time, count(*)
    -- Of an empty left side nothing on the right is read: a store that is counted opens at once.
    FROM (SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM article_index WHERE name = 'scores')) CROSS JOIN (${SCORES})
    WHERE value IS NOT NULL GROUP BY source, value, time`,
);

interface Counted {
  source: string;
  dimension: string;
  value: string;
  at: number;
}

/** Changes of counts, gathered so that a batch of articles writes each count once. */
export interface Tally {
  add(counted: Counted, n: 1 | -1): void;
  write(file: SqliteFile): void;
}

export function newTally(): Tally {
  const changes = new Map<string, [...(string | number)[], number]>();
  return {
    add({ source, dimension, value, at }, n) {
      for (const [step, length] of Object.entries(STEPS)) {
        const row = [source, dimension, step, value, Math.floor(at / length) * length];
        const key = JSON.stringify(row);
        const held = changes.get(key);
        if (held) held[5] = Number(held[5]) + n;
        else changes.set(key, [...row, n]);
      }
    },
    write(file) {
      for (const row of changes.values())
        if (row[5] !== 0)
          file.run(
            `INSERT INTO article_counts (source, dimension, step, value, time, n) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET n = n + excluded.n`,
            row,
          );
      changes.clear();
    },
  };
}

export type Facets = Pick<ArticleFacts, 'feed' | 'language' | 'storyId' | 'sourceKey' | 'tickers' | 'topics'>;

/** An article comes (1) or goes (-1). */
export function tallyArticle(tally: Tally, { facets, at }: { facets: Facets; at: number }, n: 1 | -1): void {
  const { sourceKey: source, feed, language, tickers, topics } = facets;
  const add = (dimension: string, value: string): void => tally.add({ source, dimension, value, at }, n);
  add('all', '');
  add('feed', feed);
  add('language', language);
  for (const ticker of new Set(tickers)) add('ticker', ticker);
  for (const topic of new Set(topics)) add('topic', topic);
}

/** Scores come or go. To be called within the transaction that writes them: before it with -1, after it with 1. */
export function tallyScores(file: SqliteFile, ids: string[], n: 1 | -1): void {
  const tally = newTally();
  const sql = `${SCORES} WHERE id IN (SELECT value FROM json_each(?))`;
  for (const { source, value, at } of file.all<{ source: string; value: string | null; at: number }>(sql, [
    JSON.stringify(ids),
  ]))
    if (value !== null) tally.add({ source, dimension: 'sentiment', value, at }, n);
  tally.write(file);
}
