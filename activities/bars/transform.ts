import { barsId } from '../../domain/lineage.js';
import type { Ports } from '../../adapters/ports.js';
import { toColumns, type Bar } from '../../domain/bars.js';
import { multipleOf, resampleBars, type IncompleteBar } from '../../domain/bars/resample.js';
import { InvalidInputError } from '../../domain/errors.js';
import { formatSource } from '../../domain/sources.js';
import { floorToBar, parseTimeframe, streamId, timeframeMs, type Timeframe } from '../../domain/streams.js';
import { beat, resumed, workflowOf } from '../beat.js';
import type { TimeInput } from '../window.js';
import type { BarsFileOptions } from './file-judging.js';
import { barsFileSteps, type ImportReport } from './files.js';
import { findStored, WINDOW_BARS, type Found, type StoredBarsInput } from './stored.js';

export interface TransformInput extends StoredBarsInput {
  /** Of the longer bars. */
  timeframe: string;
  /** Bars that lack shorter ones are left out (the default) or kept and named. */
  incomplete?: 'drop' | 'mark';
}

/** A file of bars that was stored as an object. */
export interface ImportObjectInput extends BarsFileOptions {
  stream: string;
  object: { key: string; sha256: string };
  /** What the file was called; the end of its key where it is not given. */
  name?: string;
  knownAt?: TimeInput;
}

export interface ResampleReport {
  stream: string;
  source: string;
  rule: 'drop' | 'mark';
  /** Bars read, bars made, and of these the ones that were not there before. */
  read: number;
  bars: number;
  stored: number;
  incompleteBars: number;
  /** The first of them. */
  incomplete: IncompleteBar[];
}

/** Reports travel through histories and heartbeats, which are small. */
const MOST_LISTED = 200;

export const transformSteps = (ports: Ports) => ({
  /** Puts a file of bars that was stored as an object into the store; the report has the first faults and all counts. */
  async importBarsObject({
    object,
    name,
    ...input
  }: ImportObjectInput): Promise<ImportReport & { gapsFound: number }> {
    const lent = await ports.formats.lend(ports.objects, object);
    try {
      const called = name ?? object.key.split('/').at(-1) ?? object.key;
      const report = await barsFileSteps(ports).importBarsFile({ ...input, path: lent.path, name: called });
      const { gaps, quarantined, flagged } = report;
      const first = <T>(items: T[]): T[] => items.slice(0, MOST_LISTED);
      return {
        ...report,
        gapsFound: gaps.length,
        gaps: first(gaps),
        quarantined: first(quarantined),
        flagged: first(flagged).slice(0, MOST_LISTED / 4),
      };
    } finally {
      await lent.giveBack();
    }
  },

  /**
   * Makes longer bars of stored ones and stores them under the same source. A longer bar is known when the last of its
   * parts is. A repeated attempt goes on where the lost one stood.
   */
  async resampleStoredBars(input: TransformInput): Promise<ResampleReport> {
    const found = await findStored(ports, input);
    const { stream, source } = found;
    const to = parseTimeframe(input.timeframe);
    if (multipleOf(stream.timeframe, to) === 1)
      throw new InvalidInputError(`${streamId(stream)} has bars of ${to} already`);
    const target = streamId({ ...stream, timeframe: to });
    const before = resumed<{ next: number; report: ResampleReport }>();
    const report: ResampleReport = before?.report ?? {
      ...{ stream: target, source: formatSource(source), rule: input.incomplete ?? 'drop' },
      ...{ read: 0, bars: 0, stored: 0, incompleteBars: 0, incomplete: [] },
    };
    const length = timeframeMs(to);
    const span = Math.max(1, Math.floor((WINDOW_BARS * timeframeMs(stream.timeframe)) / length)) * length;
    // Windows begin where longer bars do, so that none is cut.
    for (let from = before?.next ?? floorToBar(found.range.from, to); from < found.range.to; from += span) {
      await resampleWindow(ports, { found, to, report, from, until: from + span });
      beat({ next: from + span, report });
    }
    return report;
  },
});

async function resampleWindow(
  ports: Ports,
  {
    found,
    to,
    report,
    from,
    until,
  }: { found: Found; to: Timeframe; report: ResampleReport; from: number; until: number },
): Promise<void> {
  const { stream, source, asOf } = found;
  const range = { from: Math.max(from, found.range.from), to: Math.min(until, found.range.to) };
  const bars = await ports.series.read({ stream, source, range, asOf });
  const { columns, incomplete } = resampleBars(toColumns(bars), {
    from: stream.timeframe,
    to,
    incomplete: report.rule,
  });
  const known = knownTimes(bars, to);
  const made = Array.from(columns.time, (time, i): Bar => ({
    time,
    open: columns.open[i] ?? NaN,
    high: columns.high[i] ?? NaN,
    low: columns.low[i] ?? NaN,
    close: columns.close[i] ?? NaN,
    volume: columns.volume[i] ?? NaN,
    knownAt: known.get(time) ?? NaN,
  }));
  const { stored } = await ports.series.write({ stream: { ...stream, timeframe: to }, source, bars: made });
  const sealed = await ports.lineage.seal({
    stream: streamId({ ...stream, timeframe: to }),
    source,
    ...range,
    bars: made.length,
    rejected: 0,
    answers: [],
    origin: `made from ${stream.timeframe} bars, incomplete ones: ${report.rule}`,
    parents: [barsId({ stream: streamId(stream), source, from: range.from, to: range.to, asOf })],
    workflow: workflowOf(),
  });
  await ports.lineage.record([sealed]);
  report.read += bars.length;
  report.bars += made.length;
  report.stored += stored;
  report.incompleteBars += incomplete.length;
  report.incomplete.push(...incomplete.slice(0, MOST_LISTED - report.incomplete.length));
}

/** When the last part of each longer bar was known, but not before the longer bar's close. */
function knownTimes(bars: Bar[], to: Timeframe): Map<number, number> {
  const known = new Map<number, number>();
  for (const { time, knownAt } of bars) {
    const open = floorToBar(time, to);
    known.set(open, Math.max(known.get(open) ?? open + timeframeMs(to), knownAt));
  }
  return known;
}
