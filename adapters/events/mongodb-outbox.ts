import type { Collection } from 'mongodb';
import type { MongoConnection, MongoIndex } from '../mongodb.js';
import type { ConsumerProgress, EventRow, OutboxFigures, PruneQuery } from '../ports.js';
import { slowest, type Mark } from './outbox.js';

/** An event in the outbox. `seq` is without gaps, so that a consumer that has seen n has seen all below. */
export interface OutboxRow extends Omit<EventRow, 'id'> {
  _id: string;
  seq: number;
}

const OUTBOX = 'outbox';
export const CONSUMERS = 'consumers';
const INDEXES: MongoIndex[] = [{ keys: { seq: 1 }, unique: true }, { keys: { type: 1, seq: -1 } }];

export const inOutbox = <T>(
  mongo: MongoConnection,
  work: (all: Collection<OutboxRow>) => Promise<T>,
): Promise<T> => mongo.use<OutboxRow, T>(OUTBOX, work, INDEXES);

/** What lies in the outbox behind a number. */
export async function after(
  mongo: MongoConnection,
  mark: number,
): Promise<Omit<ConsumerProgress, 'consumer'>> {
  const behind = { seq: { $gt: mark } };
  const [lag, oldest] = await inOutbox(mongo, async (all) => [
    await all.countDocuments(behind),
    await all.findOne(behind, { sort: { seq: 1 } }),
  ]);
  return { lag, oldestAt: oldest?.at ?? null };
}

async function slowestIn(mongo: MongoConnection, consumers: readonly string[]): Promise<Mark | null> {
  const rows = await mongo.use<{ _id: string; mark: number }, { _id: string; mark: number }[]>(
    CONSUMERS,
    (all) => all.find().toArray(),
  );
  return slowest(
    rows.map(({ _id, mark }) => ({ name: _id, mark })),
    consumers,
  );
}

export async function figuresOf(
  mongo: MongoConnection,
  consumers: readonly string[],
): Promise<OutboxFigures> {
  const held = await slowestIn(mongo, consumers);
  const all = await after(mongo, 0);
  const { lag: pending, oldestAt: oldestPendingAt } = held
    ? await after(mongo, held.mark)
    : { lag: 0, oldestAt: null };
  return {
    events: all.lag,
    pending,
    oldestPendingAt,
    delivered: all.lag - pending,
    oldestAt: all.oldestAt,
    heldBy: pending > 0 ? (held?.name ?? null) : null,
  };
}

/** The latest row stays: the next one's number is counted from it, and must be above every mark. */
export async function pruned(
  mongo: MongoConnection,
  { consumers, before, limit }: PruneQuery,
): Promise<number> {
  const mark = (await slowestIn(mongo, consumers))?.mark ?? 0;
  return inOutbox(mongo, async (all) => {
    const [highest] = await all.find().sort({ seq: -1 }).limit(1).toArray();
    const below = { $lte: Math.min(mark, (highest?.seq ?? 0) - 1) };
    const oldest = await all.find({ seq: below }).sort({ seq: 1 }).limit(limit).toArray();
    const ids = oldest.filter(({ at }) => at < before).map(({ _id }) => _id);
    if (ids.length === 0) return 0;
    return (await all.deleteMany({ _id: { $in: ids } })).deletedCount;
  });
}
