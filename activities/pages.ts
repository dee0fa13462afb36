import type { BarPage, Ports } from '../adapters/ports.js';
import { validateBars, type Bar, type TimeRange } from '../domain/bars.js';
import { quarantined, type Fault } from '../domain/quarantine.js';
import type { Source } from '../domain/sources.js';
import { parseStream } from '../domain/streams.js';
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

export interface StoredPage {
  /** Sound bars of the page, wanted or not. */
  good: Bar[];
  faults: Fault[];
  /** New records, and faults that were not known before. */
  stored: number;
  newFaults: number;
  next: number | null;
}

/** Asks for one page, puts aside what is wrong with the reason, stores the rest, and records what was answered. */
export async function fetchPage(ports: Ports, request: PageRequest): Promise<StoredPage> {
  const { source, range, seen, wanted } = request;
  const stream = parseStream(request.stream);
  const page: BarPage = await ports.markets(source).fetchBars({
    stream,
    range,
    ...(seen === undefined ? {} : { seen }),
  });
  const { good, bad } = validateBars(page.bars, { timeframe: stream.timeframe, ...range });
  const faults = [
    ...bad.map(({ bar, reason }) => ({ bar: { ...bar } as Record<string, unknown>, reason })),
    ...page.rejected.map(({ row, reason }) => ({ bar: { row }, reason })),
  ].map((fault) => quarantined(request, fault, ports.now()));
  const { inserted } = await ports.documents.insert('quarantine', faults);
  const bars = wanted ? good.filter((bar) => wanted(bar.time)) : good;
  const { stored } = await ports.series.write({ stream, bars, source });
  await ports.lineage.record({
    stream: request.stream,
    source,
    from: range.from,
    to: page.next ?? range.to,
    bars: good.length,
    rejected: faults.length,
    answers: page.answers ?? [],
    workflow: workflowOf(),
  });
  return { good, faults, stored, newFaults: inserted.length, next: page.next };
}
