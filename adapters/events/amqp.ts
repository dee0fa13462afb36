import type { ConfirmChannel } from 'amqplib';
import { deadLetterId, readEvent, type DeadLetter } from '../../domain/events.js';
import { sha256Hex } from '../../domain/digest.js';
import { messageOf, UnreachableError } from '../../domain/errors.js';
import { Turns } from '../contention.js';
import type { DocumentsPort, EventRow, EventsPort } from '../ports.js';
import { amqpConnection, type AmqpConnection } from './amqp-connection.js';
import { namesOf, openQueue, PREFETCH, queueExists, type AmqpQueue } from './amqp-queue.js';
import { followerOf, type Outbox } from './outbox.js';
import { within } from './within.js';
import { newEvents, noteHandled } from './handled.js';

interface Beside {
  /** The outbox in the documents' store: where events are published, and what `recent` reads. */
  outbox: Outbox;
  documents: DocumentsPort;
}

/** Where a consumer stands with its queue. */
interface QueueState {
  id: string;
  at: number;
  /** True when all that was published before the queue was there has been handled from the outbox. */
  level: boolean;
}

const BATCH = 100;
const CONFIRM_MS = 20_000;
/** How often a consumer looks into its dead-letter queue. */
const DEAD_EVERY_MS = 3000;

/**
 * Events over RabbitMQ. They are published into the outbox, in one transaction with their documents; `relay` hands them
 * on in the outbox's order, with confirms, and its mark moves after them: a broker that is away loses nothing. What
 * comes twice (a relay that died between confirm and mark, a lost acknowledgement) is known by its id and left out.
 */
export function amqpEvents(address: string, { outbox, documents }: Beside): EventsPort {
  const connection = amqpConnection(address);
  const { prefix } = connection;
  const turns = new Turns();
  const queues = new Map<string, AmqpQueue>();
  const relayName = followerOf(prefix);
  const stateId = (consumer: string): string => followerOf(prefix, consumer);
  const drainedAt = new Map<string, number>();

  const queueOf = async (consumer: string): Promise<AmqpQueue> => {
    const held = queues.get(consumer);
    if (held && !held.lost()) return held;
    const opened = await connection.answered(`the queue of ${consumer}`, () =>
      openQueue(connection, consumer),
    );
    queues.set(consumer, opened);
    return opened;
  };
  /** Whether the queue has all that is new to its consumer: not where it is new, or was lost with its broker. */
  const isLevel = async (consumer: string): Promise<boolean> => {
    const held = queues.get(consumer);
    const state = await documents.get<QueueState>('consumerStates', stateId(consumer));
    if (held && !held.lost()) return state?.level ?? false;
    const there = await connection.answered('a queue', () =>
      queueExists(connection, namesOf(prefix, consumer).queue),
    );
    if (state?.level && there) return true;
    await setLevel(consumer, false);
    return false;
  };
  const setLevel = (consumer: string, level: boolean): Promise<void> =>
    documents.upsert<QueueState>('consumerStates', [{ id: stateId(consumer), at: Date.now(), level }]);

  const consumeNow: EventsPort['consume'] = async (consumer, handle, { limit = BATCH } = {}) => {
    const seen = { documents, consumer };
    const level = await isLevel(consumer);
    // Declared before the outbox is read: what is published from now on is in the queue.
    const queue = await queueOf(consumer);
    if (!level) {
      const caughtUp = await outbox.consume(
        stateId(consumer),
        async (events) => {
          const fresh = await newEvents(seen, events);
          if (fresh.length > 0) await handle(fresh);
          await noteHandled(seen, fresh);
        },
        { limit },
      );
      if (caughtUp > 0) return caughtUp;
      await setLevel(consumer, true);
    }
    const messages = await queue.take(Math.min(limit, PREFETCH));
    const readable = messages.filter((message) => readEvent(message.content.toString()) !== null);
    for (const message of messages) if (!readable.includes(message)) queue.refuse(message);
    try {
      const events = readable.flatMap((message) => readEvent(message.content.toString()) ?? []);
      const fresh = await newEvents(seen, events);
      if (fresh.length > 0) await handle(fresh);
      await noteHandled(seen, fresh);
    } catch (error) {
      queue.giveBack(readable);
      throw error;
    }
    const last = readable.at(-1);
    if (last) await outbox.reach(stateId(consumer), readEvent(last.content.toString())?.id ?? '');
    queue.ack(readable);
    if (Date.now() - (drainedAt.get(consumer) ?? 0) > DEAD_EVERY_MS) {
      drainedAt.set(consumer, Date.now());
      const keep = (text: string, reason: string) => keepDead(documents, { consumer, text, reason });
      await connection.answered('dead letters', () => queue.drainDead(BATCH, keep));
    }
    return messages.length;
  };

  return {
    publish: (events) => outbox.publish(events),
    recent: (query) => outbox.recent(query),
    relay: () =>
      turns.take('the relay', () =>
        connection.guarded(() =>
          outbox.consume(relayName, (events) => sendAll(connection, events), { limit: BATCH }),
        ),
      ),
    consume: (consumer, handle, options) =>
      turns.take(`consumer ${consumer}`, () =>
        connection.guarded(() => consumeNow(consumer, handle, options)),
      ),
    async progress(consumers) {
      const names = [relayName, ...consumers.map(stateId)];
      const rows = await outbox.progress(names);
      return rows.map((row, i) => ({ ...row, consumer: i === 0 ? 'relay' : (consumers[i - 1] ?? '') }));
    },
    outbox: (consumers) => outbox.outbox([relayName, ...consumers.map(stateId)]),
    prune: ({ consumers, ...wanted }) =>
      outbox.prune({ consumers: [relayName, ...consumers.map(stateId)], ...wanted }),
    async close() {
      for (const queue of queues.values()) await queue.close();
      queues.clear();
      await connection.close();
      await outbox.close();
    },
  };
}

/** @throws UnreachableError where the broker does not confirm all of them in time. */
async function sendAll(connection: AmqpConnection, events: EventRow[]): Promise<void> {
  const channel = await connection.publisher();
  const { exchange } = namesOf(connection.prefix, '');
  await connection.answered('the exchange', () =>
    channel.assertExchange(exchange, 'topic', { durable: true }),
  );
  for (const event of events)
    channel.publish(exchange, event.type.slice(0, 255), Buffer.from(JSON.stringify(event)), {
      persistent: true,
      messageId: event.id,
      type: event.type,
      timestamp: Math.floor(event.at / 1000),
      contentType: 'application/json',
      contentEncoding: 'utf-8',
    });
  await confirmed(channel).catch(async (error: unknown) => {
    // What is confirmed late belongs to messages that are sent again: the next batch takes a connection of its own.
    await connection.drop();
    throw new UnreachableError(`RabbitMQ did not confirm ${events.length} events: ${messageOf(error)}`);
  });
}

async function confirmed(channel: ConfirmChannel): Promise<void> {
  let onClose = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    // The client leaves unconfirmed messages of a lost channel waiting for ever.
    onClose = () => reject(new Error('the connection was lost'));
    channel.once('close', onClose);
  });
  try {
    await within(CONFIRM_MS, 'It', Promise.race([channel.waitForConfirms(), late]));
  } finally {
    channel.off('close', onClose);
  }
}

const REASONS: Record<string, string> = {
  delivery_limit: 'it was delivered again and again and never handled: its consumer ended each time',
  rejected: 'it is no event that can be read',
};

/** A message that the broker gave up becomes a dead letter like those of the outbox; one that is known stays as it is. */
async function keepDead(
  documents: DocumentsPort,
  dead: { consumer: string; text: string; reason: string },
): Promise<void> {
  const { consumer, text, reason } = dead;
  const now = Date.now();
  const event = readEvent(text) ?? {
    id: `unreadable_${sha256Hex(text).slice(0, 24)}`,
    type: 'unreadable',
    at: now,
    payload: { text: text.slice(0, 60_000) },
  };
  const error = `Given up by the broker: ${REASONS[reason] ?? reason}`;
  const id = deadLetterId(consumer, event.id);
  const letter = { id, consumer, type: event.type, event, error, attempts: 1, at: now };
  await documents.insert<DeadLetter>('deadLetters', [{ ...letter, state: 'dead' }]);
}
