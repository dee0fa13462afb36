import type { BarColumns } from '../../domain/bars.js';
import { COLUMNS, columnsBy } from '../../domain/bars/columns.js';
import type { RowFault } from '../../domain/bars/inspect.js';
import { readRow, type Layout } from '../../domain/bars/layout.js';
import type { Cell } from '../../domain/bars/layout-cells.js';
import { BATCH_ROWS, type RowBatch } from './format.js';

/** A batch that is being filled; `row` is the number of the last row met, over all batches. */
export interface Filling {
  row: number;
  count: number;
  rows: Float64Array;
  values: Float64Array[];
  faults: RowFault[];
}

export const newFilling = (row = 0): Filling => ({
  row,
  count: 0,
  rows: new Float64Array(BATCH_ROWS),
  values: COLUMNS.map(() => new Float64Array(BATCH_ROWS)),
  faults: [],
});

/** Reads one row the thorough way. */
export function addRow(filling: Filling, layout: Layout, cells: Cell[]): void {
  const row = ++filling.row;
  const read = readRow(layout, cells);
  if (typeof read === 'string') return void filling.faults.push({ row, reason: read });
  const at = filling.count++;
  filling.rows[at] = row;
  read.forEach((value, i) => (filling.values[i]![at] = value));
}

export const isFull = ({ count, faults }: Filling): boolean =>
  count === BATCH_ROWS || faults.length >= BATCH_ROWS;

/** What was filled, cut to its length. */
export function batchOf({ count, rows, values, faults }: Filling): RowBatch {
  const cut = (column: Float64Array | undefined): Float64Array =>
    column && count < BATCH_ROWS ? column.slice(0, count) : (column ?? new Float64Array(0));
  return {
    rows: cut(rows),
    columns: columnsBy((name) => cut(values[COLUMNS.indexOf(name)])) satisfies BarColumns,
    faults,
  };
}

/** Rows of cells as batches. */
export async function* batchRows(
  rows: AsyncIterable<Cell[]> | Iterable<Cell[]>,
  layout: Layout,
): AsyncGenerator<RowBatch> {
  let filling = newFilling();
  for await (const cells of rows) {
    addRow(filling, layout, cells);
    if (!isFull(filling)) continue;
    yield batchOf(filling);
    filling = newFilling(filling.row);
  }
  if (filling.count > 0 || filling.faults.length > 0) yield batchOf(filling);
}

/** Columns of numbers, in the order of COLUMNS and times in epoch ms, as batches: NaN is what no number stands for. */
export async function* batchNumbers(
  chunks: AsyncIterable<Float64Array[]> | Iterable<Float64Array[]>,
): AsyncGenerator<RowBatch> {
  let filling = newFilling();
  for await (const chunk of chunks) {
    for (let i = 0; i < (chunk[0]?.length ?? 0); i++) {
      addNumbers(filling, chunk, i);
      if (!isFull(filling)) continue;
      yield batchOf(filling);
      filling = newFilling(filling.row);
    }
  }
  if (filling.count > 0 || filling.faults.length > 0) yield batchOf(filling);
}

function addNumbers(filling: Filling, chunk: Float64Array[], i: number): void {
  const row = ++filling.row;
  const at = filling.count;
  for (let field = 0; field < COLUMNS.length; field++) {
    const value = chunk[field]?.[i] ?? NaN;
    if (Number.isNaN(value)) {
      filling.faults.push({ row, reason: `${COLUMNS[field]} is not a number` });
      return;
    }
    filling.values[field]![at] = value;
  }
  filling.rows[at] = row;
  filling.count++;
}
