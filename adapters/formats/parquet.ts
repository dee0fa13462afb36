import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import { COLUMNS } from '../../domain/bars/columns.js';
import { sniffLayout, type Layout } from '../../domain/bars/layout.js';
import type { Cell } from '../../domain/bars/layout-cells.js';
import { appendRows, createTable, literal, quoted } from '../duckdb.js';
import { batchNumbers, batchRows } from './batches.js';
import { SAMPLE_ROWS, type BarFormat, type ReadOptions, type RowBatch } from './format.js';

/** DuckDB's share of the memory; what does not fit goes to a file beside the result. */
const MEMORY = '128MB';

/** Parquet files of any writer by DuckDB; written with ZSTD, prices as float64, times as UTC timestamps. */
export const parquet: BarFormat = {
  name: 'parquet',
  extensions: ['parquet', 'pq'],
  mediaType: 'application/vnd.apache.parquet',
  async *read(input, options) {
    const file = await input.lend();
    try {
      yield* readFile(file.path, { options, name: input.path });
    } finally {
      await file.giveBack();
    }
  },
  async *encode(batches) {
    const directory = await mkdtemp(join(tmpdir(), 'finsight-parquet-'));
    try {
      const path = join(directory, 'bars.parquet');
      await withOwnDuckdb(directory, async (connection) => {
        await createTable(
          connection,
          'bars',
          COLUMNS.map((name) => ({ name, type: 'DOUBLE' })),
          'TABLE',
        );
        for await (const batch of batches)
          await appendRows(
            connection,
            'bars',
            COLUMNS.map((name) => ({ name, type: 'DOUBLE', values: batch[name] })),
          );
        const [, ...values] = COLUMNS.map(quoted);
        await connection.run(
          `COPY (SELECT make_timestamptz("time"::BIGINT * 1000) AS "time", ${values.join(', ')} FROM bars)
           TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
        );
      });
      for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) yield chunk as Uint8Array;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function* readFile(
  path: string,
  { options, name }: { options: ReadOptions; name: string },
): AsyncGenerator<RowBatch> {
  const directory = await mkdtemp(join(tmpdir(), 'finsight-parquet-'));
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', settings(directory));
  const connection = await instance.connect();
  try {
    const table = `read_parquet(${literal(path)}, hive_partitioning = false)`;
    const columns = await typesOf(connection, table);
    const header = columns.map((column) => column.name);
    const typedTimes = columns.flatMap(({ isTime }, place) => (isTime ? [place] : []));
    const chosen = columns.map((column) => column.sql).join(', ');
    const sample: Cell[][] = [];
    for await (const cells of cellsOf(connection, `SELECT ${chosen} FROM ${table} LIMIT ${SAMPLE_ROWS}`))
      sample.push(cells);
    if (sample.length === 0) return;
    const layout = sniffLayout(header, sample, { ...options, typedTimes });
    options.onLayout?.(layout);
    const numbers = numericPlaces(layout, columns);
    if (numbers) {
      const sql = numbers.map((column) => `coalesce(${column.sql}, 'NaN'::DOUBLE)`).join(', ');
      yield* batchNumbers(numbersOf(connection, `SELECT ${sql} FROM ${table}`));
    } else yield* batchRows(cellsOf(connection, `SELECT ${chosen} FROM ${table}`), layout);
  } catch (error) {
    if (['InvalidInputError', 'DataQualityError'].includes((error as Error).name)) throw error;
    throw new DataQualityError(`${name} is no readable Parquet file: ${messageOf(error).split('\n')[0]}`);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The six columns where all of them are numbers by type and need no reading; else null. */
function numericPlaces(layout: Layout, columns: FileColumn[]): FileColumn[] | null {
  const { time, open, high, low, close, volume } = layout.places;
  const chosen = [time[0], open, high, low, close, volume].map((place) => columns[place ?? -1]);
  const isPlain =
    layout.time.kind === 'typed' && !layout.adjusted && chosen.every((column) => column?.isNumber);
  return isPlain ? (chosen as FileColumn[]) : null;
}

interface FileColumn {
  name: string;
  isTime: boolean;
  isNumber: boolean;
  sql: string;
}

/** Columns with how to select them: times by type as epoch ms, numbers as DOUBLE, all else as text. */
async function typesOf(connection: DuckDBConnection, table: string): Promise<FileColumn[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${table}`);
  return described.getRowObjects().map(({ column_name, column_type }) => {
    const [name, type] = [String(column_name), String(column_type)];
    const isTime = /^(TIMESTAMP|DATE)/.test(type);
    if (isTime)
      return { name, isTime, isNumber: true, sql: `epoch_us(${quoted(name)}::TIMESTAMP)::DOUBLE / 1000` };
    const isNumber = /INT|DOUBLE|FLOAT|REAL|DECIMAL/.test(type);
    return { name, isTime, isNumber, sql: `${quoted(name)}::${isNumber ? 'DOUBLE' : 'VARCHAR'}` };
  });
}

async function* cellsOf(connection: DuckDBConnection, sql: string): AsyncGenerator<Cell[]> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk: DuckDBDataChunk | null = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const vectors = Array.from({ length: chunk.columnCount }, (_, i) => chunk.getColumnVector(i));
    for (let row = 0; row < chunk.rowCount; row++) yield vectors.map((vector) => vector.getItem(row) as Cell);
  }
}

async function* numbersOf(connection: DuckDBConnection, sql: string): AsyncGenerator<Float64Array[]> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk: DuckDBDataChunk | null = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    yield Array.from({ length: chunk.columnCount }, (_, column) => {
      const vector = chunk.getColumnVector(column);
      const values = new Float64Array(chunk.rowCount);
      for (let i = 0; i < values.length; i++) values[i] = vector.getItem(i) as number;
      return values;
    });
  }
}

const settings = (directory: string): Record<string, string> => ({
  threads: '1',
  memory_limit: MEMORY,
  temp_directory: directory,
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
});

/** A DuckDB with a database file of its own, so that a table may be larger than the memory. */
/** A DuckDB of its own on a file in the directory: what outgrows its memory goes there. */
export async function withOwnDuckdb(
  directory: string,
  work: (connection: DuckDBConnection) => Promise<void>,
): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(join(directory, 'bars.duckdb'), settings(directory));
  const connection = await instance.connect();
  try {
    await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
