import type { ArticlesPort } from '../ports-articles.js';
import type { DocumentsPort } from '../ports-documents.js';
import type { SqliteFile } from '../sqlite.js';
import { searchWith } from './article-search.js';
import { backfill } from './sqlite-index.js';
import { sqliteSearch } from './sqlite-search.js';
import { sqliteCounts } from './sqlite-statistics.js';

/** Search and figures of the articles of one file. */
export function sqliteArticles(file: SqliteFile, getMany: DocumentsPort['getMany']): ArticlesPort {
  const search = sqliteSearch(file, getMany);
  return {
    searchArticles: (query) => searchWith(search, query),
    async countArticles(query) {
      return { ...sqliteCounts(file, query), complete: await search.complete() };
    },
    indexArticles: async (limit) => backfill(file, limit),
    async expiredArticles({ before, limit }) {
      const rows = file.all<{ id: string }>(
        `SELECT DISTINCT id FROM article_texts WHERE expires IS NOT NULL AND expires < ? ORDER BY expires LIMIT ?`,
        [before, limit],
      );
      return rows.map(({ id }) => id);
    },
  };
}
