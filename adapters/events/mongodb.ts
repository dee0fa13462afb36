import { COLLECTIONS } from '../../domain/collections.js';
import { untilWritten } from '../contention.js';
import { isDuplicate, mongoConnection, type MongoConnection } from '../mongodb.js';
import type { ConsumerProgress, EventRow, EventsPort } from '../ports.js';
import { after, CONSUMERS, figuresOf, inOutbox, pruned, type OutboxRow } from './mongodb-outbox.js';
import type { Outbox } from './outbox.js';

interface Waiting {
  _id: string;
  pending?: EventRow[];
}

const BATCH = 100;
/** How often readers look for events whose writer died before it moved them. */
const RECOVER_EVERY_MS = 5000;

/** The outbox of the documents in the same database, followed by consumers: at least once, in the order of `seq`. */
export function mongoEvents(address: string): Outbox {
  const mongo = mongoConnection(address);
  const turns = new Map<string, Promise<unknown>>();
  let recoveredAt = -Infinity;
  const recovered = async (): Promise<void> => {
    if (performance.now() - recoveredAt < RECOVER_EVERY_MS) return;
    recoveredAt = performance.now();
    for (const name of Object.keys(COLLECTIONS)) await appendPending(mongo, name);
  };
  const consumeNow: EventsPort['consume'] = async (consumer, handle, { limit = BATCH } = {}) => {
    await recovered();
    const mark = await markOf(mongo, consumer);
    const rows = await inOutbox(mongo, (all) =>
      all
        .find({ seq: { $gt: mark } })
        .sort({ seq: 1 })
        .limit(limit)
        .toArray(),
    );
    const last = rows.at(-1);
    if (!last) return 0;
    await handle(rows.map(eventOf));
    await moveMark(mongo, consumer, last.seq);
    return rows.length;
  };
  return {
    publish: (events) => appendEvents(mongo, events),
    consume(consumer, handle, options) {
      const turn = (turns.get(consumer) ?? Promise.resolve()).then(() =>
        consumeNow(consumer, handle, options),
      );
      turns.set(
        consumer,
        turn.catch(() => undefined),
      );
      return turn;
    },
    async recent({ type, limit }) {
      await recovered();
      const filter = type === undefined ? {} : { type: { $eq: type } };
      const rows = await inOutbox(mongo, (all) => all.find(filter).sort({ seq: -1 }).limit(limit).toArray());
      return rows.map(eventOf);
    },
    async reach(consumer, eventId) {
      const row = await inOutbox(mongo, (all) => all.findOne({ _id: eventId }));
      if (row) await moveMark(mongo, consumer, row.seq);
    },
    async progress(consumers) {
      await recovered();
      const all: ConsumerProgress[] = [];
      for (const consumer of consumers) all.push(await progressOf(mongo, consumer));
      return all;
    },
    async outbox(consumers) {
      await recovered();
      return figuresOf(mongo, consumers);
    },
    prune: (wanted) => pruned(mongo, wanted),
    close: mongo.close,
  };
}

const markOf = (mongo: MongoConnection, consumer: string): Promise<number> =>
  mongo.use<{ _id: string; mark: number }, number>(
    CONSUMERS,
    async (all) => (await all.findOne({ _id: consumer }))?.mark ?? 0,
  );

const moveMark = (mongo: MongoConnection, consumer: string, mark: number): Promise<unknown> =>
  mongo.use<{ _id: string; mark: number }, unknown>(CONSUMERS, (all) =>
    all.updateOne({ _id: consumer }, { $max: { mark } }, { upsert: true }),
  );

async function progressOf(mongo: MongoConnection, consumer: string): Promise<ConsumerProgress> {
  return { consumer, ...(await after(mongo, await markOf(mongo, consumer))) };
}

const eventOf = ({ _id, type, at, payload }: OutboxRow): EventRow => ({ id: _id, type, at, payload });

/**
 * Adds events whose id is new. An event takes the number after the highest; where another writer took it first, the
 * unique index says so and the next number is tried: so a number is never there before a lower one.
 */
export async function appendEvents(mongo: MongoConnection, events: EventRow[]): Promise<void> {
  if (events.length === 0) return;
  let left = [...new Map(events.map((event) => [event.id, event])).values()];
  await untilWritten('the outbox', () =>
    inOutbox(mongo, async (outbox) => {
      const known = await outbox.find({ _id: { $in: left.map(({ id }) => id) } }).toArray();
      const ids = new Set(known.map(({ _id }) => _id));
      left = left.filter(({ id }) => !ids.has(id));
      if (left.length === 0) return true;
      const [highest] = await outbox.find().sort({ seq: -1 }).limit(1).toArray();
      const first = (highest?.seq ?? 0) + 1;
      const rows = left.map(({ id, ...event }, i) => ({ ...event, _id: id, seq: first + i }));
      // Ordered: the first that is refused ends it, so no number is left out.
      return outbox.insertMany(rows, { ordered: true }).then(
        () => true,
        (error: unknown) => {
          if (isDuplicate(error)) return null;
          throw error;
        },
      );
    }),
  );
}

/** Moves the events that wait in documents to the outbox: those of the given ids, or of any document. */
export async function appendPending(
  mongo: MongoConnection,
  collection: string,
  ids?: string[],
): Promise<void> {
  if (ids?.length === 0) return;
  const filter = ids ? { _id: { $in: ids } } : { 'pending.id': { $exists: true } };
  const waiting = await mongo.use<Waiting, Waiting[]>(collection, (all) =>
    all
      .find(filter as never)
      .project<Waiting>({ pending: 1 })
      .toArray(),
  );
  const order = new Map(ids?.map((id, i) => [id, i]));
  waiting.sort((a, b) => (order.get(a._id) ?? 0) - (order.get(b._id) ?? 0));
  const found = waiting.flatMap(({ _id, pending = [] }) => pending.map((event) => ({ _id, event })));
  if (found.length === 0) return;
  await appendEvents(
    mongo,
    found.map(({ event }) => event),
  );
  const done = waiting.map(({ _id, pending = [] }) => ({
    updateOne: {
      filter: { _id },
      update: { $pull: { pending: { id: { $in: pending.map(({ id }) => id) } } } },
    },
  }));
  await mongo.use(collection, (all) => all.bulkWrite(done as never, { ordered: false }));
}
