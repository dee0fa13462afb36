import type { Ports } from '../adapters/ports.js';
import { takeRows } from '../domain/bars/columns.js';
import { InvalidInputError } from '../domain/errors.js';
import { contains, ofTimes, subtract, type Intervals } from '../domain/intervals.js';
import type { KeptFile } from '../domain/lineage.js';
import { formatSource, sourceKey } from '../domain/sources.js';
import { parseStream } from '../domain/streams.js';
import { judgeFile, knownOf, writeBars } from './bars/file-judging.js';
import type { TimeInput } from './window.js';
import type { FillChunk, FillRequest } from './healing.js';
import { conclude, wantedBars } from './holes.js';

/**
 * Brings missing bars back from the files that a stream was imported from, by the same judgement: a recording stands
 * for its venue, and what it lacks between its bars is proved as a venue's answer proves it.
 * @throws InvalidInputError where no file was kept, DataQualityError where a kept one has changed.
 */
export async function fillFromFiles(ports: Ports, request: FillRequest): Promise<FillChunk> {
  const { wanted, sets, step } = await wantedBars(ports, request);
  const chunk: FillChunk = { stored: 0, quarantined: 0, proved: 0, next: null, open: null };
  if (wanted.length === 0) return chunk;
  const { stream, source } = request;
  const files = await ports.lineage.files({ stream, source });
  if (files.length === 0) throw await nothingToAsk(ports, request);
  // All versions of a bar were lost together: every file is read for all of them, in the order of the imports.
  const answers: FileAnswer[] = [];
  for (const file of files) answers.push(await readAgain(ports, { request, file, wanted }));
  // What one file lacks another may have.
  const back = answers.flatMap(({ seen }) => seen);
  const open = subtract(wanted, ofTimes(back, step));
  for (const { stored, ends, refused, seen } of answers) {
    chunk.stored += stored;
    if (!ends) continue;
    const answer = { asked: ends, seen: [ends.from, ...seen, ends.to], refused };
    chunk.proved += await conclude(ports, request, { answer, wanted: open, sets });
  }
  return chunk;
}

async function nothingToAsk(ports: Ports, { stream, source }: FillRequest): Promise<InvalidInputError> {
  const where = { stream, sourceKey: sourceKey(source) };
  const { items } = await ports.documents.find<{ parents?: string[] }>('fetches', { where, limit: 1 });
  const [from] = items[0]?.parents?.[0]?.split('?') ?? [];
  if (from)
    return new InvalidInputError(
      `${stream} was made from ${from}; heal that, then: finsight bars resample ${from} ${stream.split('/')[2]}`,
    );
  return new InvalidInputError(
    `${stream} was imported from ${formatSource(source)}, and that file is not kept (FINSIGHT_KEEP_ANSWERS=on keeps ` +
      'files): import it again, or name what to ask instead: --source live or --source recorded:<directory>',
  );
}

interface FileAnswer {
  stored: number;
  /** Wanted bars that the file has, ascending, and opens of its refused rows. */
  seen: number[];
  refused: number[];
  /** Its first and last bar; null where it proves nothing: a row whose time cannot be read may be any bar. */
  ends: { from: number; to: number } | null;
}

async function readAgain(
  ports: Ports,
  { request, file, wanted }: { request: FillRequest; file: KeptFile; wanted: Intervals },
): Promise<FileAnswer> {
  const stream = parseStream(request.stream);
  const { knownAt, ...options } = file.reading;
  const known = knownOf(knownAt as TimeInput | undefined);
  const lent = await ports.formats.lend(ports.objects, file.object);
  const seen: number[] = [];
  let stored = 0;
  try {
    const input = { ...options, path: lent.path, name: file.name };
    const { report, faultTimes } = await judgeFile(ports, input, {
      stream,
      async take(columns) {
        const places = Array.from(columns.time.keys()).filter((place) =>
          contains(wanted, columns.time[place] ?? NaN),
        );
        if (places.length === 0) return;
        const back = takeRows(columns, places);
        seen.push(...back.time);
        stored += await writeBars(ports, { stream, source: request.source, columns: back, known });
      },
    });
    const { first, last, quarantinedRows } = report;
    const proves = first !== null && last !== null && faultTimes.size === quarantinedRows;
    const ends = proves ? { from: first, to: last } : null;
    return { stored, seen: seen.sort((a, b) => a - b), refused: [...faultTimes.values()], ends };
  } finally {
    await lent.giveBack();
  }
}
