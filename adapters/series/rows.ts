import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
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
import { LAST_INSTANT } from '../../domain/lineage.js';
import { isAscending, joinNumbers } from '../../domain/bars/columns.js';
import { scaleOf } from '../../domain/bars/scale.js';
import { inOrder, joinRows, NUMBERS, rowsOf, type Rows } from './columns.js';
import { digestOf } from './seals.js';

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
const instant = (time: number): number => Math.ceil(Math.max(-LAST_INSTANT, Math.min(LAST_INSTANT, time)));

/**
 * Rows of the files with time in [from, to) and known at `asOf`.
 * @throws DataQualityError naming the file that cannot be read and what to do.
 */
export async function readRows(files: string[], range: Window): Promise<Rows> {
  if (files.length === 0) return rowsOf([]);
  const parts = await readNumbers(files, SELECTED, range);
  return inOrder(joinRows(parts.map(rowsOf)));
}

/** Opens of the bars that `readRows` gives, ascending, each once: a seventh of the memory. */
export async function readTimes(files: string[], range: Window): Promise<Float64Array> {
  if (files.length === 0) return new Float64Array();
  const parts = await readNumbers(files, '"time"::DOUBLE AS "time"', range);
  const times = joinNumbers(parts.map(([time = new Float64Array()]) => time));
  if (isAscending(times)) return times;
  return Float64Array.from(new Set(times.sort()));
}

interface Window {
  from: number;
  to: number;
  asOf: number;
}

/** One query a file: a list of files would be read with the first one's type, and scales differ between files. */
function readNumbers(
  files: string[],
  columns: string,
  { from, to, asOf }: Window,
): Promise<Float64Array[][]> {
  // Each condition costs a pass over the rows: most reads are of the latest versions.
  const known = asOf >= LAST_INSTANT ? '' : ` AND "knownAt" <= ${Math.max(-LAST_INSTANT, Math.floor(asOf))}`;
  const where = `"time" >= ${instant(from)} AND "time" < ${instant(to)}${known}`;
  const numbersOf = (file: string): Promise<Float64Array[]> =>
    withDuckdb((connection) =>
      selectNumbers(connection, `SELECT ${columns} FROM ${table(file)} WHERE ${where}`),
    );
  return reading(files, () => inLanes(files, numbersOf));
}

/** Files that are read at a time: the more, the longer the process's other reads and writes wait for a thread. */
const LANES = 2;

async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

/** Where each of a file's rows came from, in the order of `readRows`. */
export async function readOrigins(file: string, rows: number): Promise<string[]> {
  const selected = async (sql: string): Promise<(string | null)[]> => {
    const [column] = await reading([file], () => withDuckdb((connection) => selectColumns(connection, sql)));
    return (column?.values ?? []) as (string | null)[];
  };
  // Most files have one origin; a text a row takes longer than all numbers of the file.
  const names = await selected(`SELECT DISTINCT origin FROM ${table(file)} LIMIT 2`);
  const all =
    names.length === 1
      ? Array.from({ length: rows }, () => names[0] ?? '')
      : await selected(`SELECT origin FROM ${table(file)} ORDER BY "time", "knownAt"`);
  // An empty cell of a CSV file is read as null.
  return all.map((origin) => origin ?? '');
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
  const columns = await reading([file], () => withDuckdb((connection) => selectColumns(connection, sql)));
  const [first, last, bars, origin] = columns.map(({ values }) => values[0]);
  if (!bars) return null;
  return { first: first as number, last: last as number, bars: bars as number, origin: String(origin) };
}

async function reading<T>(files: string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
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
