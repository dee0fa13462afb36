import type { Ports, ReadBarsOptions, RowBatch } from '../../adapters/ports.js';
import type { BarColumns } from '../../domain/bars.js';
import { barsOfColumns, sliceColumns } from '../../domain/bars/columns.js';
import type { Layout } from '../../domain/bars/layout.js';
import { newTally, reportQuality, tallyBars, type QualityReport } from '../../domain/bars/quality.js';
import type { Source } from '../../domain/sources.js';
import { baseOf, parseTimeframe, timeframeMs } from '../../domain/streams.js';
import type { Stream, Timeframe } from '../../domain/streams.js';
import { beat } from '../beat.js';
import { readTime, type TimeInput } from '../window.js';
import { judgeBars } from './judging.js';

/** A file that lies where the step runs, and what decides where its layout is open. */
export interface BarsFile extends BarsFileOptions {
  path: string;
  /** What it is called where the path does not say it. */
  name?: string;
}

export type BarsFileOptions = Omit<ReadBarsOptions, 'onLayout' | 'base' | 'typedTimes'>;

export interface FileReport extends QualityReport {
  file: string;
  /** Who writes files like this, the order of its columns, and its times, as they were understood. */
  layout: string;
  notes: string[];
}

/** Judges a file's rows and hands over those to believe, ascending; `faultTimes` has the bar opens of refused rows. */
export async function judgeFile(
  ports: Ports,
  input: BarsFile & { timeframe?: string },
  {
    stream,
    take,
  }: { stream: Stream | null; take: (bars: BarColumns, timeframe: Timeframe) => Promise<void> },
): Promise<{ report: FileReport; faultTimes: Map<number, number> }> {
  const { path, timeframe: given, ...options } = optionsOf(input);
  let layout: Layout | null = null;
  const tally = newTally();
  const read = (): AsyncIterable<RowBatch> =>
    ports.formats.read(path, {
      ...options,
      ...(stream && { base: baseOf(stream.symbol) }),
      onLayout: (found) => void (layout = found),
    });
  const timeframe = stream?.timeframe ?? (given === undefined ? undefined : parseTimeframe(given));
  const { faultTimes, ...verdicts } = await judgeBars({
    read,
    ...(timeframe && { timeframe }),
    now: ports.now(),
    async take({ columns }, length) {
      tallyBars(tally, columns, length);
      await take(columns, length);
    },
  });
  const found = layout as Layout | null;
  const report = {
    file: input.name ?? path,
    layout: found ? layoutText(found) : 'empty',
    notes: found?.notes ?? [],
    ...reportQuality(tally, verdicts),
  };
  return { report, faultTimes };
}

/** Only what a file is read by: steps take more than that. */
export function optionsOf(input: BarsFile & { timeframe?: string }): BarsFile & { timeframe?: string } {
  const { path, timeframe, format, columns, timeUnit, dates, decimal, adjusted } = input;
  const members = { timeframe, format, columns, timeUnit, dates, decimal, adjusted };
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return { path, ...Object.fromEntries(given) };
}

function layoutText({ vendor, places, time, decimal }: Layout): string {
  const order = Object.entries(places)
    .flatMap(([name, place]) => [place].flat().map((each: number) => [name, each] as const))
    .sort((a, b) => a[1] - b[1])
    .map(([name]) => name);
  const times = time.kind === 'epoch' ? `epoch ${time.unit}` : time.kind === 'text' ? time.order : 'typed';
  return `${vendor}: ${order.join(',')}; times ${times}${decimal === 'comma' ? '; decimal comma' : ''}`;
}

/** Rows of a piece of a file that is written. */
export const PIECE_ROWS = 16_384;

interface FileBars {
  stream: Stream;
  source: Source;
  columns: BarColumns;
  /** When they became known; left out: each at its close. */
  known: number | null;
}

/** Stores bars of a file; returns how many were not there before. */
export async function writeBars(ports: Ports, { known, ...write }: FileBars): Promise<number> {
  const { stream, source, columns } = write;
  const closes = columns.time.map((time) => time + timeframeMs(stream.timeframe));
  const knownAt = known === null ? closes : closes.map((close) => Math.max(close, known));
  if (ports.series.writeColumns)
    return (await ports.series.writeColumns({ stream, source, columns: { ...columns, knownAt } })).stored;
  let stored = 0;
  for (let from = 0; from < columns.time.length; from += PIECE_ROWS) {
    const piece = sliceColumns(columns, from, from + PIECE_ROWS);
    const bars = barsOfColumns({ ...piece, knownAt: knownAt.slice(from, from + PIECE_ROWS) });
    stored += (await ports.series.write({ stream, source, bars })).stored;
    beat({ rows: from });
  }
  return stored;
}

export const knownOf = (knownAt: TimeInput | undefined): number | null =>
  knownAt === undefined ? null : readTime('known-at', knownAt);
