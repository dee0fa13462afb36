import { sniffLayout } from '../../domain/bars/layout.js';
import type { Cell } from '../../domain/bars/layout-cells.js';
import { DataQualityError } from '../../domain/errors.js';
import { batchRows } from './batches.js';
import { SAMPLE_ROWS, type ReadOptions, type RowBatch } from './format.js';

/** A row of JSON: values in an order, or by their names. */
export type JsonRow = unknown[] | Record<string, unknown>;

/** Rows of JSON as batches: the first ones tell the layout. */
export async function* readRecords(
  records: AsyncIterable<unknown>,
  options: ReadOptions,
): AsyncGenerator<RowBatch> {
  const iterator = records[Symbol.asyncIterator]();
  const sample: JsonRow[] = [];
  let done = false;
  while (!done && sample.length < SAMPLE_ROWS) {
    const next = await iterator.next();
    done = Boolean(next.done);
    if (!done) sample.push(rowOf(next.value));
  }
  if (sample.length === 0) return;
  const header = headerOf(sample);
  const cells = (row: JsonRow): Cell[] =>
    header && !Array.isArray(row) ? header.map((name) => cellOf(row[name])) : Object.values(row).map(cellOf);
  const layout = sniffLayout(header, sample.map(cells), options);
  options.onLayout?.(layout);
  async function* all(): AsyncGenerator<Cell[]> {
    for (const row of sample) yield cells(row);
    while (!done) {
      const next = await iterator.next();
      if (next.done) return;
      yield cells(rowOf(next.value));
    }
  }
  yield* batchRows(all(), layout);
}

function rowOf(value: unknown): JsonRow {
  if (value !== null && typeof value === 'object') return value as JsonRow;
  throw new DataQualityError(
    `${JSON.stringify(value)?.slice(0, 80)} stands where a bar should: a list or an object`,
  );
}

/** All names of the sample's objects, in order of appearance; null for lists. */
function headerOf(sample: JsonRow[]): string[] | null {
  const objects = sample.filter((row) => !Array.isArray(row));
  if (objects.length === 0) return null;
  if (objects.length < sample.length)
    throw new DataQualityError('Some bars are lists and some are objects; a file has one kind');
  return [...new Set(objects.flatMap((row) => Object.keys(row)))];
}

const cellOf = (value: unknown): Cell =>
  typeof value === 'number' || typeof value === 'string'
    ? value
    : value == null
      ? null
      : JSON.stringify(value);
