import type { PriceName } from '../../domain/backtest/blocks.js';
import { findTick } from '../../domain/backtest/ticks.js';
import type { BarColumns } from '../../domain/bars.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { SweepsPort } from '../ports-backtest.js';
import { inOrder, partsOf } from './parts.js';
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
      const listed = (part: number[]) => part.map((index) => list[index]!);
      const results = await Promise.all(parts.map((part) => pool.run({ ...task, list: listed(part) }, rest)));
      return inOrder(parts, results);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      pools.clear();
    },
  };
}

/**
 * Batches of bars as columns in memory that threads share. @throws InvalidInputError where the memory that is free does
 * not hold them: it is never swapped.
 */
async function shareColumns(
  batches: AsyncIterable<BarColumns> | Iterable<BarColumns>,
  keep: ReadonlySet<PriceName> = new Set(PRICES),
): Promise<{ bars: BarColumns; perUnit: number }> {
  const names = ['time', ...PRICES.filter((name) => keep.has(name))] as const;
  const columns = new Map(names.map((name) => [name, reserve(FIRST_ROWS)]));
  let rows = 0;
  for await (const batch of batches) {
    const end = rows + batch.time.length;
    for (const [name, column] of columns) {
      if (end > column.length) columns.set(name, grown(column, rows, end));
      columns.get(name)?.set(batch[name], rows);
    }
    rows = end;
    checkMemory(rows, names.length);
  }
  const column = (name: keyof BarColumns): Float64Array => {
    const held = columns.get(name);
    return held ? new Float64Array(held.buffer, 0, rows) : new Float64Array(0);
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

/** Room that is reserved takes memory only where it is written: most files fit without being held twice. */
const FIRST_ROWS = 2 ** 24;
const reserve = (rows: number): Float64Array => new Float64Array(new SharedArrayBuffer(rows * 8));

function grown(column: Float64Array, rows: number, needed: number): Float64Array {
  const larger = reserve(Math.max(needed, 2 * column.length));
  larger.set(column.subarray(0, rows));
  return larger;
}

/** What stays free for everything else. */
const RESERVE = 128 * 2 ** 20;

function checkMemory(rows: number, columns: number): void {
  const free = process.availableMemory();
  // What is held is taken already; room for it to grow by a half keeps the machine from swapping.
  if (rows * columns * 4 + RESERVE < free) return;
  throw new InvalidInputError(
    `The bars need more memory than there is (${Math.round(free / 2 ** 20)} MB are free after ${rows} bars). Put them into the store ("finsight bars import"), then test on a part of the stream with --from and --to, or on longer bars of it ("finsight bars resample"); or take a machine with more`,
  );
}
