import type { DocumentPage, Ports } from '../adapters/ports.js';
import type { QuarantinedBar } from '../domain/bars.js';
import {
  assess,
  countSets,
  coverageId,
  type CoverageCounts,
  type CoverageSets,
  type CoverageState,
  type StoredCoverage,
} from '../domain/coverage.js';
import { NotFoundError } from '../domain/errors.js';
import { interval, intersect, type Intervals } from '../domain/intervals.js';
import { formatSource, type Source } from '../domain/sources.js';
import { parseStream, streamId, timeframeMs, type Stream } from '../domain/streams.js';
import { openTime } from '../domain/quarantine.js';

/** Which contract a step works on. */
export interface CoverageKey {
  stream: string;
  source: Source;
}

/** @throws NotFoundError naming what is to be done first. */
export async function storedCoverage(ports: Ports, key: CoverageKey): Promise<StoredCoverage> {
  const stream = parseStream(key.stream);
  const found = await ports.documents.get<StoredCoverage>('coverage', coverageId(stream, key.source));
  if (found) return found;
  throw new NotFoundError(
    `No coverage contract of ${key.stream} from ${formatSource(key.source)}; measure it first`,
  );
}

export async function setsOf(
  ports: Ports,
  contract: CoverageState,
  times: Float64Array,
): Promise<CoverageSets> {
  return assess(contract, { times, quarantined: await quarantinedTimes(ports, contract) });
}

/** Opens of all bars of a stream that are stored: also where this machine's clock is behind that of the venue. */
export const storedTimes = (ports: Ports, { stream, source }: { stream: Stream; source: Source }) =>
  ports.series.times({ stream, source, range: { from: -Infinity, to: Infinity }, asOf: Infinity });

async function quarantinedTimes(ports: Ports, key: { stream: string; sourceKey: string }): Promise<number[]> {
  const times: number[] = [];
  const { timeframe } = parseStream(key.stream);
  let cursor: string | null = null;
  do {
    const page: DocumentPage<QuarantinedBar> = await ports.documents.find<QuarantinedBar>('quarantine', {
      where: { stream: key.stream },
      limit: 1000,
      ...(cursor ? { cursor } : {}),
    });
    for (const doc of page.items) {
      const time = openTime(doc, timeframe, key.sourceKey);
      if (time !== null) times.push(time);
    }
    cursor = page.cursor;
  } while (cursor);
  return times;
}

/** Where the newest stored bars of a stream came from, or those that it owes. @throws NotFoundError */
export async function storedSource(ports: Ports, stream: Stream): Promise<Source> {
  const id = streamId(stream);
  const stored = (await ports.series.streams(stream)).filter((each) => streamId(each.stream) === id);
  const newest = stored.sort((a, b) => b.range.to - a.range.to)[0];
  if (newest) return newest.source;
  const owed = await ports.documents.find<StoredCoverage>('coverage', { where: { stream: id }, limit: 1 });
  if (owed.items[0]) return owed.items[0].source;
  throw new NotFoundError(`No stored bars of ${id}; collect them first, or name a source and where to begin`);
}

/** The states of a contract's bars within a window. */
export async function countsIn(
  ports: Ports,
  key: CoverageKey,
  window: { from: number; to: number },
): Promise<CoverageCounts> {
  const stream = parseStream(key.stream);
  const contract = await storedCoverage(ports, key);
  const times = await storedTimes(ports, { stream, source: key.source });
  const sets = await setsOf(ports, contract, times);
  const within = interval(window.from, window.to);
  const cut = Object.entries(sets).map(([name, set]) => [name, intersect(set as Intervals, within)]);
  return countSets(Object.fromEntries(cut) as CoverageSets, timeframeMs(stream.timeframe));
}
