import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Delivery, Facts } from './subscriptions.js';

/** What a channel is given to send. */
export interface Message {
  /** The delivery's id: the same on each try, so that a receiver knows what it has. */
  id: string;
  subscription: string;
  /** One line. */
  title: string;
  /** A few lines of plain text. */
  text: string;
  /** For programs. */
  body: Record<string, unknown>;
}

/** How old a signed request may be when it is checked, seconds. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/** `t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`: the time is signed, so that a request cannot be replayed later. */
export const signature = (secret: string, seconds: number, body: string): string =>
  `t=${seconds},v1=${bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(`${seconds}.${body}`)))}`;

export function messageOf(delivery: Delivery, name: string): Message {
  const { id, event, facts } = delivery;
  const title = oneLine(`${event.type}: ${headline(event.payload, facts)}`).slice(0, 200);
  const lines = [
    facts.title && oneLine(facts.title),
    facts.url,
    facts.tickers.length > 0 ? `Assets: ${facts.tickers.join(', ')}` : null,
    facts.sources.length > 0 ? `Source: ${facts.sources.join(', ')}` : null,
    ...Object.entries(event.payload).map(([key, value]) => `${key}: ${plain(value)}`),
    `At ${new Date(event.at).toISOString()}, told by the subscription "${name}"`,
  ];
  const text = lines
    .filter((line) => line !== null)
    .join('\n')
    .slice(0, 8000);
  const { type, at, payload } = event;
  const happened = { id: event.id, type, at: new Date(at).toISOString(), payload };
  return {
    id,
    subscription: name,
    title,
    text,
    body: { id, subscription: delivery.subscription, event: happened, facts },
  };
}

function headline(payload: Record<string, unknown>, facts: Facts): string {
  const outcome = outcomeOf(payload);
  if (outcome !== null) return outcome;
  // Of a score its label, of a drift what has moved.
  const told = payload['label'] ?? payload['families'];
  const label = typeof told === 'string' ? `${told}, ` : '';
  const what = facts.title ?? facts.stream ?? facts.tickers.join(', ');
  return `${label}${what || Object.values(payload).map(plain).join(' ')}`;
}

/** Of a prediction that came out: what was expected, what came, and whether it was right. */
function outcomeOf({
  settlementId,
  stream,
  model,
  horizonBars,
  mean,
  realised,
  ...more
}: Record<string, unknown>) {
  if (typeof settlementId !== 'string' || typeof stream !== 'string') return null;
  const what = `${stream}, ${plain(model)}, ${plain(horizonBars)} bars ahead`;
  if (typeof realised !== 'number') return `${what}: no outcome, ${plain(more['reason'])}`;
  const { directionRight, inside } = more;
  const side = directionRight === null ? 'no direction' : directionRight ? 'right side' : 'wrong side';
  return `${what}: expected ${plain(mean)}, came ${realised}; ${side}, ${inside ? 'inside' : 'outside'} the interval`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

const plain = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, 500) : (JSON.stringify(value) ?? '').slice(0, 500);
