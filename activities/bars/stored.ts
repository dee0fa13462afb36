import type { Ports } from '../../adapters/ports.js';
import type { BarColumns, QuarantinedBar, TimeRange } from '../../domain/bars.js';
import { findDeviations, type DeviationReport } from '../../domain/bars/align.js';
import { inspectBars, type RowFault } from '../../domain/bars/inspect.js';
import { newTally, reportQuality, tallyBars, type QualityReport } from '../../domain/bars/quality.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { formatSource, type Source } from '../../domain/sources.js';
import { parseStream, streamId, timeframeMs } from '../../domain/streams.js';
import type { Stream } from '../../domain/streams.js';
import { beat } from '../beat.js';
import { readSource, readTime, type SourceInput, type TimeInput } from '../window.js';

/** Stored bars of a stream: which, and as of when. */
export interface StoredBarsInput {
  stream: string;
  /** Only needed where bars of several kinds are stored. */
  source?: SourceInput;
  from?: TimeInput;
  to?: TimeInput;
  /** Only what was known then; the latest where it is not given. */
  asOf?: TimeInput;
}

export interface StoredReport extends QualityReport {
  stream: string;
  source: string;
  /** Against the stream that it was compared with, if any. */
  deviations?: DeviationReport & { with: string };
}

/** Bars read at a time. */
export const WINDOW_BARS = 2 ** 17;
const MOST_LISTED = 10_000;

/** A stored stream and what is wanted of it. */
export interface Found {
  stream: Stream;
  source: Source;
  range: TimeRange;
  asOf: number;
}

export const storedBarsSteps = (ports: Ports) => ({
  /** What is stored of a stream, judged again: gaps, spikes, and what lies in quarantine. */
  async checkStoredBars(input: StoredBarsInput & { against?: string }): Promise<StoredReport> {
    const found = await findStored(ports, input);
    const { stream, source } = found;
    const { timeframe } = stream;
    const tally = newTally();
    const flagged: RowFault[] = [];
    for await (const columns of windowsOf(ports, found)) {
      tallyBars(tally, columns, timeframe);
      const rows = columns.time.map((_, i) => tally.bars - columns.time.length + i + 1);
      const judged = inspectBars({ rows, columns }, { timeframe, now: Infinity });
      // What was believed when it was stored stays: here it is only shown.
      flagged.push(...judged.quarantined.concat(judged.flagged).slice(0, MOST_LISTED - flagged.length));
    }
    const where = { stream: streamId(stream) };
    const held = await ports.documents.find<QuarantinedBar>('quarantine', {
      where,
      limit: 500,
      order: 'oldest',
    });
    const report = reportQuality(tally, {
      timeframe,
      rows: tally.bars,
      quarantined: held.items.map(({ bar, reason }) => ({ row: Number(bar['row'] ?? NaN), reason, bar })),
      quarantinedRows: await ports.documents.count('quarantine', { where }),
      duplicates: 0,
      flagged,
      order: 'ascending',
    });
    const deviations =
      input.against === undefined ? {} : { deviations: await deviate(ports, found, input.against) };
    return { stream: streamId(stream), source: formatSource(source), ...report, ...deviations };
  },

  /** Puts stored bars into a file. */
  async exportStoredBars(
    input: StoredBarsInput & { out: string; format: string },
  ): Promise<{ stream: string; source: string; bars: number; out: string; bytes: number; sha256: string }> {
    const found = await findStored(ports, input);
    let bars = 0;
    async function* counted(): AsyncGenerator<BarColumns> {
      for await (const columns of windowsOf(ports, found)) {
        bars += columns.time.length;
        yield columns;
      }
    }
    const written = await ports.formats.write(input.out, input.format, counted());
    const { stream, source } = found;
    return { stream: streamId(stream), source: formatSource(source), bars, out: input.out, ...written };
  },

  /** The same as bytes, as they are wanted. */
  async *encodeStoredBars(input: StoredBarsInput & { format: string }): AsyncGenerator<Uint8Array> {
    const found = await findStored(ports, input);
    yield* ports.formats.encode(input.format, windowsOf(ports, found));
  },
});

/** @throws NotFoundError, and InvalidInputError where the source must be named. */
export async function findStored(ports: Ports, input: StoredBarsInput): Promise<Found> {
  const stream = parseStream(input.stream);
  const id = streamId(stream);
  const asked = input.source === undefined ? null : readSource(input.source);
  const all = (await ports.series.streams(stream)).filter((each) => streamId(each.stream) === id);
  const fitting = all.filter(
    ({ source }) =>
      !asked ||
      (source.kind === asked.kind && (asked.kind !== 'simulated' || source.detail === asked.detail)),
  );
  const [only] = fitting;
  if (!only)
    throw new NotFoundError(
      all.length === 0
        ? `No bars of ${id} are stored`
        : `No bars of ${id} from ${formatSource(asked ?? all[0]!.source)} are stored; there are ${all.map(({ source }) => formatSource(source)).join(', ')}`,
    );
  if (fitting.length > 1)
    throw new InvalidInputError(
      `Bars of ${id} are stored from ${fitting.map(({ source }) => formatSource(source)).join(' and ')}; --source decides`,
    );
  const range = {
    from:
      input.from === undefined ? only.range.from : Math.max(only.range.from, readTime('from', input.from)),
    to: input.to === undefined ? only.range.to : Math.min(only.range.to, readTime('to', input.to)),
  };
  const asOf = input.asOf === undefined ? Infinity : readTime('as-of', input.asOf);
  return { stream, source: only.source, range, asOf };
}

async function* windowsOf(ports: Ports, { stream, source, range, asOf }: Found): AsyncGenerator<BarColumns> {
  const span = WINDOW_BARS * timeframeMs(stream.timeframe);
  for (let from = range.from; from < range.to; from += span) {
    const window = { from, to: Math.min(from + span, range.to) };
    const columns = await ports.series.readColumns({ stream, source, range: window, asOf });
    if (columns.time.length > 0) yield columns;
    beat({ from });
  }
}

/** Where another venue's closes leave the usual distance. */
async function deviate(
  ports: Ports,
  found: Found,
  against: string,
): Promise<DeviationReport & { with: string }> {
  const other = await findStored(ports, { stream: against });
  if (other.stream.timeframe !== found.stream.timeframe)
    throw new InvalidInputError(`${against} has bars of another length than ${streamId(found.stream)}`);
  const read = ({ stream, source }: Found): Promise<BarColumns> =>
    ports.series.readColumns({ stream, source, range: found.range, asOf: found.asOf });
  return { with: streamId(other.stream), ...findDeviations(await read(found), await read(other)) };
}
