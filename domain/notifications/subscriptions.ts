import { sha256Hex } from '../digest.js';
import { backOff, ofType, type EventRow } from '../events.js';
import type { QuietHours } from './quiet.js';

/** Where a notification goes. Secrets in it (a webhook's key, a Slack address) are never shown again. */
export type Channel =
  | { kind: 'webhook'; url: string; secret: string }
  | { kind: 'slack'; url: string }
  | { kind: 'email'; to: string[] };

/** Who wants to be told of what. Members of `filters` that are given must all hold. */
export interface Subscription {
  /** `sub_` and 16 hex digits. */
  id: string;
  name: string;
  channel: Channel;
  /** `article.collected`, `article.*`, `*`. */
  types: string[];
  filters: Filters;
  quietHours: QuietHours | null;
  /** Notifications an hour; those above wait. Null: no limit. */
  perHour: number | null;
  state: 'active' | 'paused';
  createdAt: number;
  createdBy: string;
  tenant: string;
  updatedAt: number;
}

export interface Filters {
  /** Any of these base assets is spoken of, or traded in the stream. */
  tickers?: string[];
  /** Names of feeds or news sources. */
  sources?: string[];
  /** `binance/BTC-USDT/1h`. */
  streams?: string[];
}

/** One notification to one subscription: waits until it is due, then is sent once, with tries. */
export interface Delivery {
  /** `ntf_` and 24 hex digits of the subscription and the event: the same event is one delivery. */
  id: string;
  subscription: string;
  event: EventRow;
  facts: Facts;
  state: 'waiting' | 'sent' | 'dead';
  /** Not before, epoch ms. */
  dueAt: number;
  createdAt: number;
  attempts: number;
  error: string | null;
  log: DeliveryNote[];
}

export interface DeliveryNote {
  at: number;
  outcome: 'sent' | 'failed' | 'quiet' | 'limited' | 'paused' | 'dead' | 'retried';
  detail: string;
}

/** What an event speaks of, beside what it says itself. */
export interface Facts {
  tickers: string[];
  sources: string[];
  stream: string | null;
  /** Of an article. */
  title: string | null;
  url: string | null;
}

export const DELIVERY_ATTEMPTS = 8;
const NOTES = 30;
const RETRY = { first: 10_000, most: 3_600_000 };

export const deliveryId = (subscription: string, eventId: string): string =>
  `ntf_${sha256Hex(`${subscription}/${eventId}`).slice(0, 24)}`;

/** Whether a subscription wants an event. What happened before it was made is not told. */
export function wants(subscription: Subscription, event: EventRow, facts: Facts): boolean {
  const { types, filters, createdAt } = subscription;
  if (event.at < createdAt || !types.some((pattern) => ofType(event.type, pattern))) return false;
  const any = (wanted: string[] | undefined, found: string[]): boolean =>
    wanted === undefined || wanted.some((each) => found.includes(each));
  return (
    any(filters.tickers, facts.tickers) &&
    any(filters.sources, facts.sources) &&
    any(filters.streams, facts.stream === null ? [] : [facts.stream])
  );
}

export const newDelivery = (
  subscription: Subscription,
  told: { event: EventRow; facts: Facts; now: number },
): Delivery => ({
  id: deliveryId(subscription.id, told.event.id),
  subscription: subscription.id,
  event: told.event,
  facts: told.facts,
  state: 'waiting',
  dueAt: told.now,
  createdAt: told.now,
  attempts: 0,
  error: null,
  log: [],
});

/** A delivery with one more note; of many the latest are kept. */
export const noted = (delivery: Delivery, note: DeliveryNote, changes: Partial<Delivery> = {}): Delivery => ({
  ...delivery,
  ...changes,
  log: [...delivery.log, note].slice(-NOTES),
});

/** After a try that failed: later again, or given up where it is final or was the last. */
export function failedDelivery(
  delivery: Delivery,
  failure: { at: number; message: string; final: boolean },
): Delivery {
  const { at, message, final } = failure;
  const over = final || delivery.attempts >= DELIVERY_ATTEMPTS;
  return noted(
    delivery,
    { at, outcome: over ? 'dead' : 'failed', detail: message.slice(0, 500) },
    {
      state: over ? 'dead' : 'waiting',
      error: message.slice(0, 500),
      dueAt: over ? at : at + backOff(delivery.attempts, RETRY),
    },
  );
}
