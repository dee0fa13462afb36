import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { BarColumns } from '../../domain/bars.js';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import { timeframeMs, type Timeframe } from '../../domain/streams.js';
import type { GarbledRow, ReplayBars } from './provider.js';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
const TIME_NAMES = ['time', 'open_time', 'opentime', 'timestamp', 'date', 'datetime', 'unix', 'ts'];
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

interface Row {
  /** [time, open, high, low, close, volume]. */
  values: number[];
  garbled: GarbledRow | null;
}

/**
 * The bars of a CSV file, plain or gzip: columns by their header names in any order and case, or in the usual order
 * where the first line holds numbers; times ISO (UTC where none is given) or epoch s, ms, µs or ns.
 * @throws DataQualityError where the file or its header cannot be read.
 */
export async function readBarsFile(file: string, timeframe: Timeframe): Promise<ReplayBars> {
  const rows: Row[] = [];
  const step = timeframeMs(timeframe);
  try {
    let places: number[] | null = null;
    let delimiter = ',';
    for await (const line of linesOf(file)) {
      if (!line.trim()) continue;
      if (!places) delimiter = [',', ';', '\t'].find((mark) => line.includes(mark)) ?? ',';
      const cells = line.split(delimiter).map((cell) =>
        cell
          .trim()
          .replace(/^\uFEFF/, '')
          .replace(/^"(.*)"$/, '$1'),
      );
      const isFirst = places === null;
      places ??= placesOf(cells);
      if (isFirst && !DECIMAL.test(cells[1] ?? '')) continue;
      const row = rowOf(places.map((place) => cells[place] ?? ''));
      // A row without a time stands where the bar after the last one would, so that it is met once.
      if (row.garbled?.timeless) row.values[0] = (rows.at(-1)?.values[0] ?? NaN) + step;
      rows.push(row);
    }
  } catch (error) {
    throw new DataQualityError(`Cannot read the recording ${file}: ${messageOf(error)}`);
  }
  return columnsOf(rows);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? createGunzip() : raw;
  // Errors of the file do not travel down a pipe.
  if (input !== raw)
    raw.on('error', (error) => input.destroy(error)).pipe(input as ReturnType<typeof createGunzip>);
  try {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of input) {
      const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split(/\r?\n/);
      rest = parts.pop() ?? '';
      yield* parts;
    }
    yield rest;
  } finally {
    raw.destroy();
  }
}

/** Where each column stands. */
function placesOf(first: string[]): number[] {
  if (DECIMAL.test(first[1] ?? '')) return COLUMNS.map((_, place) => place);
  const names = first.map((name) => name.toLowerCase().replaceAll(' ', '_'));
  const places = COLUMNS.map((column) =>
    column === 'time' ? names.findIndex((name) => TIME_NAMES.includes(name)) : placeOf(names, column),
  );
  const missing = COLUMNS.filter((_, i) => places[i] === -1);
  if (missing.length > 0)
    throw new DataQualityError(
      `no column ${missing.join(', ')}; expected ${COLUMNS.join(',')}, found ${first.join(',')}`,
    );
  return places;
}

/** The very name, else the first that begins with it, such as `volume_btc`. */
const placeOf = (names: string[], column: string): number =>
  names.includes(column)
    ? names.indexOf(column)
    : names.findIndex((name) => name.startsWith(`${column}_`) && !name.endsWith('_time'));

function rowOf(cells: string[]): Row {
  const values = cells.map((cell, i) => (i === 0 ? timeOf(cell) : DECIMAL.test(cell) ? Number(cell) : NaN));
  return { values, garbled: values.some(Number.isNaN) ? { cells, timeless: Number.isNaN(values[0]) } : null };
}

function timeOf(text: string): number {
  if (DECIMAL.test(text)) return epochMs(Number(text));
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i.exec(
    text,
  );
  if (!match) return NaN;
  const zone = (match[3] ?? 'Z')
    .toUpperCase()
    .replace('UTC', 'Z')
    .replace(/^(...)(\d\d)$/, '$1:$2');
  return Date.parse(`${match[1]}T${match[2] ?? '00:00'}${zone}`);
}

/** Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by their size (years 1973 to 2286). */
function epochMs(value: number): number {
  if (value < 1e10) return value * 1000;
  if (value < 1e13) return Math.floor(value);
  return Math.floor(value < 1e16 ? value / 1000 : value / 1e6);
}

/** Ascending whatever the order in the file; rows of one time keep theirs. */
function columnsOf(rows: Row[]): ReplayBars {
  const first = rows.find((row) => !Number.isNaN(row.values[0]))?.values[0] ?? 0;
  for (const { values } of rows) if (Number.isNaN(values[0])) values[0] = first;
  rows.sort((a, b) => (a.values[0] ?? 0) - (b.values[0] ?? 0));
  const columns = Object.fromEntries(
    COLUMNS.map((name, i) => [name, Float64Array.from(rows, (row) => row.values[i] ?? NaN)]),
  ) as unknown as BarColumns;
  const garbled = new Map<number, GarbledRow>();
  rows.forEach((row, i) => row.garbled && garbled.set(i, row.garbled));
  return { columns, garbled };
}
