import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { EVENTS, openEvents as openEventsAt, type EventsBeside } from '../../adapters/events/index.js';
import { slowest } from '../../adapters/events/outbox.js';
import type { EventRow, EventsPort } from '../../adapters/ports.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { rabbitmq } from '../../infra/test-servers/rabbitmq.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';

/** Of a broker: the documents and their outbox, by the address of the broker. */
const besides = new Map<string, EventsBeside>();
/** Brokers whose queues are there before the first event; else what was published before is caught up from the outbox. */
const primed = new Map<string, Promise<void> | null>();

function brokerAddress(address: string, queues: string): string {
  const made = `amqp://guest:guest@${address}/?prefix=${newName()}&queues=${queues}`;
  const documentsUrl = `sqlite:${join(temporaryDirectory(), 'x.db')}`;
  besides.set(made, { documentsUrl, documents: openDocuments(documentsUrl) });
  return made;
}

const BACKENDS: Backend[] = [
  { scheme: 'amqp', server: rabbitmq, fresh: (address) => brokerAddress(address, 'classic') },
  {
    scheme: 'amqp',
    name: 'amqp: through quorum queues',
    server: rabbitmq,
    fresh(address) {
      const made = brokerAddress(address, 'quorum');
      primed.set(made, null);
      return made;
    },
  },
  { scheme: 'sqlite', fresh: () => `sqlite:${join(temporaryDirectory(), 'x.db')}` },
  { scheme: 'mongodb', server: mongo, fresh: (address) => `mongodb://${address}/${newName()}` },
];
/** The same backend by the name that addresses found through DNS have. */
const ALIASES = new Set(['mongodb+srv', 'amqps']);

const opened: EventsPort[] = [];
function openEvents(address: string): EventsPort {
  const events = openEventsAt(address, besides.get(address));
  opened.push(events);
  const { relay } = events;
  if (!relay) return events;
  const prime = async (): Promise<void> => {
    if (!primed.has(address)) return;
    const declare = async (): Promise<void> => {
      for (const name of ['first', 'second', 'c']) await events.consume(name, async () => undefined);
    };
    const declaring = primed.get(address) ?? declare();
    primed.set(address, declaring);
    await declaring;
  };
  return {
    ...events,
    async publish(rows) {
      await prime();
      await events.publish(rows);
    },
    async consume(...args) {
      await relay();
      return events.consume(...args);
    },
  };
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  for (const { documents } of besides.values()) await documents.close();
});

const event = (id: string, type = 'bars.closed', at = 5): EventRow => ({
  id,
  type,
  at,
  payload: { id, deep: [1, null] },
});

it('are tested for every backend', () => {
  const schemes = Object.keys(EVENTS).filter((scheme) => !ALIASES.has(scheme));
  expect([...new Set(BACKENDS.map(({ scheme }) => scheme))].sort()).toEqual(schemes.sort());
});

for (const { name, reason, open } of await readyBackends('events', BACKENDS))
  describe.skipIf(reason !== null)(`the ${name} events ${reason ?? ''}`, () => contract(open));

function contract(fresh: () => string): void {
  it('are one event for one id', async () => {
    const events = openEvents(fresh());
    await events.publish([event('1'), event('2'), event('1')]);
    await events.publish([event('2'), event('3')]);
    await events.publish([]);
    expect((await events.recent({ limit: 10 })).map((each) => each.id)).toEqual(['3', '2', '1']);
  });

  it('reach each consumer once, in order, from where it stood', async () => {
    const address = fresh();
    const events = openEvents(address);
    await events.publish(['1', '2', '3'].map((id) => event(id)));
    const seen: EventRow[] = [];
    const take = async (more: EventRow[]): Promise<void> => void seen.push(...more);
    expect(await events.consume('first', take, { limit: 2 })).toBe(2);
    await events.close();
    const later = openEvents(address);
    expect(await later.consume('first', take)).toBe(1);
    expect(await later.consume('first', take)).toBe(0);
    expect(seen).toEqual([event('1'), event('2'), event('3')]);
    expect(await later.consume('second', take)).toBe(3);
  });

  it('come again where handling failed', async () => {
    const events = openEvents(fresh());
    await events.publish([event('1')]);
    const fail = async (): Promise<void> => {
      throw new Error('not now');
    };
    await expect(events.consume('c', fail)).rejects.toThrow('not now');
    expect(await events.consume('c', async () => undefined)).toBe(1);
  });

  it('are not handled twice by calls of one consumer at the same time', async () => {
    const events = openEvents(fresh());
    await events.publish(Array.from({ length: 10 }, (_, i) => event(`${i}`)));
    const seen: string[] = [];
    const slow = async (more: EventRow[]): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(...more.map((each) => each.id));
    };
    await Promise.all([1, 2, 3].map(() => events.consume('c', slow, { limit: 4 })));
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
  });

  it('are listed by type, newest first', async () => {
    const events = openEvents(fresh());
    await events.publish([event('1'), event('2', 'other'), event('3')]);
    expect((await events.recent({ type: 'bars.closed', limit: 1 })).map((each) => each.id)).toEqual(['3']);
    expect(await events.recent({ type: 'none', limit: 5 })).toEqual([]);
  });

  it('are all numbered, and none is lost or doubled, when many publish at once', async () => {
    const address = fresh();
    const several = [openEvents(address), openEvents(address), openEvents(address)];
    const ids = Array.from({ length: 30 }, (_, i) => `e${i}`);
    await Promise.all(ids.map((id, i) => several[i % 3]?.publish([event(id), event('same')])));
    const seen: string[] = [];
    await several[0]?.consume('c', async (more) => void seen.push(...more.map(({ id }) => id)));
    expect(seen.sort()).toEqual([...ids, 'same'].sort());
  });

  it('tell how far each consumer is behind', async () => {
    const events = openEvents(fresh());
    await events.publish([event('1'), event('2'), event('3')]);
    const lags = async (): Promise<unknown> =>
      (await events.progress(['first', 'second']))
        .filter(({ consumer }) => consumer !== 'relay')
        .map(({ consumer, lag, oldestAt }) => [consumer, lag, oldestAt]);
    expect(await lags()).toEqual([
      ['first', 3, 5],
      ['second', 3, 5],
    ]);
    await events.consume('first', async () => undefined);
    expect(await lags()).toEqual([
      ['first', 0, null],
      ['second', 3, 5],
    ]);
  });

  it('leave the outbox when they are old and all have passed them, so many at a time', async () => {
    const events = openEvents(fresh());
    const consumers = ['first', 'second'];
    const prune = (before: number, limit = 10) => events.prune({ consumers, before, limit });
    await events.publish([1, 2, 3, 4, 5].map((n) => event(`${n}`, 'bars.closed', n)));
    expect(await prune(100)).toBe(0);
    await events.consume('first', async () => undefined);
    expect(await prune(100)).toBe(0);
    await events.consume('second', async () => undefined, { limit: 2 });
    const waiting = { pending: 3, oldestPendingAt: 3, heldBy: 'second' };
    expect(await events.outbox(consumers)).toEqual({ events: 5, delivered: 2, oldestAt: 1, ...waiting });
    expect([await prune(100, 1), await prune(100), await prune(100)]).toEqual([1, 1, 0]);
    expect((await events.recent({ limit: 9 })).map(({ id }) => id)).toEqual(['5', '4', '3']);
    while ((await events.consume('second', async () => undefined)) > 0);
    expect([await prune(4), await prune(4)]).toEqual([1, 0]);
    // The latest stays, so that what comes after it is behind every mark.
    expect([await prune(100), await prune(100)]).toEqual([1, 0]);
    const none = { pending: 0, oldestPendingAt: null, heldBy: null };
    expect(await events.outbox(consumers)).toEqual({ events: 1, delivered: 1, oldestAt: 5, ...none });
    await events.publish([event('6')]);
    const seen: string[] = [];
    for (const name of consumers)
      await events.consume(name, async (more) => void seen.push(...more.map(({ id }) => id)));
    expect(seen).toEqual(['6', '6']);
  });

  it('stay for a follower that nobody named, and behind one that is dated ahead', async () => {
    const events = openEvents(fresh());
    const consumers = ['first'];
    const prune = () => events.prune({ consumers, before: 100, limit: 10 });
    await events.publish([event('1'), event('2', 'x', 999), event('3'), event('4'), event('5')]);
    await events.consume('mine', async () => undefined, { limit: 3 });
    await events.consume('first', async () => undefined);
    expect([await prune(), await prune()]).toEqual([2, 0]);
    expect((await events.recent({ limit: 9 })).map(({ id }) => id)).toEqual(['5', '4', '2']);
    expect((await events.outbox(consumers)).heldBy).toBe('mine');
  });

  it('close twice without harm', async () => {
    const events = openEvents(fresh());
    await events.close();
    await events.close();
  });
}

it('are held by the follower that is furthest behind, however events reach it now', () => {
  const marks = [
    { name: 'aggregates', mark: 7 },
    { name: 'amqp:old', mark: 2 },
    { name: 'amqp:old/aggregates', mark: 1 },
  ];
  expect(slowest(marks, ['aggregates'])).toEqual({ name: 'aggregates', mark: 7 });
  expect(slowest(marks, ['amqp:new', 'amqp:new/aggregates'])).toEqual({ name: 'relay', mark: 0 });
  const begun = [...marks, { name: 'amqp:new', mark: 9 }, { name: 'amqp:new/aggregates', mark: 8 }];
  expect(slowest(begun, ['amqp:new', 'amqp:new/aggregates'])).toEqual({ name: 'aggregates', mark: 8 });
  const mine = [...begun, { name: 'mine', mark: 3 }];
  expect(slowest(mine, ['amqp:new', 'amqp:new/aggregates'])).toEqual({ name: 'mine', mark: 3 });
  expect(slowest([], [])).toBeNull();
});

it('names the known schemes', () => {
  expect(() => openEventsAt('x')).toThrow(/Unknown address "x" in EVENTS_URL; known schemes: .*sqlite:/);
});
