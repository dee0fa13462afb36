import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendRows, createTable, literal, quoted, type ColumnInput } from '../duckdb.js';
import type { CellColumn } from '../ports.js';
import { withOwnDuckdb } from './parquet.js';

const LINES = 4096;

/** By RFC 4180 with a header; numbers in full precision. */
export async function* encodeCsv(columns: CellColumn[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${columns.map(({ name }) => cellOf(name)).join(',')}\n`);
  const rows = columns[0]?.values.length ?? 0;
  for (let from = 0; from < rows; from += LINES) {
    let text = '';
    for (let row = from; row < Math.min(rows, from + LINES); row++)
      text += `${columns.map(({ values }) => cellOf(values[row] ?? null)).join(',')}\n`;
    yield encoder.encode(text);
  }
}

function cellOf(value: number | string | null): string {
  if (value === null || Number.isNaN(value)) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With ZSTD; what has no value is a null. */
export async function* encodeParquet(columns: CellColumn[]): AsyncGenerator<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'finsight-parquet-'));
  try {
    const path = join(directory, 'table.parquet');
    await withOwnDuckdb(directory, async (connection) => {
      const typed = columns.map(typedColumn);
      await createTable(connection, 'rows', typed, 'TABLE');
      await appendRows(connection, 'rows', typed);
      await connection.run(
        `COPY (SELECT ${columns.map(selected).join(', ')} FROM rows) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
      );
    });
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) yield chunk as Uint8Array;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function typedColumn({ name, kind, values }: CellColumn): ColumnInput {
  if (kind === 'text')
    return { name, type: 'VARCHAR', values: Array.from(values, (value) => `${value ?? ''}`) };
  return { name, type: 'DOUBLE', values: Float64Array.from(values, (value) => Number(value ?? NaN)) };
}

function selected({ name, kind }: CellColumn): string {
  const column = quoted(name);
  if (kind === 'text') return `nullif(${column}, '') AS ${column}`;
  const known = (value: string): string =>
    `CASE WHEN isnan(${column}) THEN NULL ELSE ${value} END AS ${column}`;
  // A branch that is not taken is computed, too: a NaN has no whole number.
  return known(kind === 'time' ? `make_timestamptz(try_cast(${column} AS BIGINT) * 1000)` : column);
}
