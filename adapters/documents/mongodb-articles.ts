import type { Collection, Filter } from 'mongodb';
import type { Article } from '../../domain/news/articles.js';
import type { ArticleVersion } from '../../domain/news/versions.js';
import type { ArticlesPort } from '../ports-articles.js';
import type { Doc, DocumentsPort } from '../ports-documents.js';
import { searchWith, textsOf } from './article-search.js';
import { fromStored, type StoredDoc } from './mongodb-format.js';
import { mongoSearch } from './mongodb-search.js';
import { mongoCounts } from './mongodb-statistics.js';
import { PAST, searchMembers, wordsIn } from './mongodb-words.js';

/** Works on a collection whose indexes are there. */
export type Use = <T>(name: string, work: (collection: Collection<StoredDoc>) => Promise<T>) => Promise<T>;

/** Search and figures of the articles of one database. */
export function mongoArticles(use: Use, getMany: DocumentsPort['getMany']): ArticlesPort {
  const search = mongoSearch(
    (filter, { direction, limit }) =>
      use('articles', (all) =>
        all.find(filter).sort({ at: direction, _id: direction }).limit(limit).toArray(),
      ),
    async (ids) => {
      const filter = { 'doc.articleId': { $in: ids } } as Filter<StoredDoc>;
      const rows = await use('articleVersions', (all) => all.find(filter).toArray());
      return rows.map((row) => fromStored<ArticleVersion>(row));
    },
    getMany,
  );
  return {
    searchArticles: (query) => searchWith(search, query),
    async countArticles(query) {
      const counts = await mongoCounts(
        (name, stages) => use(name, (all) => all.aggregate<{ _id: unknown; n: number }>(stages).toArray()),
        query,
      );
      return { ...counts, complete: await search.complete() };
    },
    indexArticles: (limit) => use('articles', (all) => indexSome(all, limit)),
    async expiredArticles({ before, limit }) {
      const filter = { 'search.expires': { $lt: before } } as Filter<StoredDoc>;
      const rows = await use('articles', (all) => all.find(filter).limit(limit).toArray());
      return rows.map(({ _id }) => _id);
    },
  };
}

/** After versions, or a changed article, were written: the words of all its texts are put beside the article. */
export async function notePast(use: Use, collection: string, docs: Doc<unknown>[]): Promise<void> {
  const ids = docs.flatMap((doc) => {
    const { articleId, revision = 1 } = doc as { articleId?: string; revision?: number };
    if (collection === 'articleVersions') return articleId ?? [];
    return collection === 'articles' && revision > 1 ? doc.id : [];
  });
  for (const id of new Set(ids)) {
    const filter = { 'doc.articleId': id } as Filter<StoredDoc>;
    const rows = await use('articleVersions', (all) => all.find(filter).toArray());
    const past = wordsIn(rows.map((row) => textsOf(fromStored<Article>(row))));
    await use('articles', (all) => all.updateOne({ _id: id }, { $set: { [PAST]: past } as never }));
  }
}

/** Gives their words to articles of a store from before; one that changes meanwhile gets them by that. */
async function indexSome(
  all: Collection<StoredDoc>,
  limit: number,
): Promise<{ indexed: number; done: boolean }> {
  const rows = await all
    .find({ 'search.from': null } as Filter<StoredDoc>)
    .limit(limit)
    .toArray();
  const writes = rows.map((row) => ({
    updateOne: {
      filter: { _id: row._id, rev: row.rev },
      update: { $set: searchSet(row) },
    },
  }));
  if (writes.length > 0) await all.bulkWrite(writes, { ordered: false });
  return { indexed: rows.length, done: rows.length < limit };
}

const searchSet = (row: StoredDoc): Record<string, unknown> => {
  const members = searchMembers(fromStored(row), row.at);
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [`search.${name}`, value]));
};
