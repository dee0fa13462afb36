import type { Channel, ConsumeMessage } from 'amqplib';
import { UnreachableError } from '../../domain/errors.js';
import type { AmqpConnection } from './amqp-connection.js';

/** A consumer's queue as it flows in: what has come stays here, unacknowledged, until it is handled. */
export interface AmqpQueue {
  /** Waits shortly for the first message; takes what is there, in the order of the queue, at most `limit`. */
  take(limit: number): Promise<ConsumeMessage[]>;
  /** Puts what was not handled back in front. */
  giveBack(messages: ConsumeMessage[]): void;
  /** These are handled: with them everything that was taken before. */
  ack(messages: ConsumeMessage[]): void;
  /** To the dead-letter queue, as what cannot even be read. */
  refuse(message: ConsumeMessage): void;
  /** Takes up to `limit` messages off the dead-letter queue; each leaves it when `keep` has resolved. */
  drainDead(limit: number, keep: (text: string, reason: string) => Promise<void>): Promise<number>;
  lost(): boolean;
  close(): Promise<void>;
}

export const PREFETCH = 200;
/** How long an idle consumer waits for a first message, and a batch for more of them. */
const FIRST_MS = 250;
const MORE_MS = 20;
/**
 * A message that came so often without being handled ends its consumer's process each time, or connections are lost all the
 * time; handlers that fail are counted by us and are given up much sooner.
 */
const DELIVERY_LIMIT = 50;

export const namesOf = (prefix: string, consumer: string) => ({
  exchange: `${prefix}.events`,
  deadExchange: `${prefix}.dead`,
  queue: `${prefix}.${consumer}`,
  deadQueue: `${prefix}.${consumer}.dead`,
});

/** Makes what is missing: the exchanges, the consumer's durable queue of all events, and its dead-letter queue. */
export async function declareQueue(
  channel: Channel,
  { prefix, queues }: Pick<AmqpConnection, 'prefix' | 'queues'>,
  consumer: string,
): Promise<void> {
  const { exchange, deadExchange, queue, deadQueue } = namesOf(prefix, consumer);
  await channel.assertExchange(exchange, 'topic', { durable: true });
  await channel.assertExchange(deadExchange, 'direct', { durable: true });
  await channel.assertQueue(deadQueue, { durable: true, arguments: { 'x-queue-type': queues } });
  await channel.bindQueue(deadQueue, deadExchange, consumer);
  const kind = {
    classic: {},
    quorum: {
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  };
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      'x-queue-type': queues,
      // Two processes of one consumer never share its events: their order would be lost.
      'x-single-active-consumer': true,
      'x-dead-letter-exchange': deadExchange,
      'x-dead-letter-routing-key': consumer,
      ...kind[queues],
    },
  });
  await channel.bindQueue(queue, exchange, '#');
}

export async function queueExists(connection: AmqpConnection, queue: string): Promise<boolean> {
  // The broker answers "no" by closing the channel.
  const channel = await connection.channel(() => undefined);
  try {
    await channel.checkQueue(queue);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return false;
    throw error;
  } finally {
    await channel.close().catch(() => undefined);
  }
}

/** Declares and subscribes. */
export async function openQueue(connection: AmqpConnection, consumer: string): Promise<AmqpQueue> {
  let lost = false;
  const held: ConsumeMessage[] = [];
  let wake = (): void => undefined;
  const channel = await connection.channel(() => {
    lost = true;
    wake();
  });
  const { queue, deadQueue } = namesOf(connection.prefix, consumer);
  await declareQueue(channel, connection, consumer);
  await channel.prefetch(PREFETCH);
  await channel.consume(queue, (message) => {
    // Null: the queue was deleted under us; the next use declares it again.
    if (message) held.push(message);
    else lost = true;
    wake();
  });
  const arrival = (withinMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      wake = () => (clearTimeout(timer), resolve());
    });
  const check = (): void => {
    if (lost) throw new UnreachableError(`The channel of ${queue} was lost`);
  };
  return {
    async take(limit) {
      while (held.length < limit && !lost) {
        const before = held.length;
        await arrival(before === 0 ? FIRST_MS : MORE_MS);
        if (held.length === before) break;
      }
      check();
      return held.splice(0, limit);
    },
    giveBack: (messages) => void held.unshift(...messages),
    ack(messages) {
      const last = messages.at(-1);
      if (last && !lost) channel.ack(last, true);
    },
    refuse(message) {
      check();
      channel.reject(message, false);
    },
    async drainDead(limit, keep) {
      for (let taken = 0; taken < limit; taken++) {
        const message = await channel.get(deadQueue);
        if (!message) return taken;
        await keep(message.content.toString(), String(message.properties.headers?.['x-first-death-reason']));
        channel.ack(message);
      }
      return limit;
    },
    lost: () => lost,
    async close() {
      await channel.close().catch(() => undefined);
    },
  };
}
