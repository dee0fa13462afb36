import { rm } from 'node:fs/promises';
import type { BarColumns } from '../../domain/bars.js';
import { DataQualityError, messageOf, UnreachableError } from '../../domain/errors.js';
import { fillTable, literal, selectColumns, withDuckdb } from '../duckdb.js';
import { fileError, replaceFile, writeAtomically } from '../files.js';

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

/** Files of one format, as a table. */
function list(files: string[]): string {
  const names = `[${files.map(literal).join(', ')}]`;
  return files[0]?.endsWith('.csv')
    ? `read_csv(${names}, hive_partitioning = false, ${CSV})`
    : `read_parquet(${names}, hive_partitioning = false)`;
}

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
  const sql = `SELECT ${SELECTED} FROM ${list(files)}
    WHERE "time" >= ${instant(range.from)} AND "time" < ${instant(range.to)} AND "knownAt" <= ${Math.floor(instant(range.asOf))}
    ORDER BY "time", "knownAt"`;
  const columns = await select(sql, files);
  return rowsOf(columns.map(({ values }) => values as number[]));
}

/** Where each row of a file came from, in the order of `readRows`. */
export async function readOrigins(file: string): Promise<string[]> {
  const [column] = await select(`SELECT origin FROM ${list([file])} ORDER BY "time", "knownAt"`, [file]);
  return (column?.values ?? []) as string[];
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
    FROM ${list([file])}`;
  const [first, last, bars, origin] = (await select(sql, [file])).map(({ values }) => values[0]);
  if (!bars) return null;
  return { first: first as number, last: last as number, bars: bars as number, origin: String(origin) };
}

async function select(sql: string, files: string[]) {
  try {
    return await withDuckdb((connection) => selectColumns(connection, sql));
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
    const look = withDuckdb((connection) => connection.run(`SELECT ${sums} FROM ${list([file])}`));
    await look.catch(() => broken.push(file));
  }
  return broken;
}

/** From columns in the order of NUMBERS. */
export function rowsOf(values: ArrayLike<number>[]): Rows {
  const column = (index: number): Float64Array => Float64Array.from(values[index] ?? []);
  const [time, open, high, low, close, volume, knownAt] = NUMBERS.map((_, index) => column(index));
  return { time, open, high, low, close, volume, knownAt } as Rows;
}

/** Writes a partition beside its place and renames it into it: a crash leaves the old or the new one. */
export async function writeRows(file: string, rows: Rows, origins: string[]): Promise<void> {
  if (file.endsWith('.csv')) return writeAtomically(file, csvOf(rows, origins));
  const draft = `${file}.${process.pid}.new`;
  const columns = NUMBERS.map((name) => ({
    name,
    type: name === 'time' || name === 'knownAt' ? ('BIGINT' as const) : ('DOUBLE' as const),
    values: rows[name],
  }));
  try {
    await withDuckdb(async (connection) => {
      await fillTable(connection, 'bars', [...columns, { name: 'origin', type: 'VARCHAR', values: origins }]);
      await connection.run(`COPY bars TO ${literal(draft)} (${FORMAT})`);
    });
    await replaceFile(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw fileError(file, error);
  }
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
  const length = parts.reduce((sum, part) => sum + part.time.length, 0);
  const columns = NUMBERS.map((name) => {
    const column = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      column.set(part[name], at);
      at += part[name].length;
    }
    return [name, column] as const;
  });
  return Object.fromEntries(columns) as unknown as Rows;
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
  rowsOf(NUMBERS.map((name) => rows[name].subarray(from, to)));
