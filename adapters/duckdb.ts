import type { DuckDBConnection, DuckDBInstance, DuckDBType, DuckDBVector } from '@duckdb/node-api';
import { joinNumbers } from '../domain/bars/columns.js';

let opening: Promise<DuckDBInstance> | null = null;

/**
 * Lends a connection of the process's one in-memory DuckDB, which reads and writes Parquet files and keeps
 * nothing of its own. Each piece of work has its connection, and so its own temporary tables.
 */
export async function withDuckdb<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  opening ??= open().catch((error: unknown) => {
    opening = null;
    throw error;
  });
  const connection = await (await opening).connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}

/**
 * One thread: rows keep their order and equal input gives equal bytes. No extension is ever downloaded. Contents of files
 * are not cached: a file that another process has just replaced would be read as it was before, and its bars lost.
 */
async function open(): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  return DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '1GB',
    // What a read or write has freed goes back to the system soon: its allocator keeps 128 MB otherwise.
    allocator_flush_threshold: '8MB',
    allocator_bulk_deallocation_flush_threshold: '16MB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    enable_external_file_cache: 'false',
  });
}

/** A text as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A text as an SQL name. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export interface ColumnInput {
  name: string;
  type: 'DOUBLE' | 'FLOAT' | 'BIGINT' | 'INTEGER' | 'VARCHAR';
  /** Length n; BIGINT takes whole numbers. */
  values: ArrayLike<number> | ArrayLike<string>;
}

/** DuckDB's own vector size. */
const CHUNK = 2048;

/** Makes a new temporary table of this connection and fills it, column by column. */
export async function fillTable(
  connection: DuckDBConnection,
  table: string,
  columns: ColumnInput[],
): Promise<void> {
  await createTable(connection, table, columns);
  await appendRows(connection, table, columns);
}

export async function createTable(
  connection: DuckDBConnection,
  table: string,
  columns: Pick<ColumnInput, 'name' | 'type'>[],
  kind: 'TEMP TABLE' | 'TABLE' = 'TEMP TABLE',
): Promise<void> {
  const definition = columns.map((column) => `${quoted(column.name)} ${column.type}`).join(', ');
  await connection.run(`CREATE ${kind} ${quoted(table)} (${definition})`);
}

/** Adds rows to a table, column by column. */
export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  columns: ColumnInput[],
): Promise<void> {
  const api = await import('@duckdb/node-api');
  const { default: raw } = await import('@duckdb/node-bindings');
  const types = columns.map((column) => api[column.type] as DuckDBType);
  const appender = await connection.createAppender(table);
  const rows = columns[0]?.values.length ?? 0;
  for (let from = 0; from < rows; from += CHUNK) {
    const size = Math.min(CHUNK, rows - from);
    const chunk = api.DuckDBDataChunk.create(types, size);
    columns.forEach(({ type, values }, index) => {
      if (type === 'DOUBLE' && values instanceof Float64Array) {
        const { buffer, byteOffset } = values.subarray(from, from + size);
        const vector = raw.data_chunk_get_vector(chunk.chunk, index);
        raw.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset, size * DOUBLE_BYTES);
      } else fillVector(chunk.getColumnVector(index), { type, values, from, size });
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function fillVector(
  vector: DuckDBVector,
  { type, values, from, size }: Omit<ColumnInput, 'name'> & { from: number; size: number },
): void {
  for (let i = 0; i < size; i++) {
    const value = values[from + i] as number | string;
    vector.setItem(i, type === 'BIGINT' ? BigInt(value) : value);
  }
  vector.flush();
}

const DOUBLE_BYTES = Float64Array.BYTES_PER_ELEMENT;

/**
 * Runs a query whose columns are all DOUBLE, without nulls, and gives them as typed arrays. DuckDB's memory is copied as
 * it lies there: a call a value would take longer than the query.
 */
export async function selectNumbers(connection: DuckDBConnection, sql: string): Promise<Float64Array[]> {
  const { default: raw } = await import('@duckdb/node-bindings');
  const result = await connection.run(sql);
  const parts: Float64Array[][] = result.columnNames().map(() => []);
  for (;;) {
    const chunk = await result.fetchChunk();
    const rows = chunk?.rowCount ?? 0;
    if (!chunk || rows === 0) return parts.map(joinNumbers);
    parts.forEach((column, index) => {
      const vector = raw.data_chunk_get_vector(chunk.chunk, index);
      const { buffer, byteOffset } = raw.vector_get_data(vector, rows * DOUBLE_BYTES);
      // A copy: the memory goes with the chunk.
      column.push(new Float64Array(buffer, byteOffset, rows).slice());
    });
  }
}

export interface ColumnOutput {
  name: string;
  /** DuckDB's name of the type, such as `DOUBLE`. */
  type: string;
  values: unknown[];
}

/** Runs a query and gives its columns; chunks are read as columns, which is many times faster than as rows. */
export async function selectColumns(connection: DuckDBConnection, sql: string): Promise<ColumnOutput[]> {
  const result = await connection.run(sql);
  const columns: ColumnOutput[] = result
    .columnNames()
    .map((name, i) => ({ name, type: String(result.columnType(i)), values: [] }));
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return columns;
    columns.forEach(({ values }, index) => {
      const vector = chunk.getColumnVector(index);
      for (let i = 0; i < chunk.rowCount; i++) values.push(vector.getItem(i));
    });
  }
}
