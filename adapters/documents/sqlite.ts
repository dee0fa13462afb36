import { COLLECTIONS, type CollectionSpec } from '../../domain/collections.js';
import { insertEvents, OUTBOX_SCHEMA } from '../events/outbox.js';
import type { Doc, DocumentPage, DocumentQuery, DocumentsPort, EventRow } from '../ports.js';
import { sqliteFile, type SqliteFile } from '../sqlite.js';
import { fromJson, toJson } from './json.js';
import { checkSameId, encodeCursor, limitOf, specOf, timeOf } from './query.js';
import { sqliteArticles } from './sqlite-articles.js';
import { INDEX_SCHEMA, inStep } from './sqlite-index.js';
import { buildQuery, memberOf } from './sqlite-query.js';

interface Row {
  id: string;
  at: number;
  doc: string;
}

/** Documents as JSON in one SQLite file, a table per collection; the event outbox lies in the same file. */
export function sqliteDocuments(path: string): DocumentsPort {
  const file = sqliteFile(path, [
    ...Object.entries(COLLECTIONS).flatMap(schemaOf),
    ...OUTBOX_SCHEMA,
    ...INDEX_SCHEMA,
  ]);
  const read = <T>(collection: string, id: string): Doc<T> | null => {
    const row = file.get<Row>(`SELECT doc FROM "${collection}" WHERE id = ?`, [id]);
    return row ? fromJson<Doc<T>>(row.doc) : null;
  };

  const getMany = async <T>(collection: string, ids: string[]): Promise<Doc<T>[]> => {
    specOf(collection);
    const sql = `SELECT id, doc FROM "${collection}" WHERE id IN (SELECT value FROM json_each(?))`;
    const found = new Map(file.all<Row>(sql, [JSON.stringify(ids)]).map((row) => [row.id, row.doc]));
    return [...new Set(ids)].flatMap((id) => {
      const doc = found.get(id);
      return doc === undefined ? [] : [fromJson<Doc<T>>(doc)];
    });
  };

  return {
    async insert<T>(collection: string, docs: Doc<T>[], events?: (doc: Doc<T>) => EventRow) {
      const spec = specOf(collection);
      if (docs.length === 0) return { inserted: [] };
      return file.transact(() => {
        let fresh: Doc<T>[] = [];
        const inserted = inStep(file, { collection, ids: idsOf(docs), fresh: true }, () => {
          fresh = docs.filter((doc) => putRow(file, { collection, spec, doc, replace: false }));
          return idsOf(fresh);
        });
        if (events) insertEvents(file, fresh.map(events));
        return { inserted };
      });
    },
    async upsert<T>(collection: string, docs: Doc<T>[], events: EventRow[] = []) {
      const spec = specOf(collection);
      if (docs.length === 0 && events.length === 0) return;
      file.transact(() => {
        const ids = idsOf(docs);
        inStep(file, { collection, ids }, () => {
          for (const doc of docs) putRow(file, { collection, spec, doc, replace: true });
          return ids;
        });
        insertEvents(file, events);
      });
    },
    async get<T>(collection: string, id: string) {
      specOf(collection);
      return read<T>(collection, id);
    },
    getMany,
    async find<T>(collection: string, query: DocumentQuery): Promise<DocumentPage<T>> {
      const { from, values, orderBy } = buildQuery(collection, specOf(collection), query);
      const limit = limitOf(query);
      const rows = file.all<Row>(`SELECT d.id, d.at, d.doc ${from} ${orderBy} LIMIT ?`, [
        ...values,
        limit + 1,
      ]);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map((row) => fromJson<Doc<T>>(row.doc)),
        cursor: rows.length > limit && last ? encodeCursor(collection, last) : null,
      };
    },
    async count(collection: string, query: DocumentQuery) {
      const { from, values } = buildQuery(collection, specOf(collection), query);
      return file.get<{ n: number }>(`SELECT count(*) AS n ${from}`, values)?.n ?? 0;
    },
    update: async (collection, id, change, events) => updateDoc(file, { collection, id, change, events }),
    async remove(collection: string, ids: string[]) {
      specOf(collection);
      return file.transact(() => {
        let removed = 0;
        inStep(file, { collection, ids }, () => {
          for (const id of ids) {
            file.run(`DELETE FROM "${collection}_members" WHERE id = ?`, [id]);
            removed += file.run(`DELETE FROM "${collection}" WHERE id = ?`, [id]);
          }
          return ids;
        });
        return removed;
      });
    },
    ...sqliteArticles(file, getMany),
    async close() {
      file.close();
    },
  };
}

const idsOf = (docs: Doc<unknown>[]): string[] => docs.map(({ id }) => id);

/** `<name>_members` holds a row per element of an array member, in the order of the listing. */
function schemaOf([name, spec]: [string, CollectionSpec]): string[] {
  const documents = [
    `CREATE TABLE IF NOT EXISTS "${name}" (id TEXT PRIMARY KEY, at INTEGER NOT NULL, doc TEXT NOT NULL)`,
    `CREATE INDEX IF NOT EXISTS "${name}_at" ON "${name}" (at, id)`,
    ...spec.fields.map(
      (field) => `CREATE INDEX IF NOT EXISTS "${name}_by_${field}" ON "${name}" (${memberOf(field)}, at, id)`,
    ),
  ];
  const members = [
    `CREATE TABLE IF NOT EXISTS "${name}_members" (
      field TEXT NOT NULL, value NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL,
      PRIMARY KEY (field, value, at, id)) WITHOUT ROWID`,
    `CREATE INDEX IF NOT EXISTS "${name}_members_id" ON "${name}_members" (id)`,
  ];
  return [...documents, ...members];
}

/** True where a row was written. To be called within a transaction. */
function putRow(
  file: SqliteFile,
  put: { collection: string; spec: CollectionSpec; doc: Doc<unknown>; replace: boolean },
): boolean {
  const { collection, spec, doc, replace } = put;
  const members = doc as unknown as Record<string, unknown>;
  const at = timeOf(collection, spec, doc);
  const conflict = replace ? 'UPDATE SET at = excluded.at, doc = excluded.doc' : 'NOTHING';
  const sql = `INSERT INTO "${collection}" (id, at, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO ${conflict}`;
  if (file.run(sql, [doc.id, at, toJson(doc)]) === 0) return false;
  if (replace) file.run(`DELETE FROM "${collection}_members" WHERE id = ?`, [doc.id]);
  const member = `INSERT INTO "${collection}_members" (field, value, at, id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`;
  for (const field of spec.arrays)
    for (const value of Array.isArray(members[field]) ? (members[field] as unknown[]) : [])
      if (typeof value === 'string' || typeof value === 'number')
        file.run(member, [field, value, at, doc.id]);
  return true;
}

function updateDoc<T>(
  file: SqliteFile,
  args: {
    collection: string;
    id: string;
    change: (doc: Doc<T> | null) => Doc<T>;
    events: ((after: Doc<T>, before: Doc<T> | null) => EventRow[]) | undefined;
  },
): Doc<T> {
  const { collection, id, change, events } = args;
  const spec = specOf(collection);
  return file.transact(() => {
    const row = file.get<Row>(`SELECT doc FROM "${collection}" WHERE id = ?`, [id]);
    const before = row ? fromJson<Doc<T>>(row.doc) : null;
    const doc = change(before);
    checkSameId(collection, id, doc);
    inStep(file, { collection, ids: [id] }, () => {
      putRow(file, { collection, spec, doc, replace: true });
      return [id];
    });
    insertEvents(file, events?.(doc, before) ?? []);
    return doc;
  });
}
