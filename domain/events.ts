import { sha256Hex } from './digest.js';
import { FINAL_ERRORS } from './errors.js';

/** What happened. Events are told at least once; their id says whether it is the same one. */
export interface EventRow {
  /** Unique: publishing the same id twice is one event. */
  id: string;
  /** `article.collected`, `prediction.made`, `bars.closed` … */
  type: string;
  at: number;
  payload: Record<string, unknown>;
}

/** Who follows the events; each from its own mark. */
export const CONSUMERS = [
  'aggregates',
  'notifications',
  'registry',
  'searches',
  'settlement',
  'triggers',
] as const;
export type ConsumerName = (typeof CONSUMERS)[number];

/**
 * An event that a consumer could not handle. `failing`: it comes again, and what is behind it waits. `dead`: given up,
 * what is behind it went on. `requeued`: a person asked for another try. Handled ones are removed.
 */
export interface DeadLetter {
  /** `dl_` and 24 hex digits of the consumer and the event's id. */
  id: string;
  consumer: string;
  type: string;
  event: EventRow;
  error: string;
  attempts: number;
  /** Of the last failure, epoch ms. */
  at: number;
  state: 'failing' | 'dead' | 'requeued';
}

/** What a consumer's process last said of itself. */
export interface ConsumerState {
  /** The consumer's name. */
  id: string;
  /** Of the last change, epoch ms. */
  at: number;
  /** Events handled since the consumer was first started. */
  handled: number;
  handledAt: number | null;
  /** In a row, up to now. */
  failures: number;
  error: string | null;
  errorAt: number | null;
}

/** The one process that runs the consumers holds this; it lapses by itself where the process dies. */
export interface Lease {
  id: string;
  owner: string;
  /** Epoch ms; to be renewed before. */
  until: number;
  at: number;
}

/** How long an event that everyone has passed stays in the outbox, unless the configuration says otherwise. */
export const EVENT_DAYS = 7;

/** Failures of one event before it is given up. */
export const EVENT_ATTEMPTS = 5;

export const deadLetterId = (consumer: string, eventId: string): string =>
  `dl_${sha256Hex(`${consumer}/${eventId}`).slice(0, 24)}`;

/** A letter after one more failure. Final errors will not pass by waiting, so they are given up at once. */
export function failedLetter(failure: {
  before: DeadLetter | null;
  consumer: string;
  event: EventRow;
  error: { name: string; message: string };
  attempts: number;
  now: number;
}): DeadLetter {
  const { before, consumer, event, error, now } = failure;
  const attempts = (before?.attempts ?? 0) + 1;
  const final = (FINAL_ERRORS as readonly string[]).includes(error.name);
  // One more failure of a letter that a person requeued ends it again.
  const over = final || attempts >= failure.attempts || before?.state === 'requeued';
  return {
    id: deadLetterId(consumer, event.id),
    consumer,
    type: event.type,
    event,
    error: `${error.name}: ${error.message}`.slice(0, 2000),
    attempts,
    at: now,
    state: over ? 'dead' : 'failing',
  };
}

/** The lease as `owner` takes or renews it, or null where another holds it. */
export const takenLease = (held: Lease | null, wanted: Omit<Lease, 'at'> & { now: number }): Lease | null =>
  held && held.owner !== wanted.owner && held.until > wanted.now
    ? null
    : { id: wanted.id, owner: wanted.owner, until: wanted.until, at: wanted.now };

/** Milliseconds before the next try after so many failures: doubled each time, up to `most`. */
export const backOff = (failures: number, { first, most }: { first: number; most: number }): number =>
  Math.min(most, first * 2 ** Math.min(Math.max(failures - 1, 0), 30));

/** Whether a type is of a pattern: `article.*` is every article event, `*` is all, anything else is itself. */
export const ofType = (type: string, pattern: string): boolean =>
  pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)));

/** An event from its JSON text, or null where it is none. */
export function readEvent(text: string): EventRow | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { id, type, at, payload } = (value ?? {}) as Partial<EventRow>;
  const sound =
    typeof id === 'string' &&
    id !== '' &&
    typeof type === 'string' &&
    typeof at === 'number' &&
    typeof payload === 'object' &&
    payload !== null;
  return sound ? { id, type, at, payload } : null;
}
