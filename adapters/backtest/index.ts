import type { PriceName } from '../../domain/backtest/blocks.js';
import { findTick } from '../../domain/backtest/ticks.js';
import type { BarColumns } from '../../domain/bars.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { SweepsPort } from '../ports-backtest.js';
import { openPool, type ThreadPool } from './pool.js';

/** Sweeps in worker threads, which are started at the first one. */
export function openSweeps(): SweepsPort {
  const pools = new Map<number | undefined, ThreadPool>();
  return {
    share: shareColumns,
    async run(request, options = {}) {
      const { threads, ...rest } = options;
      const pool = pools.get(threads) ?? openPool(threads);
      pools.set(threads, pool);
      const { list, ...task } = request;
      const parts = partsOf(list, request.checkpoint || rest.onCheckpoint ? 1 : pool.size);
      const results = await Promise.all(parts.map((part) => pool.run({ ...task, list: part }, rest)));
      return results.flat();
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      pools.clear();
    },
  };
}

/** Neighbours stay together: they have most columns in common. */
function partsOf<T>(list: readonly T[], count: number): T[][] {
  const size = Math.ceil(list.length / Math.max(1, count));
  const parts: T[][] = [];
  for (let from = 0; from < list.length; from += size) parts.push(list.slice(from, from + size));
  return parts;
}

/**
 * Batches of bars as columns in memory that threads share. @throws InvalidInputError where the memory that is free does
 * not hold them: it is never swapped.
 */
async function shareColumns(
  batches: AsyncIterable<BarColumns> | Iterable<BarColumns>,
  keep: ReadonlySet<PriceName> = new Set(PRICES),
): Promise<{ bars: BarColumns; perUnit: number }> {
  const held: BarColumns[] = [];
  let rows = 0;
  for await (const batch of batches) {
    rows += batch.time.length;
    held.push({ ...batch });
    for (const name of PRICES) if (!keep.has(name)) held.at(-1)![name] = new Float64Array(0);
    checkMemory(rows);
  }
  const column = (name: keyof BarColumns): Float64Array => {
    const length = name === 'time' || keep.has(name) ? rows : 0;
    const all = new Float64Array(new SharedArrayBuffer(length * 8));
    let at = 0;
    for (const batch of held) {
      all.set(batch[name], at);
      at += batch[name].length;
      // Column by column, so that never more than one is held twice.
      batch[name] = new Float64Array(0);
    }
    return all;
  };
  const bars = {
    time: column('time'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
  return { bars, perUnit: findTick([bars.open, bars.high, bars.low, bars.close]) };
}

const PRICES: PriceName[] = ['open', 'high', 'low', 'close', 'volume'];

/** What stays free for everything else. */
const RESERVE = 128 * 2 ** 20;

function checkMemory(rows: number): void {
  const free = process.availableMemory();
  // The bars are held already; the next column of them, and a batch, are to come.
  if (rows * 8 + RESERVE < free) return;
  throw new InvalidInputError(
    `The bars need more memory than there is (${Math.round(free / 2 ** 20)} MB are free after ${rows} bars); take a part of them, or a machine with more`,
  );
}
