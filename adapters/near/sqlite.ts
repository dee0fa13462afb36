import type { NearPort, NearRow } from '../ports.js';
import { sqliteFile } from '../sqlite.js';
import { printBytes, printOf } from './print.js';

interface Row {
  seq: number;
  key: number;
  article: string;
  print: Uint8Array;
}

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS near (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, key INTEGER UNIQUE NOT NULL, article TEXT NOT NULL, space TEXT NOT NULL,
    day INTEGER NOT NULL, print BLOB NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS near_day ON near (space, day, seq)',
  'CREATE INDEX IF NOT EXISTS near_article ON near (article)',
  `CREATE TABLE IF NOT EXISTS near_unsettled (
    key INTEGER PRIMARY KEY, article TEXT NOT NULL, space TEXT NOT NULL, at INTEGER NOT NULL)`,
];

/** The log as a table beside the documents: one writer at a time, so numbers come in the order of commits. */
export function sqliteNear(path: string): NearPort {
  const file = sqliteFile(path, SCHEMA);
  const put = ({ key, articleId, space, day, print }: NearRow, at: number): void => {
    const added = file.run(
      'INSERT INTO near (key, article, space, day, print) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
      [key, articleId, space, day, printBytes(print)],
    );
    if (added === 0) return;
    file.run('INSERT INTO near_unsettled (key, article, space, at) VALUES (?, ?, ?, ?)', [
      key,
      articleId,
      space,
      at,
    ]);
  };
  return {
    async append(rows, at) {
      if (rows.length === 0) return;
      file.transact(() => {
        for (const row of rows) put(row, at);
      });
    },
    async reopen(rows, at) {
      file.transact(() => {
        for (const { key, articleId, space } of rows)
          file.run(
            'INSERT INTO near_unsettled (key, article, space, at) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
            [key, articleId, space, at],
          );
      });
    },
    async read({ space, day, after, limit }) {
      return file
        .all<Row>(
          'SELECT seq, key, article, print FROM near WHERE space = ? AND day = ? AND seq > ? ORDER BY seq LIMIT ?',
          [space, day, after, limit],
        )
        .map(({ seq, key, article, print }) => ({
          seq,
          key,
          articleId: article,
          space,
          day,
          print: printOf(print),
        }));
    },
    async ofArticles(articleIds) {
      const sql = `SELECT key, article, space, day, print FROM near
        WHERE article IN (SELECT value FROM json_each(?)) ORDER BY seq`;
      return file
        .all<Row & { space: string; day: number }>(sql, [JSON.stringify(articleIds)])
        .map(({ key, article, space, day, print }) => ({
          key,
          articleId: article,
          space,
          day,
          print: printOf(print),
        }));
    },
    async unsettled(keys) {
      const settled = file.all<{ key: number }>(
        `SELECT key FROM near WHERE key IN (SELECT value FROM json_each(?))
         AND key NOT IN (SELECT key FROM near_unsettled)`,
        [JSON.stringify(keys)],
      );
      const done = new Set(settled.map(({ key }) => key));
      return keys.filter((key) => !done.has(key));
    },
    async leftBehind({ space, before, limit }) {
      return file
        .all<{ key: number; article: string }>(
          'SELECT key, article FROM near_unsettled WHERE space = ? AND at < ? ORDER BY at, key LIMIT ?',
          [space, before, limit],
        )
        .map(({ key, article }) => ({ key, articleId: article }));
    },
    async settle(keys) {
      if (keys.length === 0) return;
      file.run('DELETE FROM near_unsettled WHERE key IN (SELECT value FROM json_each(?))', [
        JSON.stringify(keys),
      ]);
    },
    async close() {
      file.close();
    },
  };
}
