import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { eventLoops } from '../../activities/events/loops.js';
import { followEvents, type Consumer } from '../../activities/events/handling.js';
import { outboxPruning } from '../../activities/events/pruning.js';
import { openDocuments } from '../../adapters/documents/index.js';
import { openEvents } from '../../adapters/events/index.js';
import type { EventRow, Ports } from '../../adapters/ports.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { CONSUMERS, type ConsumerState, type DeadLetter } from '../../domain/events.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { rabbitmq } from '../../infra/test-servers/rabbitmq.js';
import { startConsumers } from '../../workers/consumers.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from '../temporal.js';
import { atEnd } from '../at-end.js';

/** Of a broker, beside its documents in a file; else documents and events lie at one address. */
const BACKENDS: Backend[] = [
  { scheme: 'sqlite', fresh: () => fileAddress() },
  { scheme: 'mongodb', server: mongo, fresh: (address) => `mongodb://${address}/${newName()}` },
  {
    scheme: 'amqp',
    server: rabbitmq,
    fresh: (address) => `amqp://guest:guest@${address}/?prefix=${newName()}`,
  },
];

function fileAddress(): string {
  const directory = temporaryDirectory();
  atEnd(() => directory.remove());
  return `sqlite:${join(directory.path, 'x.db')}`;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function portsAt(address: string): Ports {
  const documentsUrl = address.startsWith('amqp') ? fileAddress() : address;
  const documents = openDocuments(documentsUrl);
  const events = openEvents(address, { documentsUrl, documents });
  closing.push(
    () => events.close(),
    () => documents.close(),
  );
  const ports = { documents, events, now: () => Date.now() };
  return ports as unknown as Ports;
}

const made = (count: number): EventRow[] =>
  Array.from({ length: count }, (_, i) => ({ id: `e${i}`, type: 'article.collected', at: i, payload: {} }));

/** As a worker's loop does. */
async function follow(ports: Ports, consumer: Consumer, until: () => boolean): Promise<string[]> {
  const step = followEvents(ports, consumer);
  const faults: string[] = [];
  const deadline = Date.now() + 20_000;
  while (!until()) {
    if (Date.now() > deadline) throw new Error(`not reached: ${faults.slice(-3).join(', ')}`);
    await ports.events.relay?.();
    await step().catch((error: unknown) => faults.push(String(error)));
  }
  return faults;
}

/** Of which a call that never ends holds up no other, as in two processes. */
function outboxOf(ports: Ports): Pick<Ports['events'], 'consume'> {
  return {
    async consume(_, handle) {
      const events = (await ports.events.recent({ limit: 100 })).toReversed();
      await handle(events);
      return events.length;
    },
  };
}

const letters = async (ports: Ports): Promise<DeadLetter[]> =>
  (await ports.documents.find<DeadLetter>('deadLetters', { order: 'oldest' })).items;

for (const { name, reason, open } of await readyBackends('consumers', BACKENDS))
  describe.skipIf(reason !== null)(`consumers of ${name} events ${reason ?? ''}`, () => {
    it('give an event up after its failures, and go on behind it', async () => {
      const ports = portsAt(open());
      await ports.events.publish(made(6));
      const seen: string[] = [];
      const faults = await follow(
        ports,
        {
          name: 'c',
          attempts: 3,
          async handle(events) {
            if (events.some(({ id }) => id === 'e2')) throw new TypeError('cannot read e2');
            seen.push(...events.map(({ id }) => id));
          },
        },
        () => seen.includes('e5'),
      );
      expect(faults).toEqual(['TypeError: cannot read e2', 'TypeError: cannot read e2']);
      expect([...new Set(seen)]).toEqual(['e0', 'e1', 'e3', 'e4', 'e5']);
      expect(await letters(ports)).toMatchObject([
        {
          consumer: 'c',
          event: { id: 'e2' },
          state: 'dead',
          attempts: 3,
          error: 'TypeError: cannot read e2',
        },
      ]);
      // The mark has moved on.
      expect((await ports.events.progress(['c'])).at(-1)).toMatchObject({ consumer: 'c', lag: 0 });
    });

    it('give up at once what will not pass by waiting', async () => {
      const ports = portsAt(open());
      await ports.events.publish(made(1));
      let tries = 0;
      const handle = async (): Promise<void> => {
        tries++;
        throw new InvalidInputError('no article');
      };
      expect(await follow(ports, { name: 'c', handle }, () => tries > 0)).toEqual([]);
      expect(await letters(ports)).toMatchObject([{ state: 'dead', attempts: 1 }]);
    });

    it('blame no event for a store that is away', async () => {
      const ports = portsAt(open());
      await ports.events.publish(made(3));
      let tries = 0;
      const seen: string[] = [];
      const handle = async (events: EventRow[]): Promise<void> => {
        if (++tries <= 9) throw new UnreachableError('the store is away');
        seen.push(...events.map(({ id }) => id));
      };
      const faults = await follow(ports, { name: 'c', attempts: 2, handle }, () => seen.length === 3);
      expect(faults).toHaveLength(9);
      expect(await letters(ports)).toEqual([]);
    });

    it('forget the failures of what was handled after all', async () => {
      const ports = portsAt(open());
      await ports.events.publish(made(2));
      let tries = 0;
      const seen = new Set<string>();
      const handle = async (events: EventRow[]): Promise<void> => {
        if (events.some(({ id }) => id === 'e1') && ++tries <= 3) throw new Error('not now');
        events.forEach(({ id }) => seen.add(id));
      };
      await follow(ports, { name: 'c', handle }, () => seen.has('e1'));
      expect(await letters(ports)).toEqual([]);
    });

    it('give up an event that ends its process each time, and handle the others', async () => {
      const address = open();
      const ports = portsAt(address);
      await ports.events.publish(made(6));
      await ports.events.relay?.();
      const seen: string[] = [];
      let ends = 0;
      // A process that ends in the middle never comes back to its step: another begins where it stood.
      const life = (): Promise<unknown> =>
        new Promise((resolve) => {
          const handle = async (events: EventRow[]): Promise<void> => {
            if (events.some(({ id }) => id === 'e3')) {
              ends++;
              resolve('ended');
              return new Promise(() => undefined);
            }
            seen.push(...events.map(({ id }) => id));
          };
          const { consume } = outboxOf(ports);
          const events = { ...ports.events, consume };
          void followEvents({ ...ports, events }, { name: 'c', handle })().then(resolve);
        });
      while (!seen.includes('e5') && ends < 20) await life();
      expect(ends).toBe(8);
      expect([...new Set(seen)]).toEqual(['e0', 'e1', 'e2', 'e4', 'e5']);
      expect(await letters(ports)).toMatchObject([{ event: { id: 'e3' }, state: 'dead' }]);
    });

    it('handle a requeued letter again', async () => {
      const ports = portsAt(open());
      await ports.events.publish(made(1));
      let broken = true;
      const seen: string[] = [];
      const handle = async (events: EventRow[]): Promise<void> => {
        if (broken) throw new InvalidInputError('broken');
        seen.push(...events.map(({ id }) => id));
      };
      const step = followEvents(ports, { name: 'c', handle });
      await ports.events.relay?.();
      while ((await letters(ports)).length === 0) await step();
      const requeue = async (): Promise<void> => {
        const [letter] = await letters(ports);
        await ports.documents.upsert('deadLetters', [{ ...(letter as DeadLetter), state: 'requeued' }]);
        await step();
      };
      await requeue();
      expect(await letters(ports)).toMatchObject([{ state: 'dead', attempts: 2 }]);
      broken = false;
      await requeue();
      expect([seen, await letters(ports)]).toEqual([['e0'], []]);
    });
  });

describe('the loops of a process', () => {
  it('run in one process at a time, and in the next as soon as it ends', async () => {
    const ports = portsAt(fileAddress());
    const log: string[] = [];
    const ran: string[] = [];
    const start = (who: string) =>
      startConsumers({
        ports,
        log: (line) => log.push(line),
        loops: [{ name: who, step: async () => (ran.push(who), 0), failed: async () => undefined }],
      });
    const first = start('first');
    await expect.poll(() => ran.length).toBeGreaterThan(0);
    const second = start('second');
    await wait(800);
    expect(new Set(ran)).toEqual(new Set(['first']));
    await first.drain();
    await expect.poll(() => ran.includes('second'), { timeout: 8000 }).toBe(true);
    await second.drain();
    const steps = ran.length;
    await wait(600);
    expect(ran.length).toBe(steps);
  });

  it('that fail hold up no other, tell it once, and go on', async () => {
    const ports = portsAt(fileAddress());
    const log: string[] = [];
    let good = 0;
    let bad = 0;
    const failed: string[] = [];
    const set = startConsumers({
      ports,
      log: (line) => log.push(line),
      loops: [
        { name: 'good', step: async () => (good++, 0), failed: async () => undefined },
        {
          name: 'bad',
          async step() {
            if (++bad <= 2) throw new Error('away');
            return 0;
          },
          failed: async (error) => void failed.push(String(error)),
        },
      ],
    });
    await expect.poll(() => bad, { timeout: 8000 }).toBeGreaterThan(2);
    await set.drain();
    expect(good).toBeGreaterThan(2);
    expect(log).toEqual(['events: bad failed: away', 'events: bad goes on after 2 failures']);
    expect(failed).toHaveLength(2);
  });

  it('keep what they did, and why they failed, in sight', async () => {
    const ports = portsAt(fileAddress());
    await ports.events.publish(made(3));
    const loop = eventLoops(ports).find(({ name }) => name === 'aggregates');
    const state = () => ports.documents.get<ConsumerState>('consumerStates', 'aggregates');
    expect([await loop?.step(), await loop?.step()]).toEqual([3, 0]);
    expect(await state()).toMatchObject({ handled: 3, failures: 0, error: null });
    await loop?.failed(new Error('away'));
    expect(await state()).toMatchObject({ handled: 3, failures: 1, error: 'away' });
    await loop?.step();
    expect(await state()).toMatchObject({ handled: 3, failures: 0, error: null });
  });
});

it('the outbox is cleared in batches of what is older than the days that are kept, and then left alone for a while', async () => {
  const opened = portsAt(fileAddress());
  const clock = { at: 8 * 86_400_000 };
  const ports = { ...opened, now: () => clock.at };
  await ports.events.publish(made(1500));
  const step = outboxPruning(ports, 7);
  // None has begun to follow.
  expect(await step()).toBe(0);
  for (const name of CONSUMERS)
    while ((await ports.events.consume(name, async () => undefined, { limit: 1000 })) > 0);
  expect(await step()).toBe(0);
  clock.at += 600_000;
  expect([await step(), await step(), await step()]).toEqual([1000, 499, 0]);
  await ports.events.publish([{ ...made(1)[0]!, id: 'late', at: clock.at - 7 * 86_400_000 }]);
  for (const name of CONSUMERS) await ports.events.consume(name, async () => undefined);
  clock.at += 600_000;
  expect([await step(), await step()]).toEqual([1, 0]);
  expect((await ports.events.recent({ limit: 5 })).map(({ id }) => id)).toEqual(['late']);
});
