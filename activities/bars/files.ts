import type { Ports, ReadBarsOptions, RowBatch } from '../../adapters/ports.js';
import type { BarColumns, QuarantinedBar } from '../../domain/bars.js';
import { barsOfColumns, sliceColumns } from '../../domain/bars/columns.js';
import type { RowFault } from '../../domain/bars/inspect.js';
import type { Layout } from '../../domain/bars/layout.js';
import { newTally, reportQuality, tallyBars, type QualityReport } from '../../domain/bars/quality.js';
import { digestOf } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import { formatSource, type Source } from '../../domain/sources.js';
import { baseOf, parseStream, parseTimeframe, streamId, timeframeMs } from '../../domain/streams.js';
import type { Stream, Timeframe } from '../../domain/streams.js';
import { beat, workflowOf } from '../beat.js';
import { readTime, type TimeInput } from '../window.js';
import { handOver } from './hand-over.js';
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

export interface ImportReport extends FileReport {
  stream: string;
  source: string;
  sha256: string;
  /** Bars that were not there before. */
  stored: number;
}

/** Rows of a piece of a file that is written. */
const PIECE_ROWS = 16_384;

/** What is done with files of bars. Every step may be repeated: bars that are there are no new ones. */
export const barsFileSteps = (ports: Ports) => ({
  async checkBarsFile(input: BarsFile & { stream?: string; timeframe?: string }): Promise<FileReport> {
    const stream = input.stream === undefined ? null : parseStream(input.stream);
    return judgeFile(ports, input, { stream, take: async () => undefined });
  },

  /** @throws DataQualityError where other values are stored for a bar and `knownAt` does not say when these came. */
  async importBarsFile(input: BarsFile & { stream: string; knownAt?: TimeInput }): Promise<ImportReport> {
    const stream = parseStream(input.stream);
    const sha256 = await ports.formats.digest(input.path);
    const source: Source = {
      kind: 'recorded',
      detail: `${input.name ?? nameOf(input.path)}@${sha256.slice(0, 16)}`,
    };
    const known = input.knownAt === undefined ? null : readTime('known-at', input.knownAt);
    let stored = 0;
    const report = await judgeFile(ports, input, {
      stream,
      async take(columns, timeframe) {
        const closes = columns.time.map((time) => time + timeframeMs(timeframe));
        const knownAt = known === null ? closes : closes.map((close) => Math.max(close, known));
        stored += await writeBars(ports, { stream, source, columns: { ...columns, knownAt } });
      },
    });
    await ports.documents.insert(
      'quarantine',
      report.quarantined.map((fault) => quarantinedRow(fault, { stream, source, sha256, now: ports.now() })),
    );
    const sealed = await ports.lineage.seal({
      stream: streamId(stream),
      source,
      from: report.first ?? 0,
      to: (report.last ?? 0) + 1,
      bars: report.bars,
      rejected: report.quarantinedRows,
      answers: [],
      origin: `file ${formatSource(source)}, ${report.layout}, sha256 ${sha256}`,
      workflow: workflowOf(),
    });
    await ports.lineage.record([sealed]);
    return { stream: streamId(stream), source: formatSource(source), sha256, stored, ...report };
  },

  /** A file in another format: judged as for a store, ascending, without what cannot be believed. */
  async convertBarsFile(
    input: BarsFile & { out: string; to?: string; stream?: string; timeframe?: string },
  ): Promise<FileReport & { out: string; bytes: number; sha256: string }> {
    const to = input.to ?? ports.formats.formatOf(input.out);
    if (to === null)
      throw new InvalidInputError(
        `Unknown format of ${input.out}; --format ${ports.formats.names.join(', ')} decides`,
      );
    const stream = input.stream === undefined ? null : parseStream(input.stream);
    const pieces = handOver<BarColumns>();
    const written = ports.formats.write(input.out, to, cut(pieces.all()));
    written.catch((error: unknown) => pieces.stop(error));
    let last = -Infinity;
    const judging = judgeFile(ports, input, {
      stream,
      async take(columns) {
        if ((columns.time[0] ?? Infinity) <= last)
          throw new InvalidInputError(
            `${input.path} is too large to be put in order at once, and not in order; import it and export the stream`,
          );
        last = columns.time.at(-1) ?? last;
        await pieces.give(columns);
      },
    });
    judging.then(
      () => pieces.end(),
      (error: unknown) => pieces.stop(error),
    );
    const [report, target] = await Promise.all([judging, written]);
    return { ...report, out: input.out, ...target };
  },
});

async function judgeFile(
  ports: Ports,
  input: BarsFile & { timeframe?: string },
  {
    stream,
    take,
  }: { stream: Stream | null; take: (bars: BarColumns, timeframe: Timeframe) => Promise<void> },
): Promise<FileReport> {
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
  const verdicts = await judgeBars({
    read,
    ...(timeframe && { timeframe }),
    now: ports.now(),
    async take({ columns }, length) {
      tallyBars(tally, columns, length);
      await take(columns, length);
    },
  });
  const found = layout as Layout | null;
  return {
    file: input.name ?? path,
    layout: found ? layoutText(found) : 'empty',
    notes: found?.notes ?? [],
    ...reportQuality(tally, verdicts),
  };
}

/** Only what a file is read by: steps take more than that. */
function optionsOf(input: BarsFile & { timeframe?: string }): BarsFile & { timeframe?: string } {
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

async function writeBars(
  ports: Ports,
  write: { stream: Stream; source: Source; columns: BarColumns & { knownAt: Float64Array } },
): Promise<number> {
  if (ports.series.writeColumns) return (await ports.series.writeColumns(write)).stored;
  const { stream, source, columns } = write;
  let stored = 0;
  for (let from = 0; from < columns.time.length; from += PIECE_ROWS) {
    const piece = sliceColumns(columns, from, from + PIECE_ROWS);
    const knownAt = columns.knownAt.slice(from, from + PIECE_ROWS);
    const bars = barsOfColumns({ ...piece, knownAt });
    stored += (await ports.series.write({ stream, source, bars })).stored;
    beat({ rows: from });
  }
  return stored;
}

/** The same row of the same file is the same record, however often it is imported. */
function quarantinedRow(
  { row, reason }: RowFault,
  about: { stream: Stream; source: Source; sha256: string; now: number },
): QuarantinedBar & { id: string } {
  const stream = streamId(about.stream);
  const id = `qtn_${digestOf({ stream, sha256: about.sha256, row, reason }).slice(0, 24)}`;
  return { id, stream, bar: { row }, reason, seenAt: about.now, source: about.source };
}

const nameOf = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

async function* cut(parts: AsyncIterable<BarColumns>): AsyncGenerator<BarColumns> {
  for await (const part of parts)
    for (let from = 0; from < part.time.length; from += PIECE_ROWS)
      yield sliceColumns(part, from, from + PIECE_ROWS);
}
