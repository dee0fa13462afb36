import type { ColumnsWrite, Ports } from '../adapters/ports.js';
import { validateBars, type QuarantinedBar, type TimeRange } from '../domain/bars.js';
import {
  barsOfColumns,
  columnsOfBars,
  isAscending,
  joinColumns,
  joinNumbers,
} from '../domain/bars/columns.js';
import type { SealedPage } from '../domain/lineage.js';
import { quarantined } from '../domain/quarantine.js';
import type { Source } from '../domain/sources.js';
import { parseStream, type Stream } from '../domain/streams.js';
import { workflowOf } from './beat.js';

export interface PageRequest {
  stream: string;
  source: Source;
  range: TimeRange;
  /** An instant that the venue has told of. */
  seen?: number;
  /** Where only some bars are wanted, which ones; the others are left as they are. */
  wanted?: (time: number) => boolean;
}

/** A page that was asked for and judged; nothing of it is stored yet. Bars are columns, which take a fifth of the memory. */
export interface JudgedPage {
  /** Opens of all sound bars of the page, wanted or not. */
  times: Float64Array;
  wanted: ColumnsWrite['columns'];
  faults: (QuarantinedBar & { id: string })[];
  sealed: Promise<SealedPage>;
  next: number | null;
}

/** New records, and faults that were not known before. */
export interface StoredCounts {
  stored: number;
  newFaults: number;
}

/** Asks for one page and parts its sound bars from what is wrong with it. */
export async function judgePage(ports: Ports, request: PageRequest): Promise<JudgedPage> {
  const { source, range, seen, wanted } = request;
  const stream = parseStream(request.stream);
  const page = await ports.markets(source).fetchBars({
    stream,
    range,
    ...(seen === undefined ? {} : { seen }),
  });
  const { good, bad } = validateBars(page.bars, { timeframe: stream.timeframe, ...range });
  const faults = [
    ...bad.map(({ bar, reason }) => ({ bar: { ...bar } as Record<string, unknown>, reason })),
    ...page.rejected.map(({ row, reason }) => ({ bar: { row }, reason })),
  ].map((fault) => quarantined(request, fault, ports.now()));
  const sealed = ports.lineage.seal({
    stream: request.stream,
    source,
    from: range.from,
    to: page.next ?? range.to,
    bars: good.length,
    rejected: faults.length,
    answers: page.answers ?? [],
    workflow: workflowOf(),
  });
  // Looked at when the page is stored, which may be never.
  sealed.catch(() => undefined);
  return {
    times: Float64Array.from(good, (bar) => bar.time),
    wanted: columnsOfBars(wanted ? good.filter((bar) => wanted(bar.time)) : good),
    faults,
    sealed,
    next: page.next,
  };
}

/** Puts aside what is wrong with the reason, stores the rest with one write, then records what was answered. */
export async function storePages(
  ports: Ports,
  { stream, source }: Pick<PageRequest, 'stream' | 'source'>,
  pages: readonly JudgedPage[],
): Promise<StoredCounts> {
  const faults = pages.flatMap((page) => page.faults);
  const { inserted } = await ports.documents.insert('quarantine', faults);
  const columns = {
    ...joinColumns(pages.map((page) => page.wanted)),
    knownAt: joinNumbers(pages.map((page) => page.wanted.knownAt)),
  };
  const { stored } = await writeColumns(ports, { stream: parseStream(stream), source, columns });
  await ports.lineage.record(await Promise.all(pages.map((page) => page.sealed)));
  return { stored, newFaults: inserted.length };
}

/** Asks for one page and stores it. */
export async function fetchPage(ports: Ports, request: PageRequest): Promise<JudgedPage & StoredCounts> {
  const page = await judgePage(ports, request);
  return { ...page, ...(await storePages(ports, request, [page])) };
}

async function writeColumns(
  ports: Ports,
  write: { stream: Stream; source: Source; columns: ColumnsWrite['columns'] },
): Promise<{ stored: number }> {
  const { columns, ...place } = write;
  if (columns.time.length === 0) return { stored: 0 };
  // A bar may come on two pages.
  if (ports.series.writeColumns && isAscending(columns.time)) return ports.series.writeColumns(write);
  return ports.series.write({ ...place, bars: barsOfColumns(columns) });
}
