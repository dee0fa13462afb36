import type { EventRow, EventsPort } from '../ports.js';
import type { SqliteFile } from '../sqlite.js';

/** Events beside the documents: what a broker is fed from, too. */
export interface Outbox extends EventsPort {
  /** Moves a consumer's mark to this event, never back: it was handled as it came from a broker. */
  reach(consumer: string, eventId: string): Promise<void>;
}

/** The outbox lies beside the documents, so that a record and its event are one transaction. */
export const OUTBOX_SCHEMA = [
  `CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL,
    payload TEXT NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS outbox_type ON outbox (type, seq)',
  'CREATE TABLE IF NOT EXISTS consumers (name TEXT PRIMARY KEY, mark INTEGER NOT NULL)',
];

/** Adds events whose id is new; to be called within a transaction. */
export function insertEvents(file: SqliteFile, events: EventRow[]): void {
  for (const { id, type, at, payload } of events)
    file.run('INSERT INTO outbox (id, type, at, payload) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING', [
      id,
      type,
      at,
      JSON.stringify(payload),
    ]);
}
