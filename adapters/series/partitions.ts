import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TimeRange } from '../../domain/bars.js';
import { messageOf } from '../../domain/errors.js';
import { sourceKey, type Source, type SourceKind } from '../../domain/sources.js';
import { parseStream, timeframeMs, type Stream, type Timeframe } from '../../domain/streams.js';
import { fileError } from '../files.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FILE = 'bars.parquet';

/** `<root>/source=…/exchange=…/symbol=…/timeframe=…`: sources of different kinds never share a folder. */
export const folderOf = (root: string, source: Source, stream: Stream): string =>
  join(
    root,
    `source=${sourceKey(source)}`,
    `exchange=${stream.exchange}`,
    `symbol=${stream.symbol}`,
    `timeframe=${stream.timeframe}`,
  );

export const fileOf = (folder: string, period: string): string => join(folder, `period=${period}`, FILE);

/** Minutes by month, hours by year, days in one: a file then holds at most some 45,000 rows. */
export function periodOf(timeframe: Timeframe, time: number): string {
  const step = timeframeMs(timeframe);
  if (step >= DAY) return 'all';
  // Years of four digits, so that periods sort as texts.
  const date = new Date(Math.max(Date.UTC(1000, 0, 1), Math.min(Date.UTC(9999, 0, 1), time)));
  return date.toISOString().slice(0, step >= HOUR ? 4 : 7);
}

/** The instants that a partition file is for, by its period; of `all` everything that is a date of four digits. */
export function rangeOfFile(file: string): TimeRange {
  const [year, month] = (/period=(\d{4})(?:-(\d{2}))?/.exec(file)?.slice(1) ?? []).map((part) =>
    Number(part),
  );
  if (!year) return { from: 0, to: Date.UTC(9999, 0, 1) };
  if (!month) return { from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) };
  return { from: Date.UTC(year, month - 1, 1), to: Date.UTC(year, month, 1) };
}

/** Partition files that can hold bars of the range, oldest first. */
export async function partitionFiles(
  folder: string,
  timeframe: Timeframe,
  range?: TimeRange,
): Promise<string[]> {
  const first = range && periodOf(timeframe, range.from);
  const last = range && periodOf(timeframe, range.to - 1);
  const periods = (await entriesOf(folder, 'period')).filter(
    (period) => first === undefined || last === undefined || (period >= first && period <= last),
  );
  const files: string[] = [];
  for (const period of periods)
    if ((await namesIn(join(folder, `period=${period}`))).includes(FILE)) files.push(fileOf(folder, period));
  return files;
}

/** Every stream that has a folder, with its source's kind; the detail of a recorded source lies in its files. */
export async function streamFolders(
  root: string,
): Promise<{ folder: string; source: Source; stream: Stream }[]> {
  const found: { folder: string; source: Source; stream: Stream }[] = [];
  for (const key of await entriesOf(root, 'source'))
    for (const exchange of await entriesOf(join(root, `source=${key}`), 'exchange')) {
      const below = join(root, `source=${key}`, `exchange=${exchange}`);
      for (const symbol of await entriesOf(below, 'symbol'))
        for (const timeframe of await entriesOf(join(below, `symbol=${symbol}`), 'timeframe')) {
          const stream = parseStream([exchange, symbol, timeframe].join('/'));
          found.push({ folder: folderOf(root, sourceOf(key), stream), source: sourceOf(key), stream });
        }
    }
  return found;
}

function sourceOf(key: string): Source {
  const [kind = '', ...detail] = key.split('-');
  return { kind: kind as SourceKind, detail: detail.join('-') };
}

/** Values of the `name=value` folders in a folder, in order. */
async function entriesOf(folder: string, name: string): Promise<string[]> {
  const names = await namesIn(folder);
  return names.filter((each) => each.startsWith(`${name}=`)).map((each) => each.slice(name.length + 1));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (/ENOENT|ENOTDIR/.test(messageOf(error))) return [];
    throw fileError(folder, error);
  }
}
