import type { Collection, Filter } from 'mongodb';
import type { ArticlesPort } from '../ports-articles.js';
import type { DocumentsPort } from '../ports-documents.js';
import { searchWith } from './article-search.js';
import { fromStored, type StoredDoc } from './mongodb-format.js';
import { mongoSearch } from './mongodb-search.js';
import { mongoCounts } from './mongodb-statistics.js';
import { searchMembers } from './mongodb-words.js';

type Use = <T>(name: string, work: (collection: Collection<StoredDoc>) => Promise<T>) => Promise<T>;

/** Search and figures of the articles of one database. */
export function mongoArticles(use: Use, getMany: DocumentsPort['getMany']): ArticlesPort {
  const search = mongoSearch(
    (collection, filter, { direction, limit = 0 }) =>
      use(collection, (all) => {
        const found = all.find(filter).limit(limit);
        return (direction ? found.sort({ 'search.at': direction, _id: direction }) : found).toArray();
      }),
    getMany,
  );
  const expired = async (name: string, { before, limit }: { before: number; limit: number }) => {
    const filter = { 'search.expires': { $lt: before } } as Filter<StoredDoc>;
    const rows = await use(name, (all) => all.find(filter).limit(limit).toArray());
    return rows.map(({ _id, doc }) => (name === 'articles' ? _id : String(doc['articleId'])));
  };
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
    async expiredArticles(query) {
      const ids = [...(await expired('articles', query)), ...(await expired('articleVersions', query))];
      return [...new Set(ids)].slice(0, query.limit);
    },
  };
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
      update: { $set: { search: searchMembers(fromStored(row), row.at) } },
    },
  }));
  if (writes.length > 0) await all.bulkWrite(writes, { ordered: false });
  return { indexed: rows.length, done: rows.length < limit };
}
