// Documents, events and the cache: a part of ports.ts.
import type { ArticlesPort } from './ports-articles.js';
import type { EventRow } from '../domain/events.js';
import type { Closable } from './ports-closable.js';

export type { EventRow } from '../domain/events.js';

export type Json = Record<string, unknown>;

/** A stored document: `id` and `at` (epoch ms, the time it is listed by) beside its own members. */
export type Doc<T> = T & { id: string };

/** Equality on top-level fields (`{ not: null }`: any value), membership for array fields, and a range over the collection's time. */
export interface DocumentQuery {
  where?: Record<string, string | number | boolean | null | readonly (string | number)[] | { not: null }>;
  range?: { from?: number; to?: number };
  order?: 'newest' | 'oldest';
  limit?: number;
  /** Opaque, from the page before. */
  cursor?: string;
}

export interface DocumentPage<T> {
  items: Doc<T>[];
  cursor: string | null;
}

/** Collections and their time member and filterable members are declared in domain/collections.ts. */
export interface DocumentsPort extends Closable, ArticlesPort {
  /** Inserts what is new by id, leaves what is there untouched; events join the same transaction, for new ids only. */
  insert<T>(
    collection: string,
    docs: Doc<T>[],
    events?: (doc: Doc<T>) => EventRow,
  ): Promise<{ inserted: string[] }>;
  /** Inserts or replaces by id; events join the same transaction. */
  upsert<T>(collection: string, docs: Doc<T>[], events?: EventRow[]): Promise<void>;
  get<T>(collection: string, id: string): Promise<Doc<T> | null>;
  getMany<T>(collection: string, ids: string[]): Promise<Doc<T>[]>;
  find<T>(collection: string, query: DocumentQuery): Promise<DocumentPage<T>>;
  count(collection: string, query: DocumentQuery): Promise<number>;
  /**
   * Changes one document under a lock; `change` gets null where there is none, and may be called again. Events about
   * the change join the same transaction. Returns what was written.
   */
  update<T>(
    collection: string,
    id: string,
    change: (doc: Doc<T> | null) => Doc<T>,
    events?: (after: Doc<T>, before: Doc<T> | null) => EventRow[],
  ): Promise<Doc<T>>;
  remove(collection: string, ids: string[]): Promise<number>;
}

export type EventHandler = (events: EventRow[]) => Promise<void>;

export interface ConsumerProgress {
  consumer: string;
  /** Events published and not handled yet. */
  lag: number;
  /** Time of the oldest of them, epoch ms. */
  oldestAt: number | null;
}

export interface OutboxFigures {
  /** That lie in it. */
  events: number;
  /** Of these: not yet passed by every follower, the relay to a broker included. */
  pending: number;
  /** Time of the oldest of the pending, epoch ms: its age is how far the slowest follower is behind. */
  oldestPendingAt: number | null;
  /** Of these: passed by every follower, and kept for a while. */
  delivered: number;
  oldestAt: number | null;
  /** The follower that is furthest behind; null where none is behind. */
  heldBy: string | null;
}

export interface PruneQuery {
  consumers: readonly string[];
  /** Epoch ms. */
  before: number;
  limit: number;
}

export interface EventsPort extends Closable {
  publish(events: EventRow[]): Promise<void>;
  /** Events after the consumer's own mark, oldest first; the mark moves when `handle` has resolved. */
  consume(consumer: string, handle: EventHandler, options?: { limit?: number }): Promise<number>;
  /** Latest events, newest first. */
  recent(query: { type?: string; limit: number }): Promise<EventRow[]>;
  /** How far these consumers are behind, in the given order; before them the `relay` to a broker, where there is one. */
  progress(consumers: readonly string[]): Promise<ConsumerProgress[]>;
  /**
   * Hands the next events of the outbox to the broker, in order, and moves the mark when the broker has confirmed
   * them. Absent where consumers read the outbox itself.
   */
  relay?(): Promise<number>;
  /** What lies in the outbox, by how far these consumers and all other followers are. */
  outbox(consumers: readonly string[]): Promise<OutboxFigures>;
  /**
   * Removes the oldest events of before a time, at most `limit`, and returns how many: none that one of the consumers, or
   * any other follower, has not passed, and never the latest of all. The id of an event that was removed is new again.
   */
  prune(wanted: PruneQuery): Promise<number>;
}

export interface CachePort extends Closable {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Sets what is not there; false where it is: of several processes one is told true. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  invalidate(prefix: string): Promise<void>;
  /** Takes from a bucket shared by all processes; `waitMs` is 0 where the call may go ahead. */
  take(
    bucket: string,
    limit: { capacity: number; refillPerSecond: number },
    cost?: number,
  ): Promise<{ waitMs: number; remaining: number }>;
}
