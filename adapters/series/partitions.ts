import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TimeRange } from '../../domain/bars.js';
import { messageOf } from '../../domain/errors.js';
import { sourceKey, type Source, type SourceKind } from '../../domain/sources.js';
import { parseStream, timeframeMs, type Stream, type Timeframe } from '../../domain/streams.js';
import { fileError } from '../files.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** `<root>/source=…/exchange=…/symbol=…/timeframe=…`: sources of different kinds never share a folder. */
export const folderOf = (root: string, source: Source, stream: Stream): string =>
  join(
    root,
    `source=${sourceKey(source)}`,
    `exchange=${stream.exchange}`,
    `symbol=${stream.symbol}`,
    `timeframe=${stream.timeframe}`,
  );

export const fileOf = (folder: string, period: string, name: string): string =>
  join(folder, `period=${period}`, name);

/** Coarse: at most some 45,000 rows a partition, for files. Fine: at most 1,440, for stores that rewrite often. */
export type Grain = 'coarse' | 'fine';

/** Coarse: minutes by month, hours by year, days in one. Fine: minutes by day, hours by month, days by year. */
export function periodOf(timeframe: Timeframe, time: number, grain: Grain): string {
  const step = timeframeMs(timeframe);
  const size = step >= DAY ? 0 : step >= HOUR ? 1 : 2;
  if (grain === 'coarse' && size === 0) return 'all';
  // Years of four digits, so that periods sort as texts.
  const date = new Date(Math.max(Date.UTC(1000, 0, 1), Math.min(Date.UTC(9999, 0, 1), time)));
  const digits = grain === 'coarse' ? [0, 4, 7] : [4, 7, 10];
  return date.toISOString().slice(0, digits[size]);
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

/** First and last name of the partitions that are meant. */
export type PeriodSpan = [first: string, last: string];

/** Partitions of a stream's folder that have the file, ascending; each one that is meant is looked into. */
export async function partitionPeriods(folder: string, name: string, span?: PeriodSpan): Promise<string[]> {
  const periods: string[] = [];
  const [first, last] = span ?? ['', '\uffff'];
  for (const period of await entriesOf(folder, 'period'))
    if (period >= first && period <= last && (await namesIn(join(folder, `period=${period}`))).includes(name))
      periods.push(period);
  return periods;
}

/** The same by the folders alone, whatever lies in them: cheaper where each file is looked at anyway. */
export const periodFolders = async (folder: string, [first, last]: PeriodSpan): Promise<string[]> =>
  (await entriesOf(folder, 'period')).filter((period) => period >= first && period <= last);

/** Every stream that has a folder; the detail of a recorded source lies in its files. */
export async function streamFolders(
  root: string,
  only?: Stream,
): Promise<{ folder: string; source: Source; stream: Stream }[]> {
  const found: { folder: string; source: Source; stream: Stream }[] = [];
  const keys = await entriesOf(root, 'source');
  if (only)
    return keys.map((key) => ({
      folder: folderOf(root, sourceOf(key), only),
      source: sourceOf(key),
      stream: only,
    }));
  for (const key of keys)
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

/** The period of `…/period=2024/bars.parquet`. */
export const periodIn = (path: string): string => /(?:^|\/)period=([^/]+)\//.exec(path)?.[1] ?? '';

/** What `folderOf` names, or null where the path is none of ours. */
export function placeIn(path: string): { source: Source; stream: Stream } | null {
  const match = /source=([^/]+)\/exchange=([^/]+)\/symbol=([^/]+)\/timeframe=([^/]+)$/.exec(path);
  if (!match) return null;
  const [, key = '', ...parts] = match;
  return { source: sourceOf(key), stream: parseStream(parts.join('/')) };
}

/** The source of a `sourceKey`; the detail of a recorded one is not in it. */
export function sourceOf(key: string): Source {
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
