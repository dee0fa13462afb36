import type { Ports } from '../../adapters/ports.js';
import { InvalidInputError, messageOf } from '../../domain/errors.js';
import { messageOf as composed } from '../../domain/notifications/messages.js';
import { quietUntil } from '../../domain/notifications/quiet.js';
import {
  failedDelivery,
  noted,
  type Delivery,
  type Subscription,
} from '../../domain/notifications/subscriptions.js';

const AT_ONCE = 50;
const HOUR_MS = 3_600_000;
/** Longer than any channel waits: a try whose process died is made again after this. */
const CLAIM_MS = 60_000;
/** A subscription that is active again sends what has waited within this. */
const PAUSED_MS = 300_000;

/** What was sent is kept for so long. */
const KEPT_MS = 30 * 86_400_000;
const REMOVED_AT_ONCE = 500;
const TIDY_EVERY_MS = 3_600_000;

/** The sender's step: what is due, and now and then what was sent long ago. */
export function sendingOf(ports: Ports): () => Promise<number> {
  let tidiedAt = -Infinity;
  return async () => {
    if (ports.now() - tidiedAt > TIDY_EVERY_MS) {
      tidiedAt = ports.now();
      await removeOld(ports);
    }
    return sendDue(ports);
  };
}

async function removeOld(ports: Ports): Promise<void> {
  const range = { to: ports.now() - KEPT_MS };
  const query = { where: { state: 'sent' }, range, order: 'oldest', limit: REMOVED_AT_ONCE } as const;
  for (let removed = REMOVED_AT_ONCE; removed === REMOVED_AT_ONCE;) {
    const { items } = await ports.documents.find<Delivery>('deliveries', query);
    const ids = items.map(({ id }) => id);
    removed = await ports.documents.remove('deliveries', ids);
  }
}

/** Sends what is due: the subscriptions beside each other, so that a slow receiver holds up only its own. */
export async function sendDue(ports: Ports): Promise<number> {
  const query = {
    where: { state: 'waiting' },
    range: { to: ports.now() + 1 },
    order: 'oldest',
    limit: AT_ONCE,
  } as const;
  const { items } = await ports.documents.find<Delivery>('deliveries', query);
  const groups = new Map<string, Delivery[]>();
  for (const delivery of items)
    groups.set(delivery.subscription, [...(groups.get(delivery.subscription) ?? []), delivery]);
  const sending = [...groups].map(async ([id, own]) => {
    const subscription = await ports.documents.get<Subscription>('subscriptions', id);
    for (const delivery of own) await sendOne(ports, subscription, delivery);
  });
  const outcomes = await Promise.allSettled(sending);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return items.length;
}

async function sendOne(ports: Ports, subscription: Subscription | null, delivery: Delivery): Promise<void> {
  const now = ports.now();
  if (!subscription) {
    const gone = { at: now, outcome: 'dead', detail: 'The subscription was removed' } as const;
    await change(ports, delivery.id, (held) => noted(held, gone, { state: 'dead', error: gone.detail }));
    return;
  }
  const wait = await waitOf(ports, subscription, delivery, now);
  if (wait) {
    const { until, ...note } = wait;
    await change(ports, delivery.id, (held) => noted(held, { at: now, ...note }, { dueAt: until }));
    return;
  }
  const claimed = await claim(ports, delivery.id);
  if (!claimed) return;
  try {
    const detail = await ports.channels.send(subscription.channel, composed(claimed, subscription.name));
    const at = ports.now();
    await change(ports, delivery.id, (held) =>
      noted(held, { at, outcome: 'sent', detail }, { state: 'sent', error: null, dueAt: at }),
    );
  } catch (error) {
    const failure = { at: ports.now(), message: messageOf(error), final: error instanceof InvalidInputError };
    await change(ports, delivery.id, (held) => failedDelivery(held, failure));
  }
}

/** Why it has to wait, and until when. Quiet hours and limits delay, they never drop. */
async function waitOf(
  ports: Ports,
  subscription: Subscription,
  delivery: Delivery,
  now: number,
): Promise<{ until: number; outcome: 'quiet' | 'limited' | 'paused'; detail: string } | null> {
  if (subscription.state === 'paused')
    return { until: now + PAUSED_MS, outcome: 'paused', detail: 'The subscription is paused' };
  const quietEnd = quietUntil(subscription.quietHours, now);
  if (quietEnd !== null)
    return { until: quietEnd, outcome: 'quiet', detail: `Quiet until ${new Date(quietEnd).toISOString()}` };
  const { perHour } = subscription;
  if (perHour === null) return null;
  const limit = { capacity: perHour, refillPerSecond: perHour / 3600 };
  const { waitMs } = await ports.cache.take(`notifications/${subscription.id}`, limit);
  if (waitMs <= 0) return null;
  const detail = `More than ${perHour} an hour`;
  if (delivery.log.some(({ outcome }) => outcome === 'limited'))
    return { until: now + waitMs, outcome: 'limited', detail };
  // Behind those that wait already, so that thousands do not ask again together each time that one may go.
  const ahead = await ports.documents.count('deliveries', {
    where: { subscription: subscription.id, state: 'waiting' },
    range: { from: now + 1 },
  });
  return { until: now + waitMs + (ahead * HOUR_MS) / perHour, outcome: 'limited', detail };
}

/** Takes a delivery for one try; null where it is not due any more. */
async function claim(ports: Ports, id: string): Promise<Delivery | null> {
  const now = ports.now();
  let mine = false;
  const claimed = await ports.documents.update<Delivery>('deliveries', id, (held) => {
    const delivery = held as Delivery;
    mine = delivery.state === 'waiting' && delivery.dueAt <= now;
    return mine ? { ...delivery, attempts: delivery.attempts + 1, dueAt: now + CLAIM_MS } : delivery;
  });
  return mine ? claimed : null;
}

const change = (ports: Ports, id: string, how: (held: Delivery) => Delivery): Promise<Delivery> =>
  ports.documents.update<Delivery>('deliveries', id, (held) => how(held as Delivery));
