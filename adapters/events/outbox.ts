import type { EventRow, EventsPort } from '../ports.js';
import type { SqliteFile } from '../sqlite.js';

/** Events beside the documents: what a broker is fed from, too. */
export interface Outbox extends EventsPort {
  /** Moves a consumer's mark to this event, never back: it was handled as it came from a broker. */
  reach(consumer: string, eventId: string): Promise<void>;
}

export interface Mark {
  name: string;
  mark: number;
}

/** What a broker's consumers and its relay are called among the followers of the outbox, by its prefix. */
export const followerOf = (prefix: string, consumer?: string): string =>
  consumer === undefined ? `amqp:${prefix}` : `amqp:${prefix}/${consumer}`;

/** A follower's name without the way on which events reach it. */
const plainName = (follower: string): string =>
  follower.startsWith('amqp:') ? (follower.split('/')[1] ?? RELAY) : follower;

const RELAY = 'relay';

/**
 * The follower that is furthest behind: of those that there must be, which may not have begun, and of all others with
 * a mark. A consumer that events reach on another way since EVENTS_URL was changed has a mark of before, which stands
 * still and holds nothing. Null: nobody follows.
 */
export function slowest(marks: readonly Mark[], wanted: readonly string[]): Mark | null {
  const known = new Map(marks.map(({ name, mark }) => [name, mark]));
  const plain = new Set([RELAY, ...wanted.map(plainName)]);
  const others = marks.filter(({ name }) => !wanted.includes(name) && !plain.has(plainName(name)));
  const all = [...wanted.map((name) => ({ name, mark: known.get(name) ?? 0 })), ...others];
  if (all.length === 0) return null;
  const last = all.reduce((a, b) => (b.mark < a.mark ? b : a));
  return { ...last, name: plainName(last.name) };
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
