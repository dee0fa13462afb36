import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bar, BarColumns, BarsKey } from '../../domain/bars.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { streamId, type Stream } from '../../domain/streams.js';
import { fileError } from '../files.js';
import type { ColumnsWrite, SeriesPort } from '../ports.js';
import { withFileLock } from './lock.js';
import { barsOf, mergeRows, rowsFrom, type StoredRows } from './merge.js';
import { fileOf, folderOf, partitionFiles, periodOf, streamFolders } from './partitions.js';
import { joinRows, latestVersions, NUMBERS, readOrigins, readRows, sliceRows, writeRows } from './rows.js';
import type { Rows } from './rows.js';
import { cachedSpan, summary, type FileSpan, type SpanCache } from './spans.js';

/** In the order in which the digest takes them. */
const VALUES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/**
 * Bars as ZSTD Parquet, hive-partitioned:
 * `<root>/source=…/exchange=…/symbol=…/timeframe=…/period=…/bars.parquet`. A partition is rewritten whole and
 * renamed into place under a lock that holds between processes, so readers need none.
 */
export function parquetSeries(root: string, options: { now?: () => number } = {}): SeriesPort {
  const now = options.now ?? Date.now;
  const spans: SpanCache = new Map();
  const about = (stream: Stream, source: Source) => ({ stream, source, now: now() });

  return {
    async write({ stream, bars, source }) {
      checkBars(stream, bars);
      const folder = folderOf(root, source, stream);
      let stored = 0;
      for (const [period, part] of byPeriod(stream, bars))
        stored += await mergePartition({ ...about(stream, source), folder, period, rows: rowsFrom(part) });
      return { stored };
    },
    async writeColumns({ stream, columns, source }) {
      checkColumns(stream, columns);
      const folder = folderOf(root, source, stream);
      let stored = 0;
      for (const [period, rows] of slicesByPeriod(stream, columns))
        stored += await mergePartition({ ...about(stream, source), folder, period, rows });
      return { stored };
    },
    async remove({ stream, source, times }) {
      const folder = folderOf(root, source, stream);
      let removed = 0;
      for (const [period, part] of byPeriod(
        stream,
        times.map((time) => ({ time })),
      ))
        removed += await thinPartition(folder, period, new Set(part.map(({ time }) => time)));
      return { removed };
    },
    read: async (key) => barsOf(await readSome(root, key)),
    async readColumns(key) {
      const { knownAt: _, ...columns } = await readAll(root, key);
      return columns;
    },
    times: async (key) => (await readAll(root, key)).time,
    digest: async (key) => digestOf(await readAll(root, key)),
    async streams() {
      const found: Awaited<ReturnType<SeriesPort['streams']>> = [];
      for (const { folder, source, stream } of await streamFolders(root)) {
        const held: FileSpan[] = [];
        for (const file of await partitionFiles(folder, stream.timeframe)) {
          const span = await cachedSpan(spans, file, stream.timeframe);
          if (span) held.push(span);
        }
        if (held.length > 0) found.push(summary(stream, source, held));
      }
      return found;
    },
    close: async () => spans.clear(),
  };
}

async function readAll(root: string, key: BarsKey): Promise<Rows> {
  const { source, stream, range, asOf } = key;
  checkRange(key);
  const files = await partitionFiles(folderOf(root, source, stream), stream.timeframe, range);
  return latestVersions(await readRows(files, { ...range, asOf }));
}

/** With a limit, partitions are read from the end asked for until there is enough. */
async function readSome(
  root: string,
  key: BarsKey & { limit?: number; order?: 'oldest' | 'newest' },
): Promise<Rows> {
  const { limit, order = 'oldest', source, stream, range, asOf } = key;
  if (limit === undefined) return readAll(root, key);
  checkRange(key);
  if (!Number.isInteger(limit) || limit < 0)
    throw new InvalidInputError(`limit ${limit} is not a whole number from 0`);
  const files = await partitionFiles(folderOf(root, source, stream), stream.timeframe, range);
  const parts: Rows[] = [];
  let found = 0;
  for (const file of order === 'newest' ? files.reverse() : files) {
    if (found >= limit) break;
    const part = latestVersions(await readRows([file], { ...range, asOf }));
    found += part.time.length;
    if (order === 'newest') parts.unshift(part);
    else parts.push(part);
  }
  const rows = joinRows(parts);
  return order === 'newest' ? sliceRows(rows, Math.max(0, found - limit)) : sliceRows(rows, 0, limit);
}

function checkRange({ range, asOf, stream }: BarsKey): void {
  if ([range.from, range.to, asOf].some((time) => typeof time !== 'number' || Number.isNaN(time)))
    throw new InvalidInputError(
      `Reading ${streamId(stream)} needs from, to and asOf in epoch ms; got ${range.from}, ${range.to}, ${asOf}`,
    );
}

function checkBars(stream: Stream, bars: Bar[]): void {
  const odd = bars.find((bar) => !NUMBERS.every((name) => Number.isFinite(bar[name])) || !isWhole(bar));
  if (odd)
    throw new DataQualityError(
      `${streamId(stream)}: cannot store the bar ${JSON.stringify(odd)}; validate first`,
    );
}

const isWhole = (bar: Bar): boolean => Number.isSafeInteger(bar.time) && Number.isSafeInteger(bar.knownAt);

function byPeriod<T extends Pick<Bar, 'time'>>(stream: Stream, bars: readonly T[]): Map<string, T[]> {
  const parts = new Map<string, T[]>();
  for (const bar of bars) {
    const period = periodOf(stream.timeframe, bar.time);
    const part = parts.get(period);
    if (part) part.push(bar);
    else parts.set(period, [bar]);
  }
  return parts;
}

/** Columns of strictly ascending times, cut where periods end. */
function* slicesByPeriod(stream: Stream, columns: ColumnsWrite['columns']): Generator<[string, Rows]> {
  const { time } = columns;
  const periodAt = (index: number): string => periodOf(stream.timeframe, time[index] ?? NaN);
  for (let from = 0; from < time.length;) {
    const period = periodAt(from);
    let inside = from;
    let outside = time.length;
    while (outside - inside > 1) {
      const middle = (inside + outside) >> 1;
      if (periodAt(middle) === period) inside = middle;
      else outside = middle;
    }
    yield [period, sliceRows(columns, from, outside)];
    from = outside;
  }
}

function checkColumns(stream: Stream, columns: ColumnsWrite['columns']): void {
  const { time, knownAt } = columns;
  for (let i = 0; i < time.length; i++) {
    const whole = Number.isSafeInteger(time[i]) && Number.isSafeInteger(knownAt[i]);
    if (whole && NUMBERS.every((name) => Number.isFinite(columns[name][i])) && !(time[i]! <= time[i - 1]!))
      continue;
    throw new DataQualityError(
      `${streamId(stream)}: cannot store row ${i} of the columns, ${JSON.stringify(barsOf(sliceRows(columns, i, i + 1))[0])}; ` +
        'validate first, and order by time',
    );
  }
}

interface PartitionTask {
  stream: Stream;
  source: Source;
  now: number;
  folder: string;
  period: string;
  rows: Rows;
}

/** Adds what is new to a partition; returns how many records that were. */
async function mergePartition(task: PartitionTask): Promise<number> {
  const { folder, period, source, now } = task;
  const file = fileOf(folder, period);
  await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => {
    throw fileError(file, error);
  });
  return withFileLock(join(folder, 'lock'), async () => {
    const names = await readdir(dirname(file));
    // Drafts of writers that died: nobody else writes while we hold the lock.
    for (const name of names.filter((each) => each.endsWith('.new')))
      await rm(join(dirname(file), name), { force: true });
    const there = names.includes('bars.parquet') ? await readStored(file) : null;
    const { rows, origins, added } = mergeRows(there, {
      ...task,
      correctedAt: source.kind === 'live' ? now : null,
    });
    if (added > 0) await writeRows(file, rows, origins);
    return added;
  });
}

/** Takes bars out of a partition; one that is empty then is no more. Returns how many bars that were. */
async function thinPartition(folder: string, period: string, times: ReadonlySet<number>): Promise<number> {
  const file = fileOf(folder, period);
  if (!existsSync(file)) return 0;
  return withFileLock(join(folder, 'lock'), async () => {
    const { rows, origins } = await readStored(file);
    const kept = Array.from(rows.time, (_, place) => place).filter(
      (place) => !times.has(rows.time[place] ?? NaN),
    );
    const some = Object.fromEntries(
      NUMBERS.map((name) => [name, Float64Array.from(kept, (place) => rows[name][place] ?? NaN)]),
    ) as unknown as Rows;
    if (kept.length === 0) await rm(file);
    else if (kept.length < rows.time.length)
      await writeRows(
        file,
        some,
        kept.map((place) => origins[place] ?? ''),
      );
    return new Set(rows.time.filter((time) => times.has(time))).size;
  });
}

async function readStored(file: string): Promise<StoredRows> {
  const rows = await readRows([file], { from: -Infinity, to: Infinity, asOf: Infinity });
  return { rows, origins: await readOrigins(file) };
}

/** sha256 over the values as little-endian doubles, column after column. */
function digestOf(columns: BarColumns): { sha256: string; rows: number } {
  const hash = createHash('sha256');
  for (const name of VALUES) {
    const { buffer, byteOffset, byteLength } = columns[name];
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return { sha256: hash.digest('hex'), rows: columns.time.length };
}
