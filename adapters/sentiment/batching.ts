import { UnreachableError } from '../../domain/errors.js';
import type { ScoreOptions } from '../ports-sentiment.js';

type Priority = NonNullable<ScoreOptions['priority']>;

export interface BatchingOptions<T, R> {
  /** Answers of one batch, in its order. */
  run(batch: readonly T[]): Promise<readonly R[]>;
  lengthOf(item: T): number;
  /** Items a batch has at most. */
  most: number;
  /** Batches that are computed at a time. */
  lanes: number;
  /** While another batch computes, an item waits so long for company, milliseconds. */
  deadlineMs: number;
  /** Items that wait at most: live ones beyond are refused, back-fill waits for room. */
  limit: number;
}

export interface Batching<T, R> {
  submit(items: readonly T[], options: ScoreOptions): Promise<R[]>;
  waiting(priority: Priority): number;
}

interface Item<T, R> {
  value: T;
  length: number;
  since: number;
  done(answer: R): void;
  fail(error: unknown): void;
}
type Queue<T, R> = Map<string, Item<T, R>[]>;

/** Of so many items, those of the most similar length are computed together. */
const LOOK_AHEAD = 8;
/** One batch of so many is of the back-fill, however many live texts there are. */
const PATIENCE = 8;
const RETRY_MS = 1000;

/**
 * Collects single items into batches. What waits longest of the tenant whose turn it is leads each batch; the others in
 * it are those nearest to it in length, so that little of it is padding and nobody waits for ever. Live items go before
 * back-fill, tenants take turns, and an idle model is never kept waiting.
 */
export function openBatching<T, R>(options: BatchingOptions<T, R>): Batching<T, R> {
  const queues: Record<Priority, Queue<T, R>> = { live: new Map(), backfill: new Map() };
  const forRoom: (() => void)[] = [];
  const waiting: Record<Priority, number> = { live: 0, backfill: 0 };
  let [running, batches] = [0, 0];
  let timer: NodeJS.Timeout | null = null;
  let soon = false;

  const start = (): void => {
    soon = false;
    if (timer) clearTimeout(timer);
    timer = null;
    while (queues.live.size + queues.backfill.size > 0 && running < options.lanes) {
      const wait = running > 0 ? patienceLeft(queues, options) : 0;
      if (wait > 0) return void (timer = setTimeout(start, wait));
      const [first, second]: [Priority, Priority] =
        ++batches % PATIENCE === 0 ? ['backfill', 'live'] : ['live', 'backfill'];
      void compute(queues[first].size > 0 ? first : second);
    }
  };
  const compute = async (priority: Priority): Promise<void> => {
    const batch = takeBatch(queues[priority], options);
    waiting[priority] -= batch.length;
    running++;
    try {
      const answers = await options.run(batch.map(({ value }) => value));
      batch.forEach((item, i) => item.done(answers[i] as R));
    } catch (error) {
      for (const item of batch) item.fail(error);
    }
    running--;
    if (waiting.backfill < options.limit) forRoom.shift()?.();
    start();
  };
  const admit = async (count: number, priority: Priority): Promise<void> => {
    if (priority === 'live' && waiting.live + count > options.limit)
      throw new UnreachableError(
        `${waiting.live} texts wait for the sentiment model and ${count} more would be above the ${options.limit} that may; come again later`,
        { retryAfterMs: RETRY_MS },
      );
    while (priority === 'backfill' && waiting.backfill >= options.limit)
      await new Promise<void>((room) => forRoom.push(room));
    // At once: whoever asks next must see them.
    waiting[priority] += count;
  };

  return {
    waiting: (priority) => waiting[priority],
    async submit(items, { priority = 'live', tenant = '' }) {
      if (items.length === 0) return [];
      await admit(items.length, priority);
      const queue = queues[priority].get(tenant) ?? [];
      queues[priority].set(tenant, queue);
      const since = performance.now();
      const answers = items.map(
        (value) =>
          new Promise<R>((done, fail) =>
            queue.push({ value, length: options.lengthOf(value), since, done, fail }),
          ),
      );
      // At the end of this turn: what comes in it belongs together.
      if (!soon) setImmediate(start);
      soon = true;
      return Promise.all(answers);
    },
  };
}

/** How long it still pays to wait for a fuller batch, milliseconds. */
function patienceLeft<T, R>(
  queues: Record<Priority, Queue<T, R>>,
  { most, deadlineMs }: BatchingOptions<T, R>,
): number {
  const items = [...queues.live.values(), ...queues.backfill.values()];
  if (items.reduce((sum, each) => sum + each.length, 0) >= most) return 0;
  const oldest = Math.min(...items.flatMap((each) => each[0]?.since ?? []));
  return Math.max(0, deadlineMs - (performance.now() - oldest));
}

/** The next batch; the tenant that leads it goes behind the others. */
function takeBatch<T, R>(queue: Queue<T, R>, { most }: { most: number }): Item<T, R>[] {
  const [tenant = ''] = queue.keys();
  const leading = queue.get(tenant) ?? [];
  queue.delete(tenant);
  queue.set(tenant, leading);
  const leader = leading[0];
  const others = inTurns([...queue.values()], most * LOOK_AHEAD).filter((item) => item !== leader);
  const distance = (item: Item<T, R>): number => Math.abs(item.length - (leader?.length ?? 0));
  const company = others.toSorted((a, b) => distance(a) - distance(b)).slice(0, most - 1);
  const batch = new Set(leader ? [leader, ...company] : company);
  for (const [name, items] of queue) {
    const left = items.filter((item) => !batch.has(item));
    if (left.length > 0) queue.set(name, left);
    else queue.delete(name);
  }
  return [...batch];
}

/** The first items of all lists, one of each after the other. */
function inTurns<I>(lists: I[][], most: number): I[] {
  const taken: I[] = [];
  for (let at = 0; taken.length < most && lists.some((list) => at < list.length); at++)
    for (const list of lists) {
      const item = list[at];
      if (item !== undefined && taken.length < most) taken.push(item);
    }
  return taken;
}
