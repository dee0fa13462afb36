import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { CollectionSpec } from '../../domain/collections.js';
import { untilWritten } from '../contention.js';
import { appendEvents, appendPending } from '../events/mongodb.js';
import { isDuplicate, mongoConnection, type MongoIndex } from '../mongodb.js';
import type { Doc, DocumentPage, DocumentQuery, DocumentsPort, EventRow } from '../ports.js';
import { mongoArticles, notePast, type Use } from './mongodb-articles.js';
import { fromStored, toStored, type StoredDoc } from './mongodb-format.js';
import { mongoFilter } from './mongodb-query.js';
import { isSearched, SEARCH_INDEXES } from './mongodb-words.js';
import { checkSameId, encodeCursor, limitOf, specOf, timeOf } from './query.js';

/**
 * Documents in MongoDB, a collection each. There is no transaction: a document and its events are one write, as the
 * events first lie in the document (`pending`). They are moved to the outbox right afterwards, and where that
 * does not happen any reader of events moves them later. So a document never is without its events.
 */
export function mongoDocuments(address: string): DocumentsPort {
  const mongo = mongoConnection(address);
  const use = <T>(name: string, work: (collection: Collection<StoredDoc>) => Promise<T>): Promise<T> =>
    mongo.use<StoredDoc, T>(name, work, indexesOf(specOf(name)));

  const getMany = readMany(use);

  return {
    async insert<T>(collection: string, docs: Doc<T>[], events?: (doc: Doc<T>) => EventRow) {
      const spec = specOf(collection);
      const rows = docs.map((doc) => ({ doc, at: timeOf(collection, spec, doc) }));
      const stored = rows.map(({ doc, at }) => ({
        ...toStored(spec, doc, at),
        ...(events ? { pending: [events(doc)] } : {}),
      }));
      const inserted = await use(collection, (all) => insertNew(all, stored));
      await notePast(use, collection, docs);
      if (events) await appendPending(mongo, collection, inserted);
      return { inserted };
    },
    async upsert<T>(collection: string, docs: Doc<T>[], events: EventRow[] = []) {
      const spec = specOf(collection);
      const stored = docs.map((doc) => toStored(spec, doc, timeOf(collection, spec, doc)));
      const last = stored.at(-1);
      if (!last) return events.length > 0 ? appendEvents(mongo, events) : undefined;
      // The last document carries the events: they are there only when all documents are.
      const writes = stored.map((doc) => ({
        updateOne: {
          filter: { _id: doc._id } as Filter<StoredDoc>,
          update: replacing(doc, doc === last ? events : []),
          upsert: true,
        },
      }));
      await use(collection, (all) => withoutRace(() => all.bulkWrite(writes, { ordered: true })));
      await notePast(use, collection, docs);
      if (events.length > 0) await appendPending(mongo, collection, [last._id]);
    },
    async get<T>(collection: string, id: string) {
      const found = await use(collection, (all) => all.findOne({ _id: id }));
      return found ? fromStored<T>(found) : null;
    },
    getMany,
    async find<T>(collection: string, query: DocumentQuery): Promise<DocumentPage<T>> {
      const filter = mongoFilter(collection, specOf(collection), query);
      const limit = limitOf(query);
      const direction = query.order === 'oldest' ? 1 : -1;
      const rows = await use(collection, (all) =>
        all
          .find(filter)
          .sort({ at: direction, _id: direction })
          .limit(limit + 1)
          .toArray(),
      );
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const more = rows.length > limit && last;
      return {
        items: page.map((row) => fromStored<T>(row)),
        cursor: more ? encodeCursor(collection, { at: last.at, id: last._id }) : null,
      };
    },
    async count(collection: string, query: DocumentQuery) {
      const filter = mongoFilter(collection, specOf(collection), query);
      return use(collection, (all) => all.countDocuments(filter));
    },
    async update<T>(
      collection: string,
      id: string,
      change: (doc: Doc<T> | null) => Doc<T>,
      events?: (after: Doc<T>, before: Doc<T> | null) => EventRow[],
    ) {
      const written = await untilWritten(`${id} in ${collection}`, () =>
        use(collection, (all) => changeOnce(all, { collection, id, change, events })),
      );
      if (events) await appendPending(mongo, collection, [id]);
      return written;
    },
    async remove(collection: string, ids: string[]) {
      return use(collection, async (all) => (await all.deleteMany({ _id: { $in: ids } })).deletedCount);
    },
    ...mongoArticles(use, getMany),
    close: mongo.close,
  };
}

const readMany =
  (use: Use): DocumentsPort['getMany'] =>
  async <T>(collection: string, ids: string[]) => {
    const rows = await use(collection, (all) => all.find({ _id: { $in: ids } }).toArray());
    const found = new Map(rows.map((row) => [row._id, row]));
    return [...new Set(ids)].flatMap((id) => {
      const row = found.get(id);
      return row ? [fromStored<T>(row)] : [];
    });
  };

const indexesOf = (spec: CollectionSpec): MongoIndex[] => [
  { keys: { at: -1, _id: -1 } },
  ...[...spec.fields, ...spec.arrays].map((name): MongoIndex => ({
    keys: { [`doc.${name}`]: 1, at: -1, _id: -1 },
  })),
  { keys: { 'pending.id': 1 }, sparse: true },
  ...(isSearched(spec) ? SEARCH_INDEXES : []),
];

/** What was written, or null where another write came between. */
async function changeOnce<T>(
  all: Collection<StoredDoc>,
  args: {
    collection: string;
    id: string;
    change: (doc: Doc<T> | null) => Doc<T>;
    events: ((after: Doc<T>, before: Doc<T> | null) => EventRow[]) | undefined;
  },
): Promise<Doc<T> | null> {
  const { collection, id, change, events } = args;
  const spec = specOf(collection);
  const held = await all.findOne({ _id: id });
  const before = held ? fromStored<T>(held) : null;
  const doc = change(before);
  checkSameId(collection, id, doc);
  const pending = events?.(doc, before) ?? [];
  const stored = toStored(spec, doc, timeOf(collection, spec, doc));
  if (!held) return (await insertNew(all, [{ ...stored, pending }])).length === 1 ? doc : null;
  const { matchedCount } = await all.updateOne({ _id: id, rev: held.rev }, replacing(stored, pending));
  return matchedCount === 1 ? doc : null;
}

/** The ids that were not there yet, each once. */
async function insertNew(all: Collection<StoredDoc>, docs: StoredDoc[]): Promise<string[]> {
  if (docs.length === 0) return [];
  try {
    await all.insertMany(docs as never, { ordered: false });
    return docs.map((doc) => doc._id);
  } catch (error) {
    const { writeErrors } = error as { writeErrors?: { index: number; code: number }[] };
    const refused = new Set(writeErrors?.map(({ index }) => index));
    if (!writeErrors?.every(({ code }) => isDuplicate({ code }))) throw error;
    return docs.filter((_, index) => !refused.has(index)).map((doc) => doc._id);
  }
}

/** Replaces what a document says and keeps the events that still wait in it, and the words of an article's other texts. */
const replacing = (
  { _id, rev: _, search, ...members }: StoredDoc,
  events: EventRow[],
): UpdateFilter<StoredDoc> => ({
  $set: {
    ...members,
    ...Object.fromEntries(Object.entries(search ?? {}).map(([name, value]) => [`search.${name}`, value])),
  },
  ...(members.json === undefined ? { $unset: { json: '' as const } } : {}),
  $inc: { rev: 1 },
  ...(events.length > 0 ? { $push: { pending: { $each: events } } } : {}),
});

/** Two writers of a new id at once: the server makes one of them see the other only at the second try. */
const withoutRace = async <T>(write: () => Promise<T>): Promise<T> =>
  write().catch((error: unknown) => {
    if (isDuplicate(error)) return write();
    throw error;
  });
