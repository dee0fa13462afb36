import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileError } from '../files.js';
import type { SeriesPort } from '../ports.js';
import { withFileLock } from './lock.js';
import { mergeRows, rowsFrom, versionsOf, type StoredRows } from './merge.js';
import type { StoredBar } from '../ports.js';
import { partitionedSeries, type Place } from './partitioned.js';
import {
  fileOf,
  folderOf,
  partitionPeriods,
  periodFolders,
  periodOf,
  streamFolders,
  type PeriodSpan,
} from './partitions.js';
import { readOrigins, readRows, readTimes, writeRows } from './rows.js';
import { checkSeal, readSeal, seal, unseal } from './seals.js';
import { cachedSpan, summary, type FileSpan, type SpanCache } from './spans.js';

/**
 * Bars as files, hive-partitioned: `<root>/source=…/exchange=…/symbol=…/timeframe=…/period=…/<name>`. A partition
 * is rewritten whole and renamed into place under a lock that holds between processes, so readers need none.
 * @param name `bars.parquet` or `bars.csv`: the ending chooses the format.
 */
export function fileSeries(root: string, name: string, options: { now?: () => number } = {}): SeriesPort {
  const spans: SpanCache = new Map();
  const folder = ({ source, stream }: Place): string => folderOf(root, source, stream);
  const series = partitionedSeries(
    {
      grain: 'coarse',
      periods: (place, span) => partitionPeriods(folder(place), name, span),
      read: (place, periods, window) =>
        readRows(
          periods.map((period) => fileOf(folder(place), period, name)),
          window,
        ),
      times: (place, periods, window) =>
        readTimes(
          periods.map((period) => fileOf(folder(place), period, name)),
          window,
        ),
      versions: (place, period) => readStored(fileOf(folder(place), period, name)),
      merge: (place, period, change) =>
        changeFile(folder(place), fileOf(folder(place), period, name), (held) => {
          const { all, changed } = change(held ? versionsOf(held) : []);
          return { rows: rowsFrom(all), origins: all.map((bar) => bar.origin), changed };
        }),
      add: (place, period, rows, correctedAt) =>
        changeFile(folder(place), fileOf(folder(place), period, name), (held) => {
          const given = { rows, origin: place.source.detail, stream: place.stream, correctedAt };
          const { added, ...merged } = mergeRows(held, given);
          return { ...merged, changed: added };
        }),
      async streams(only) {
        const found: Awaited<ReturnType<SeriesPort['streams']>> = [];
        for (const { folder: below, source, stream } of await streamFolders(root, only)) {
          const held: FileSpan[] = [];
          for (const period of await partitionPeriods(below, name)) {
            const span = await cachedSpan(spans, fileOf(below, period, name), stream.timeframe);
            if (span) held.push(span);
          }
          if (held.length > 0) found.push(summary(stream, source, held));
        }
        return found;
      },
      close: async () => spans.clear(),
    },
    options,
  );
  return {
    ...series,
    async stamp({ stream, source, range }) {
      const span: PeriodSpan = [
        periodOf(stream.timeframe, range.from, 'coarse'),
        periodOf(stream.timeframe, range.to - 1, 'coarse'),
      ];
      const place = { stream, source };
      const states = [];
      for (const period of await periodFolders(folder(place), span)) {
        // A partition is replaced whole: another file has another number, and another time to the nanosecond.
        const state = await stat(fileOf(folder(place), period, name), { bigint: true }).catch(() => null);
        states.push(`${period} ${state?.ino} ${state?.size} ${state?.mtimeNs}`);
      }
      return states.join(';');
    },
    async seals(place) {
      const found = [];
      for (const period of await partitionPeriods(folder(place), name)) {
        const file = fileOf(folder(place), period, name);
        const state = await readSeal(file);
        if (state) found.push({ name: relative(root, file), ...state });
      }
      return found;
    },
  };
}

type FileChange = (held: StoredRows | null) => StoredRows & { changed: number };

/** Changes a partition under the lock; returns how many records changed. */
async function changeFile(folder: string, file: string, change: FileChange): Promise<number> {
  await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => {
    throw fileError(file, error);
  });
  return withFileLock(join(folder, 'lock'), async () => {
    const names = await readdir(dirname(file));
    // Drafts of writers that died: nobody else writes while we hold the lock.
    for (const draft of names.filter((each) => each.endsWith('.new')))
      await rm(join(dirname(file), draft), { force: true });
    const there = names.some((each) => file === join(dirname(file), each));
    if (there) await checkSeal(file);
    const { rows, origins, changed } = change(there ? await readFileRows(file) : null);
    if (changed === 0) return 0;
    if (origins.length > 0) await writeRows(file, rows, origins, (sha256) => seal(file, sha256, there));
    else {
      await rm(file, { force: true });
      await unseal(file);
    }
    return changed;
  });
}

async function readFileRows(file: string): Promise<StoredRows> {
  const rows = await readRows([file], { from: -Infinity, to: Infinity, asOf: Infinity });
  return { rows, origins: await readOrigins(file, rows.time.length) };
}

/** Every version in a partition's file. */
export const readStored = async (file: string): Promise<StoredBar[]> => versionsOf(await readFileRows(file));

export const writeBars = (file: string, bars: StoredBar[]): Promise<void> =>
  writeRows(
    file,
    rowsFrom(bars),
    bars.map((bar) => bar.origin),
  );
