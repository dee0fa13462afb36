import type { Ports } from '../../adapters/ports.js';
import type { BarColumns, QuarantinedBar } from '../../domain/bars.js';
import { sliceColumns } from '../../domain/bars/columns.js';
import type { RowFault } from '../../domain/bars/inspect.js';
import { digestOf } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import { formatSource, type Source } from '../../domain/sources.js';
import { parseStream, streamId, type Stream } from '../../domain/streams.js';
import { workflowOf } from '../beat.js';
import type { TimeInput } from '../window.js';
import { judgeFile, knownOf, optionsOf, PIECE_ROWS, writeBars } from './file-judging.js';
import type { BarsFile, FileReport } from './file-judging.js';
import { handOver } from './hand-over.js';

export interface ImportReport extends FileReport {
  stream: string;
  source: string;
  sha256: string;
  /** Bars that were not there before. */
  stored: number;
}

/** What is done with files of bars. Every step may be repeated: bars that are there are no new ones. */
export const barsFileSteps = (ports: Ports) => ({
  async checkBarsFile(input: BarsFile & { stream?: string; timeframe?: string }): Promise<FileReport> {
    const stream = input.stream === undefined ? null : parseStream(input.stream);
    return (await judgeFile(ports, input, { stream, take: async () => undefined })).report;
  },

  /** @throws DataQualityError where other values are stored for a bar and `knownAt` does not say when these came. */
  async importBarsFile(input: BarsFile & { stream: string; knownAt?: TimeInput }): Promise<ImportReport> {
    const stream = parseStream(input.stream);
    const sha256 = await ports.formats.digest(input.path);
    const source: Source = {
      kind: 'recorded',
      detail: `${nameOf(input.name ?? input.path)}@${sha256.slice(0, 16)}`,
    };
    const known = knownOf(input.knownAt);
    let stored = 0;
    const { report, faultTimes } = await judgeFile(ports, input, {
      stream,
      async take(columns) {
        stored += await writeBars(ports, { stream, source, columns, known });
      },
    });
    await ports.documents.insert(
      'quarantine',
      report.quarantined.map((fault) =>
        quarantinedRow(fault, { stream, source, sha256, now: ports.now(), time: faultTimes.get(fault.row) }),
      ),
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
      file: { name: nameOf(input.name ?? input.path), path: input.path, sha256, reading: readingOf(input) },
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
    const [{ report }, target] = await Promise.all([judging, written]);
    return { ...report, out: input.out, ...target };
  },
});

/** How a file was read, to be read so again. */
function readingOf(input: BarsFile & { knownAt?: TimeInput }): Record<string, string | number | boolean> {
  const { path: _, ...options } = optionsOf(input);
  return { ...options, ...(input.knownAt !== undefined && { knownAt: input.knownAt }) } as never;
}

/** The same row of the same file is the same record, however often it is imported. */
function quarantinedRow(
  { row, reason }: RowFault,
  about: { stream: Stream; source: Source; sha256: string; now: number; time: number | undefined },
): QuarantinedBar & { id: string } {
  const stream = streamId(about.stream);
  const id = `qtn_${digestOf({ stream, sha256: about.sha256, row, reason }).slice(0, 24)}`;
  // The bar that the row stands for: coverage owes it as quarantined, not as missing.
  const bar = about.time === undefined ? { row } : { row, time: about.time };
  return { id, stream, bar, reason, seenAt: about.now, source: about.source };
}

const nameOf = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

async function* cut(parts: AsyncIterable<BarColumns>): AsyncGenerator<BarColumns> {
  for await (const part of parts)
    for (let from = 0; from < part.time.length; from += PIECE_ROWS)
      yield sliceColumns(part, from, from + PIECE_ROWS);
}
