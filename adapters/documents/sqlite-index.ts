import { sha256Hex } from '../../domain/digest.js';
import type { Article } from '../../domain/news/articles.js';
import { earlierVersions, withVersion, type ArticleVersion } from '../../domain/news/versions.js';
import { wordsOf } from '../../domain/news/words.js';
import type { SqliteFile } from '../sqlite.js';
import { factsOf, type ArticleFacts } from './article-facts.js';
import { fromJson } from './json.js';
import {
  COUNTS_SCHEMA,
  newTally,
  SCORES_BACKFILL,
  tallyArticle,
  tallyScores,
  type Facets,
  type Tally,
} from './sqlite-counts.js';
import { memberOf } from './sqlite-query.js';

/**
 * The full-text index: a row per revision of an article. Its number is the time of publication with 20 bits for those
 * of the same millisecond, so that FTS5, which walks its lists by number, gives the newest first without sorting.
 * The index keeps no text: the articles have it.
 */
export const INDEX_SCHEMA = [
  `CREATE TABLE IF NOT EXISTS article_texts (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, version TEXT, known_from INTEGER NOT NULL, known_to INTEGER,
    facets TEXT NOT NULL, expires INTEGER)`,
  'CREATE INDEX IF NOT EXISTS article_texts_id ON article_texts (id)',
  'CREATE INDEX IF NOT EXISTS article_texts_expires ON article_texts (expires) WHERE expires IS NOT NULL',
  `CREATE VIRTUAL TABLE IF NOT EXISTS article_words USING fts5 (title, text, tags,
    content = '', contentless_delete = 1, prefix = '2 3 4', tokenize = 'unicode61 remove_diacritics 0')`,
  // How far the articles of a store from before are indexed: all from (at, id) on.
  'CREATE TABLE IF NOT EXISTS article_index (name TEXT PRIMARY KEY, at INTEGER, id TEXT, done INTEGER NOT NULL)',
  ...COUNTS_SCHEMA,
  `INSERT OR IGNORE INTO article_index (name, done) SELECT 'articles', NOT EXISTS (SELECT 1 FROM articles)`,
  ...SCORES_BACKFILL,
  `INSERT OR IGNORE INTO article_index (name, at, done) VALUES ('scores', NULL, 1), ('lead', 0, 1)`,
];

/** Bits of a row's number that tell articles of the same millisecond apart. */
export const NUMBER_BITS = 20;
/** Later than the year 2245: the number would not fit into 64 bits. */
const FURTHEST = 8.7e12;
/** Times beyond what a number can hold count as the furthest that it can. */
export const indexTime = (at: number): number => Math.max(-FURTHEST, Math.min(FURTHEST, Math.floor(at)));

/** Every row has it: what is asked for without any word. */
export const EVERY = 'every';
/** A member's value as one word of the column `tags`. */
export function tagOf(member: string, value: string): string {
  const hex = Buffer.from(value).toString('hex');
  return `${member}x${hex.length <= 64 ? hex : sha256Hex(value)}`;
}

/**
 * Runs a write to a collection and keeps what is derived from it in step. To be called within a transaction.
 * @param write gives back the ids that it has changed.
 */
export function inStep(
  file: SqliteFile,
  { collection, ids, fresh = false }: { collection: string; ids: string[]; fresh?: boolean },
  write: () => string[],
): string[] {
  if (collection === 'scores' && !fresh) tallyScores(file, ids, -1);
  // A version that is removed no longer says whose it was.
  const before = collection === 'articleVersions' && !fresh ? articlesOf(file, ids) : [];
  const changed = write();
  if (collection === 'scores') tallyScores(file, fresh ? changed : ids, 1);
  if (collection === 'articles') reindex(file, changed);
  if (collection === 'articleVersions') reindex(file, [...before, ...articlesOf(file, changed)]);
  return changed;
}

function articlesOf(file: SqliteFile, versions: string[]): string[] {
  const sql = `SELECT ${memberOf('articleId')} AS id FROM "articleVersions" WHERE id IN (SELECT value FROM json_each(?))`;
  return file
    .all<{ id: unknown }>(sql, [JSON.stringify(versions)])
    .flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
}

interface Revision {
  id: string;
  version: string | null;
  at: number;
  facts: ArticleFacts;
  knownTo: number | null;
}

/** Takes articles out of the index and in again as they are stored now. */
export function reindex(file: SqliteFile, articles: string[]): void {
  const ids = [...new Set(articles)];
  const tally = newTally();
  for (const id of ids) removeRows(file, id, tally);
  const rows = ids.flatMap((id) => revisionsOf(file, id));
  // FTS5 gathers rows in memory as long as their numbers rise; one that falls makes it write what it has.
  rows.sort((a, b) => a.at - b.at);
  for (const row of rows) addRow(file, row, tally);
  tally.write(file);
  noteLead(file, rows);
}

/** By how much an article at most was known before it was published: a search as of then need not look at later ones. */
function noteLead(file: SqliteFile, rows: Revision[]): void {
  const lead = Math.max(0, ...rows.map(({ at, facts }) => at - facts.knownFrom));
  if (lead > leadOf(file)) file.run(`UPDATE article_index SET at = ? WHERE name = 'lead'`, [lead]);
}

export const leadOf = (file: SqliteFile): number =>
  file.get<{ at: number }>(`SELECT at FROM article_index WHERE name = 'lead'`)?.at ?? 0;

function removeRows(file: SqliteFile, id: string, tally: Tally): void {
  // Numbers are text on this side: they have more bits than a JavaScript number.
  const rows = file.all<{ number: string; at: number; facets: string; known_to: number | null }>(
    `SELECT CAST(number AS TEXT) AS number, number >> ${NUMBER_BITS} AS at, facets, known_to FROM article_texts WHERE id = ?`,
    [id],
  );
  for (const { number, at, facets, known_to } of rows) {
    file.run('DELETE FROM article_words WHERE rowid = CAST(? AS INTEGER)', [number]);
    if (known_to === null) tallyArticle(tally, { facets: JSON.parse(facets) as Facets, at }, -1);
  }
  if (rows.length > 0) file.run('DELETE FROM article_texts WHERE id = ?', [id]);
}

function revisionsOf(file: SqliteFile, id: string): Revision[] {
  const current = file.get<{ at: number; doc: string }>('SELECT at, doc FROM articles WHERE id = ?', [id]);
  if (!current) return [];
  const article = fromJson<Article>(current.doc);
  const at = indexTime(current.at);
  const facts = factsOf(article, current.at);
  const row = { id, version: null, at, facts, knownTo: null };
  if (facts.revision <= 1) return [row];
  const sql = `SELECT doc FROM "articleVersions" WHERE ${memberOf('articleId')} = ?`;
  const all = file.all<{ doc: string }>(sql, [id]).map(({ doc }) => fromJson<ArticleVersion>(doc));
  const versions = earlierVersions(article, all);
  return [
    ...versions.map((version, i) => ({
      id,
      version: version.id,
      at,
      facts: factsOf(withVersion(article, version), current.at),
      knownTo: versions[i + 1]?.seenAt ?? facts.knownFrom,
    })),
    row,
  ];
}

/** The first number of a millisecond that is free. */
const NEXT = `(SELECT coalesce(max(number), (CAST(?1 AS INTEGER) << ${NUMBER_BITS}) - 1) + 1 FROM article_texts
  WHERE number >= CAST(?1 AS INTEGER) << ${NUMBER_BITS} AND number < (CAST(?1 AS INTEGER) + 1) << ${NUMBER_BITS})`;

function addRow(file: SqliteFile, { id, version, at, facts, knownTo }: Revision, tally: Tally): void {
  const { feed, language, storyId, sourceKey, tickers, topics } = facts;
  const facets: Facets = { feed, language, storyId, sourceKey, tickers, topics };
  file.run(
    `INSERT INTO article_texts (number, id, version, known_from, known_to, facets, expires)
     VALUES (${NEXT}, ?2, ?3, ?4, ?5, ?6, ?7)`,
    [at, id, version, facts.knownFrom, knownTo, JSON.stringify(facets), facts.retainUntil],
  );
  file.run('INSERT INTO article_words (rowid, title, text, tags) VALUES (last_insert_rowid(), ?, ?, ?)', [
    wordsOf(facts.title).join(' '),
    wordsOf(facts.text).join(' '),
    tagsOf(facets).join(' '),
  ]);
  if (knownTo === null) tallyArticle(tally, { facets, at }, 1);
}

const tagsOf = ({ feed, language, storyId, sourceKey, tickers, topics }: Facets): string[] => [
  EVERY,
  tagOf('feed', feed),
  tagOf('language', language),
  tagOf('source', sourceKey),
  ...(storyId ? [tagOf('story', storyId)] : []),
  ...tickers.map((each) => tagOf('ticker', each)),
  ...topics.map((each) => tagOf('topic', each)),
];

/** Indexes some of what was stored before there was an index, newest first; what a killed process did stays done. */
export function backfill(file: SqliteFile, limit: number): { indexed: number; done: boolean } {
  return file.transact(() => {
    const mark = file.get<{ at: number | null; id: string | null; done: number }>(
      `SELECT at, id, done FROM article_index WHERE name = 'articles'`,
    );
    if (!mark || mark.done) return { indexed: 0, done: true };
    const beyond = mark.at === null ? '' : 'WHERE (at, id) < (?1, ?2)';
    const rows = file.all<{ at: number; id: string }>(
      `SELECT at, id FROM articles ${beyond} ORDER BY at DESC, id DESC LIMIT ?3`,
      [mark.at, mark.id, limit],
    );
    const known = `SELECT 1 AS n FROM article_texts WHERE id = ?`;
    reindex(
      file,
      rows.filter(({ id }) => !file.get(known, [id])).map(({ id }) => id),
    );
    const last = rows.at(-1);
    const done = rows.length < limit;
    file.run(`UPDATE article_index SET at = ?, id = ?, done = ? WHERE name = 'articles'`, [
      last?.at ?? mark.at,
      last?.id ?? mark.id,
      Number(done),
    ]);
    return { indexed: rows.length, done };
  });
}
