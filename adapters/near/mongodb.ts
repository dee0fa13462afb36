import type { Binary, Collection } from 'mongodb';
import { untilWritten } from '../contention.js';
import { isDuplicate, mongoConnection, type MongoIndex } from '../mongodb.js';
import type { NearPort, StoredNearRow } from '../ports.js';
import { printBytes, printOf } from './print.js';

interface Row {
  _id: number;
  article: string;
  space: string;
  day: number;
  seq: number;
  print: Buffer | Binary;
  /** When it was appended; absent once it is settled. */
  unsettled?: number;
}

const INDEXES: MongoIndex[] = [
  { keys: { seq: 1 }, unique: true },
  { keys: { space: 1, day: 1, seq: 1 } },
  { keys: { unsettled: 1 }, sparse: true },
  { keys: { article: 1 } },
];

/** The log as a collection: a row takes the number after the highest, and tries again where another writer had it. */
export function mongoNear(address: string): NearPort {
  const mongo = mongoConnection(address);
  const inLog = <T>(work: (all: Collection<Row>) => Promise<T>): Promise<T> =>
    mongo.use<Row, T>('near', work, INDEXES);
  return {
    async append(rows, at) {
      if (rows.length === 0) return;
      let left = [...new Map(rows.map((row) => [row.key, row])).values()];
      await untilWritten('the log of fingerprints', () =>
        inLog(async (all) => {
          const known = await all
            .find({ _id: { $in: left.map(({ key }) => key) } })
            .project<{ _id: number }>({ _id: 1 })
            .toArray();
          const keys = new Set(known.map(({ _id }) => _id));
          left = left.filter(({ key }) => !keys.has(key));
          if (left.length === 0) return true;
          const [highest] = await all.find().sort({ seq: -1 }).limit(1).toArray();
          const docs = left.map(({ key, articleId, space, day, print }, i) => ({
            ...{ _id: key, article: articleId, space, day, print: Buffer.from(printBytes(print)) },
            ...{ seq: (highest?.seq ?? 0) + 1 + i, unsettled: at },
          }));
          // Ordered: the first that is refused ends it, so no number is left out.
          return all.insertMany(docs, { ordered: true }).then(
            () => true,
            (error: unknown) => {
              if (isDuplicate(error)) return null;
              throw error;
            },
          );
        }),
      );
    },
    async reopen(rows, at) {
      const filter = { _id: { $in: rows.map(({ key }) => key) }, unsettled: { $exists: false } };
      await inLog((all) => all.updateMany(filter, { $set: { unsettled: at } }));
    },
    async read({ space, day, after, limit }) {
      const rows = await inLog((all) =>
        all
          .find({ space, day, seq: { $gt: after } })
          .sort({ seq: 1 })
          .limit(limit)
          .toArray(),
      );
      return rows.map(rowFrom);
    },
    async ofArticles(articleIds) {
      const rows = await inLog((all) =>
        all
          .find({ article: { $in: articleIds } })
          .sort({ seq: 1 })
          .toArray(),
      );
      return rows.map(rowFrom);
    },
    async unsettled(keys) {
      const settled = await inLog((all) =>
        all
          .find({ _id: { $in: keys }, unsettled: { $exists: false } })
          .project({ _id: 1 })
          .toArray(),
      );
      const done = new Set(settled.map(({ _id }) => _id as number));
      return keys.filter((key) => !done.has(key));
    },
    async leftBehind({ space, before, limit }) {
      const rows = await inLog((all) =>
        all
          .find({ unsettled: { $lt: before }, space })
          .sort({ unsettled: 1, _id: 1 })
          .limit(limit)
          .toArray(),
      );
      return rows.map(({ _id, article }) => ({ key: _id, articleId: article }));
    },
    async settle(keys) {
      if (keys.length === 0) return;
      await inLog((all) => all.updateMany({ _id: { $in: keys } }, { $unset: { unsettled: 1 } }));
    },
    close: mongo.close,
  };
}

const rowFrom = ({ _id, article, seq, space, day, print }: Row): StoredNearRow => ({
  ...{ seq, key: _id, articleId: article, space, day },
  print: printOf('position' in print ? print.buffer : print),
});
