import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { rm } from 'node:fs/promises';
import type { BarColumns } from '../../domain/bars.js';
import { DataQualityError, messageOf, UnreachableError } from '../../domain/errors.js';
import {
  fillTable,
  literal,
  quoted,
  selectColumns,
  selectNumbers,
  withDuckdb,
  type ColumnInput,
} from '../duckdb.js';
import { fileError, replaceFile, writeAtomically } from '../files.js';
import { joinNumbers } from '../../domain/bars/columns.js';
import { scaleOf } from '../../domain/bars/scale.js';
import { digestOf } from './seals.js';

/** Stored bars as columns, ascending by time and then knownAt: several versions of a bar may follow each other. */
export interface Rows extends BarColumns {
  knownAt: Float64Array;
}

export const NUMBERS = ['time', 'open', 'high', 'low', 'close', 'volume', 'knownAt'] as const;

const SELECTED = NUMBERS.map((name) => `"${name}"::DOUBLE AS "${name}"`).join(', ');
/** ROW_GROUP_SIZE: a partition is one row group, read whole. V2 pages pack whole numbers by their differences. */
const FORMAT = 'FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880';

/** Numbers of a CSV file are read as what they are; guessing could take a column of whole prices for integers. */
const CSV_COLUMNS = [...NUMBERS.map((name) => `"${name}": 'DOUBLE'`), "origin: 'VARCHAR'"].join(', ');
const CSV = `header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {${CSV_COLUMNS}}`;

/** One file as a table, by its ending. */
const table = (file: string): string =>
  file.endsWith('.csv')
    ? `read_csv(${literal(file)}, hive_partitioning = false, ${CSV})`
    : `read_parquet(${literal(file)}, hive_partitioning = false)`;

/** The furthest instants of JavaScript: infinities mean them. */
const instant = (time: number): number => Math.ceil(Math.max(-8.64e15, Math.min(8.64e15, time)));

/**
 * Rows of the files with time in [from, to) and known at `asOf`.
 * @throws DataQualityError naming the file that cannot be read and what to do.
 */
export async function readRows(
  files: string[],
  range: { from: number; to: number; asOf: number },
): Promise<Rows> {
  if (files.length === 0) return rowsOf([]);
  const where = `"time" >= ${instant(range.from)} AND "time" < ${instant(range.to)} AND "knownAt" <= ${Math.floor(instant(range.asOf))}`;
  // One query a file: a list of files would be read with the first one's type, and scales differ between files.
  const parts = files.map((file) => `SELECT ${SELECTED} FROM ${table(file)} WHERE ${where}`);
  const sql = `${parts.join(' UNION ALL ')} ORDER BY "time", "knownAt"`;
  return rowsOf(await reading(files, (connection) => selectNumbers(connection, sql)));
}

/** Where each row of a file came from, in the order of `readRows`. */
export async function readOrigins(file: string): Promise<string[]> {
  const sql = `SELECT origin FROM ${table(file)} ORDER BY "time", "knownAt"`;
  const [column] = await reading([file], (connection) => selectColumns(connection, sql));
  // An empty cell of a CSV file is read as null.
  return ((column?.values ?? []) as (string | null)[]).map((origin) => origin ?? '');
}

export interface Span {
  first: number;
  last: number;
  bars: number;
  /** Detail of the source of the newest bar. */
  origin: string;
}

/** What a file holds, or null where it is empty. */
export async function readSpan(file: string): Promise<Span | null> {
  const sql = `SELECT min("time")::DOUBLE, max("time")::DOUBLE, count(DISTINCT "time")::DOUBLE, arg_max(origin, "time")
    FROM ${table(file)}`;
  const columns = await reading([file], (connection) => selectColumns(connection, sql));
  const [first, last, bars, origin] = columns.map(({ values }) => values[0]);
  if (!bars) return null;
  return { first: first as number, last: last as number, bars: bars as number, origin: String(origin) };
}

async function reading<T>(files: string[], work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  try {
    return await withDuckdb(work);
  } catch (error) {
    const broken = files.length === 1 ? files : await brokenOf(files);
    const known = fileError(broken[0] ?? '', error);
    if (broken.length === 0 || known instanceof UnreachableError) throw known;
    throw new DataQualityError(
      `Stored bars cannot be read: ${broken.join(', ')}: ${messageOf(error).split('\n')[0]}; ` +
        'move the file aside and collect its range again, the other partitions are not affected',
    );
  }
}

async function brokenOf(files: string[]): Promise<string[]> {
  const broken: string[] = [];
  for (const file of files) {
    const sums = NUMBERS.map((name) => `sum("${name}"::DOUBLE)`).join(', ');
    const look = withDuckdb((connection) => connection.run(`SELECT ${sums} FROM ${table(file)}`));
    await look.catch(() => broken.push(file));
  }
  return broken;
}

/** From columns in the order of NUMBERS. */
export function rowsOf(values: ArrayLike<number>[]): Rows {
  const column = (index: number): Float64Array => {
    const given = values[index] ?? [];
    return given instanceof Float64Array ? given : Float64Array.from(given);
  };
  const [time, open, high, low, close, volume, knownAt] = NUMBERS.map((_, index) => column(index));
  return { time, open, high, low, close, volume, knownAt } as Rows;
}

/**
 * Writes a partition beside its place and renames it into it: a crash leaves the old or the new one. Prices and
 * volumes are DECIMAL(18, s), whole numbers of their tick, where that is exact for the whole file, else DOUBLE; files
 * of one stream may differ, and files of before (all DOUBLE) stay readable.
 */
export async function writeRows(
  file: string,
  rows: Rows,
  origins: string[],
  sealing?: (sha256: string) => Promise<void>,
): Promise<void> {
  if (file.endsWith('.csv')) {
    const bytes = csvOf(rows, origins);
    await sealing?.(createHash('sha256').update(bytes).digest('hex'));
    return writeAtomically(file, bytes);
  }
  const draft = `${file}.${process.pid}.new`;
  try {
    await withDuckdb(async (connection) => {
      const names = [...new Set(origins)];
      const columns: ColumnInput[] = NUMBERS.map((name) => ({ name, type: 'DOUBLE', values: rows[name] }));
      if (names.length > 1) {
        const places = new Map(names.map((name, i) => [name, i + 1]));
        const values = Float64Array.from(origins, (origin) => places.get(origin) ?? 0);
        columns.push({ name: 'place', type: 'DOUBLE', values });
      }
      await fillTable(connection, 'bars', columns);
      const origin =
        names.length > 1
          ? `list_extract([${names.map(literal).join(', ')}], place::INTEGER)`
          : literal(names[0] ?? '');
      const stored = NUMBERS.map((name) => `${quoted(name)}::${typeOf(name, rows[name])} AS ${quoted(name)}`);
      const sql = `SELECT ${stored.join(', ')}, ${origin} AS origin FROM bars`;
      await connection.run(`COPY (${sql}) TO ${literal(draft)} (${FORMAT})`);
    });
    await sealing?.(await digestOf(draft));
    await replaceFile(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw fileError(file, error);
  }
}

function typeOf(name: (typeof NUMBERS)[number], values: Float64Array): string {
  if (name === 'time' || name === 'knownAt') return 'BIGINT';
  const scale = scaleOf(values);
  return scale === null ? 'DOUBLE' : `DECIMAL(18, ${scale})`;
}

/** JavaScript writes the shortest digits that mean the same number; only the sign of a zero would be lost. */
const digits = (value: number | undefined): string => (Object.is(value, -0) ? '-0' : String(value));

function csvOf(rows: Rows, origins: string[]): Uint8Array {
  const lines = [[...NUMBERS, 'origin'].join(',')];
  origins.forEach((origin, i) => {
    const cells = NUMBERS.map((name) => digits(rows[name][i]));
    lines.push([...cells, `"${origin.replaceAll('"', '""')}"`].join(','));
  });
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

/** Keeps the last version of each bar. */
export function latestVersions(rows: Rows): Rows {
  const keep: number[] = [];
  const { time } = rows;
  for (let i = 0; i < time.length; i++) if (i + 1 === time.length || time[i] !== time[i + 1]) keep.push(i);
  return keep.length === time.length
    ? rows
    : rowsOf(NUMBERS.map((name) => keep.map((i) => rows[name][i] ?? NaN)));
}

export function joinRows(parts: Rows[]): Rows {
  if (parts.length === 1 && parts[0]) return parts[0];
  return rowsOf(NUMBERS.map((name) => joinNumbers(parts.map((part) => part[name]))));
}

/** Rows in [from, to) that are known at `asOf`; the order stays. */
export function windowRows(rows: Rows, { from, to, asOf }: { from: number; to: number; asOf: number }): Rows {
  const { time, knownAt } = rows;
  const keep: number[] = [];
  time.forEach((at, i) => {
    if (at >= from && at < to && (knownAt[i] ?? Infinity) <= asOf) keep.push(i);
  });
  if (keep.length === time.length) return rows;
  return rowsOf(NUMBERS.map((name) => keep.map((i) => rows[name][i] ?? NaN)));
}

export const sliceRows = (rows: Rows, from: number, to?: number): Rows =>
  rowsOf(NUMBERS.map((name) => rows[name].slice(from, to)));
