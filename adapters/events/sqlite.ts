import type { ConsumerProgress, EventRow, EventsPort, OutboxFigures, PruneQuery } from '../ports.js';
import { sqliteFile, type SqliteFile } from '../sqlite.js';
import { insertEvents, OUTBOX_SCHEMA, slowest, type Mark, type Outbox } from './outbox.js';

type Row = Omit<EventRow, 'payload'> & { seq: number; payload: string };

const BATCH = 100;

/**
 * Events as rows of an outbox that consumers follow by their own marks: at least once, in the order of their
 * commits. A consumer's calls in one process wait for each other.
 */
export function sqliteEvents(path: string): Outbox {
  const file = sqliteFile(path, OUTBOX_SCHEMA);
  const turns = new Map<string, Promise<unknown>>();

  const consumeNow: EventsPort['consume'] = async (consumer, handle, { limit = BATCH } = {}) => {
    const mark =
      file.get<{ mark: number }>('SELECT mark FROM consumers WHERE name = ?', [consumer])?.mark ?? 0;
    const rows = file.all<Row>('SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?', [mark, limit]);
    const last = rows.at(-1);
    if (!last) return 0;
    await handle(rows.map(eventOf));
    moveMark(file, consumer, last.seq);
    return rows.length;
  };

  return {
    async publish(events) {
      if (events.length > 0) file.transact(() => insertEvents(file, events));
    },
    consume(consumer, handle, options) {
      const before = turns.get(consumer) ?? Promise.resolve();
      const turn = before.then(() => consumeNow(consumer, handle, options));
      turns.set(
        consumer,
        turn.catch(() => undefined),
      );
      return turn;
    },
    async recent({ type, limit }) {
      const rows =
        type === undefined
          ? file.all<Row>('SELECT * FROM outbox ORDER BY seq DESC LIMIT ?', [limit])
          : file.all<Row>('SELECT * FROM outbox WHERE type = ? ORDER BY seq DESC LIMIT ?', [type, limit]);
      return rows.map(eventOf);
    },
    async reach(consumer, eventId) {
      const row = file.get<{ seq: number }>('SELECT seq FROM outbox WHERE id = ?', [eventId]);
      if (row) moveMark(file, consumer, row.seq);
    },
    async progress(consumers) {
      return consumers.map((consumer) => progressOf(file, consumer));
    },
    outbox: async (consumers) => figuresOf(file, consumers),
    prune: async (wanted) => file.transact(() => pruned(file, wanted)),
    async close() {
      file.close();
    },
  };
}

const moveMark = (file: SqliteFile, consumer: string, mark: number): number =>
  file.run(
    `INSERT INTO consumers (name, mark) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET mark = max(mark, excluded.mark)`,
    [consumer, mark],
  );

function progressOf(file: SqliteFile, consumer: string): ConsumerProgress {
  const mark = file.get<{ mark: number }>('SELECT mark FROM consumers WHERE name = ?', [consumer])?.mark ?? 0;
  return { consumer, ...behind(file, mark) };
}

type Behind = Omit<ConsumerProgress, 'consumer'>;
const NOTHING: Behind = { lag: 0, oldestAt: null };

function behind(file: SqliteFile, mark: number): Behind {
  const lag = file.get<{ n: number }>('SELECT count(*) AS n FROM outbox WHERE seq > ?', [mark])?.n ?? 0;
  const oldest = file.get<{ at: number }>('SELECT at FROM outbox WHERE seq > ? ORDER BY seq LIMIT 1', [mark]);
  return { lag, oldestAt: oldest?.at ?? null };
}

const slowestIn = (file: SqliteFile, consumers: readonly string[]): Mark | null =>
  slowest(file.all<Mark>('SELECT name, mark FROM consumers'), consumers);

function figuresOf(file: SqliteFile, consumers: readonly string[]): OutboxFigures {
  const held = slowestIn(file, consumers);
  const all = file.get<{ n: number }>('SELECT count(*) AS n FROM outbox')?.n ?? 0;
  const oldest = file.get<{ at: number }>('SELECT at FROM outbox ORDER BY seq LIMIT 1');
  const { lag: pending, oldestAt: oldestPendingAt } = held ? behind(file, held.mark) : NOTHING;
  return {
    events: all,
    pending,
    oldestPendingAt,
    delivered: all - pending,
    oldestAt: oldest?.at ?? null,
    heldBy: pending > 0 ? (held?.name ?? null) : null,
  };
}

/** The oldest rows are looked at and no others: a row that is dated ahead holds up none of those behind it for long. */
function pruned(file: SqliteFile, { consumers, before, limit }: PruneQuery): number {
  const mark = slowestIn(file, consumers)?.mark ?? 0;
  const oldest = file.all<{ seq: number; at: number }>(
    'SELECT seq, at FROM outbox WHERE seq <= ? AND seq < (SELECT max(seq) FROM outbox) ORDER BY seq LIMIT ?',
    [mark, limit],
  );
  const seqs = oldest.filter(({ at }) => at < before).map(({ seq }) => seq);
  if (seqs.length === 0) return 0;
  return file.run('DELETE FROM outbox WHERE seq IN (SELECT value FROM json_each(?))', [JSON.stringify(seqs)]);
}

const eventOf = ({ id, type, at, payload }: Row): EventRow => ({
  id,
  type,
  at,
  payload: JSON.parse(payload) as EventRow['payload'],
});
