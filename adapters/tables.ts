import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataQualityError, InvalidInputError, messageOf } from '../domain/errors.js';
import { parseCsv } from './csv.js';
import { fillTable, literal, selectColumns, withDuckdb, type ColumnOutput } from './duckdb.js';
import { fileError } from './files.js';
import type { TableColumn, TablesPort, TextColumn } from './ports.js';

const SQL_TYPES = {
  float64: 'DOUBLE',
  float32: 'FLOAT',
  int64: 'BIGINT',
  int32: 'INTEGER',
  text: 'VARCHAR',
} as const;

/** Fixed sizes and one thread, so that equal columns give equal bytes. */
const FORMAT = 'FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880';

/** Column tables as ZSTD Parquet bytes by DuckDB. */
export const parquetTables = (): TablesPort => ({
  async encode(columns) {
    checkColumns(columns);
    return inDirectory(async (path) => {
      await withDuckdb(async (connection) => {
        const inputs = columns.map(({ name, type, values }) => ({ name, type: SQL_TYPES[type], values }));
        await fillTable(connection, 'given', inputs);
        await connection.run(`COPY given TO ${literal(path)} (${FORMAT})`);
      }).catch((error: unknown) => {
        throw fileError(path, error);
      });
      return new Uint8Array(await readFile(path));
    });
  },
  async decode(bytes) {
    return inDirectory(async (path) => {
      await writeFile(path, bytes).catch((error: unknown) => {
        throw fileError(path, error);
      });
      const columns = await withDuckdb((connection) =>
        selectColumns(connection, `SELECT * FROM read_parquet(${literal(path)}, hive_partitioning = false)`),
      ).catch((error: unknown) => {
        throw new DataQualityError(
          `${bytes.length} bytes that are no readable Parquet table: ${messageOf(error)}`,
        );
      });
      return columns.map(columnOf);
    });
  },
  readCsv: async (bytes) => csvColumns(bytes),
  close: async () => undefined,
});

function csvColumns(bytes: Uint8Array): { name: string; values: string[] }[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DataQualityError(`${bytes.length} bytes that are no UTF-8 text; a CSV file of texts is needed`);
  }
  const [header = [], ...rows] = parseCsv(text);
  if (rows.length === 0)
    throw new InvalidInputError(
      `A CSV file with the columns "${header.join(', ')}" and no rows; rows are needed`,
    );
  return header.map((name, at) => ({ name: name.trim(), values: rows.map((row) => row[at] ?? '') }));
}

/** @throws InvalidInputError naming the column that cannot be stored. */
function checkColumns(columns: (TableColumn | TextColumn)[]): void {
  const rows = columns[0]?.values.length;
  if (rows === undefined) throw new InvalidInputError('A table needs at least one column');
  // DuckDB, like SQL, takes names that differ only in case as one.
  const names = new Set<string>();
  for (const { name, type, values } of columns) {
    if (values.length !== rows)
      throw new InvalidInputError(`Column "${name}" has ${values.length} rows; the first column has ${rows}`);
    if (name === '' || names.has(name.toLowerCase()))
      throw new InvalidInputError(`Column name "${name}" is empty or taken; names differ in more than case`);
    names.add(name.toLowerCase());
    if (type !== 'int64') continue;
    const odd = values.findIndex((value) => !Number.isSafeInteger(value));
    if (odd >= 0)
      throw new InvalidInputError(`Column "${name}" row ${odd}: ${values[odd]} is not a whole number`);
  }
}

function columnOf({ name, type, values }: ColumnOutput): TableColumn {
  const numbers = values.map((value) => (value === null ? NaN : Number(value)));
  switch (type) {
    case 'FLOAT':
      return { name, type: 'float32', values: Float32Array.from(numbers) };
    case 'INTEGER':
      return { name, type: 'int32', values: Int32Array.from(numbers) };
    case 'BIGINT':
      return { name, type: 'int64', values: Float64Array.from(numbers) };
    case 'DOUBLE':
      return { name, type: 'float64', values: Float64Array.from(numbers) };
    default:
      throw new DataQualityError(
        `Column "${name}" is ${type}; a table holds DOUBLE, FLOAT, BIGINT and INTEGER`,
      );
  }
}

async function inDirectory<T>(work: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'finsight-table-')).catch((error: unknown) => {
    throw fileError(tmpdir(), error);
  });
  try {
    return await work(join(directory, 'table.parquet'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
