import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'amqplib';
import { afterEach, describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { openEvents } from '../../adapters/events/index.js';
import type { DocumentsPort, EventRow, EventsPort } from '../../adapters/ports.js';
import type { DeadLetter } from '../../domain/events.js';
import { rabbitmq } from '../../infra/test-servers/rabbitmq.js';
import { newName, realServer } from '../servers.js';
import { temporaryDirectory } from './directories.js';

interface Broker {
  address: string;
  prefix: string;
  events: EventsPort;
  documents: DocumentsPort;
  /** Another process on the same stores. */
  again(): EventsPort;
}

const { server, reason } = await realServer('events amqp: with faults', rabbitmq);
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function newBroker(queues = 'classic'): Broker {
  const prefix = newName();
  const address = `amqp://guest:guest@${server?.address}/?prefix=${prefix}&queues=${queues}`;
  const documentsUrl = `sqlite:${join(temporaryDirectory(), 'x.db')}`;
  const documents = openDocuments(documentsUrl);
  closing.push(() => documents.close());
  const again = (): EventsPort => {
    const events = openEvents(address, { documentsUrl, documents });
    closing.unshift(() => events.close());
    return events;
  };
  return { address, prefix, events: again(), documents, again };
}

const made = (from: number, to: number): EventRow[] =>
  Array.from({ length: to - from }, (_, i) => ({
    id: `e${from + i}`,
    type: i % 2 ? 'article.scored' : 'article.collected',
    at: from + i,
    payload: { entity: i % 3 },
  }));
const idsOf = (events: EventRow[]): string[] => events.map(({ id }) => id);
const declared = (events: EventsPort): Promise<number> => events.consume('c', async () => undefined);

/** As a worker's loop does: what fails is tried again. */
async function until(reached: () => boolean, step: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!reached()) {
    if (Date.now() > deadline) throw new Error('not reached within a minute');
    await step().catch(() => wait(100));
  }
}

describe.skipIf(reason !== null)(`events over a broker ${reason ?? ''}`, () => {
  it(
    'survive kill -9 of the broker in the middle: each handled once, in order',
    { timeout: 90_000 },
    async () => {
      const { events } = newBroker();
      await declared(events);
      const all = made(0, 1000);
      await events.publish(all);
      const applied: string[] = [];
      const relayed = until(
        () => applied.length >= all.length,
        async () => ((await events.relay?.()) === 0 ? wait(20) : undefined),
      );
      const consumed = until(
        () => applied.length >= all.length,
        () => events.consume('c', async (batch) => void applied.push(...idsOf(batch)), { limit: 20 }),
      );
      await expect.poll(() => applied.length, { timeout: 20_000 }).toBeGreaterThan(100);
      await server?.kill();
      const before = applied.length;
      expect(before).toBeLessThan(all.length);
      await expect(events.relay?.() ?? Promise.resolve()).rejects.toThrow(/RabbitMQ at .* does not answer/);
      await events.publish(made(1000, 1100));
      all.push(...made(1000, 1100));
      await server?.restart();
      await Promise.all([relayed, consumed]);
      await until(
        () => applied.length >= all.length,
        async () => {
          await events.relay?.();
          await events.consume('c', async (batch) => void applied.push(...idsOf(batch)));
        },
      );
      expect(applied).toEqual(idsOf(all));
    },
  );

  it('are published while the broker is away, and wait in the outbox', { timeout: 60_000 }, async () => {
    const { events } = newBroker();
    await server?.kill();
    await events.publish(made(0, 5));
    await expect(events.relay?.() ?? Promise.resolve()).rejects.toThrow(/does not answer/);
    await expect(declared(events)).rejects.toThrow(/does not answer/);
    expect(await events.progress(['c'])).toEqual([
      { consumer: 'relay', lag: 5, oldestAt: 0 },
      { consumer: 'c', lag: 5, oldestAt: 0 },
    ]);
    expect(idsOf(await events.recent({ limit: 1 }))).toEqual(['e4']);
    await server?.restart();
    const applied: string[] = [];
    await events.relay?.();
    await until(
      () => applied.length === 5,
      () => events.consume('c', async (batch) => void applied.push(...idsOf(batch))),
    );
    expect(applied).toEqual(idsOf(made(0, 5)));
  });

  it('that a relay sends twice, or another process gets again, have one effect', async () => {
    const { events, again, address, prefix } = newBroker();
    await declared(events);
    await events.publish(made(0, 10));
    await events.relay?.();
    // A relay that died between the confirm and its mark.
    await resend(address, prefix, made(0, 10));
    const applied: string[] = [];
    const take = async (batch: EventRow[]): Promise<void> => void applied.push(...idsOf(batch));
    expect(await events.consume('c', take, { limit: 4 })).toBe(4);
    await events.close();
    const later = again();
    while ((await later.consume('c', take)) > 0);
    expect(applied).toEqual(idsOf(made(0, 10)));
  });

  it('come again in order after a process that died while it handled them', async () => {
    const { events, again } = newBroker();
    await declared(events);
    await events.publish(made(0, 30));
    await events.relay?.();
    const dying = events.consume('c', () => Promise.reject(new Error('died')), { limit: 10 });
    await expect(dying).rejects.toThrow('died');
    await events.close();
    const applied: string[] = [];
    const later = again();
    while ((await later.consume('c', async (batch) => void applied.push(...idsOf(batch)), { limit: 7 })) > 0);
    expect(applied).toEqual(idsOf(made(0, 30)));
  });

  it('that cannot be read become dead letters, and what is behind them goes on', async () => {
    const { events, documents, address, prefix } = newBroker();
    await declared(events);
    await resend(address, prefix, ['{"id": 5', '[]', 'x'.repeat(100_000)] as never[]);
    await events.publish(made(0, 2));
    await events.relay?.();
    const applied: string[] = [];
    await until(
      () => applied.length === 2,
      () => events.consume('c', async (batch) => void applied.push(...idsOf(batch))),
    );
    const letters = async (): Promise<DeadLetter[]> => {
      await declared(events);
      return (await documents.find<DeadLetter>('deadLetters', {})).items;
    };
    await expect.poll(async () => (await letters()).length, { timeout: 20_000, interval: 500 }).toBe(3);
    expect((await letters()).map(({ state, type, consumer }) => [state, type, consumer])).toEqual(
      Array.from({ length: 3 }, () => ['dead', 'unreadable', 'c']),
    );
  });

  it('that a quorum queue gives up become dead letters, too', { timeout: 60_000 }, async () => {
    const { events, documents, again } = newBroker('quorum');
    await declared(events);
    await events.publish(made(0, 1));
    await events.relay?.();
    await events.close();
    for (let lives = 0; lives <= 50; lives++) {
      const dying = again();
      await dying.consume('c', () => Promise.reject(new Error('died'))).catch(() => undefined);
      await dying.close();
    }
    const later = again();
    const letters = async (): Promise<DeadLetter[]> => {
      await declared(later);
      return (await documents.find<DeadLetter>('deadLetters', {})).items;
    };
    await expect.poll(async () => (await letters()).length, { timeout: 20_000, interval: 500 }).toBe(1);
    const [letter] = await letters();
    expect(letter).toMatchObject({ event: { id: 'e0' }, error: expect.stringContaining('again and again') });
  });

  it('of a queue that was lost with its broker are taken from the outbox', async () => {
    const { events, again, address, prefix } = newBroker();
    await declared(events);
    const applied: string[] = [];
    const take = async (batch: EventRow[]): Promise<void> => void applied.push(...idsOf(batch));
    await events.publish(made(0, 4));
    await events.relay?.();
    await events.consume('c', take, { limit: 2 });
    await events.close();
    const client = await connect(address);
    const channel = await client.createChannel();
    await channel.deleteQueue(`${prefix}.c`);
    await client.close();
    const later = again();
    await later.publish(made(4, 6));
    await later.relay?.();
    while ((await later.consume('c', take)) > 0);
    expect(applied).toEqual(idsOf(made(0, 6)));
  });

  it('tell a wrong password and an unknown vhost, without the password', async () => {
    for (const [user, vhost] of [
      ['guest:wr0ng', ''],
      ['guest:guest', 'none'],
    ]) {
      const documentsUrl = `sqlite:${join(temporaryDirectory(), 'x.db')}`;
      const documents = openDocuments(documentsUrl);
      const events = openEvents(`amqp://${user}@${server?.address}/${vhost}`, { documentsUrl, documents });
      await events.publish(made(0, 1));
      const fault = await events.relay?.().then(() => '', String);
      expect(fault).toMatch(/UnreachableError: RabbitMQ at amqp:\/\/127.*/);
      expect(fault).not.toContain('wr0ng');
      await events.close();
      await documents.close();
    }
  });
});

it('name what is wrong with an address', () => {
  const open = (address: string) => () =>
    openEvents(address, { documentsUrl: 'sqlite:x', documents: {} as never });
  expect(open('amqp://a b')).toThrow(/Unusable address/);
  expect(open('amqp://h/?queues=fast')).toThrow(/queues=fast in EVENTS_URL must be classic or quorum/);
  expect(open('amqp://h/?prefix=a%20b')).toThrow(/prefix=a b in EVENTS_URL must be/);
});

/** What is no event goes as it is. */
async function resend(address: string, prefix: string, events: (EventRow | string)[]): Promise<void> {
  const client = await connect(address);
  const channel = await client.createConfirmChannel();
  for (const event of events)
    channel.publish(
      `${prefix}.events`,
      typeof event === 'string' ? 'odd' : event.type,
      Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)),
    );
  await channel.waitForConfirms();
  await client.close();
}
