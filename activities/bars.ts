import type { Ports } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import type { BarsReport } from '../domain/research.js';
import type { Source } from '../domain/sources.js';
import { ceilToBar, parseStream, streamId, timeframeMs, type Stream } from '../domain/streams.js';
import { closedEvent } from '../domain/bars/events.js';
import { beat, resumed } from './beat.js';
import { coverageSteps } from './coverage.js';
import { countsIn } from './coverage-store.js';
import { fillAll } from './healing.js';
import { storedBatches } from './gathering.js';
import { judgePage, type JudgedPage } from './pages.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export interface BarsInput extends WindowInput {
  stream: string;
  /** Without `from`: begins at the newest stored bar, so that a schedule brings only what is new. */
  append?: boolean;
}

/** [from, to) in bar opens; every bar in it has closed by `asOf`. */
export interface BarsPlan {
  source: Source;
  stream: string;
  from: number;
  to: number;
  asOf: number;
  /** Bars of the window that were stored when the plan was made. */
  present: number;
}

interface Chunk {
  stored: number;
  quarantined: number;
  next: number | null;
}

/** A step ends after so long or so many pages: what it has come to then stands in the history. */
const STEP_MS = 30_000;
const PAGES_PER_STEP = 240;

export const barsSteps = (ports: Ports) => ({
  async resolveBars(input: BarsInput): Promise<BarsPlan> {
    const source = input.source ? readSource(input.source) : (await ports.chooseSource()).source;
    const stream = parseStream(input.stream);
    const markets = ports.markets(source);
    await markets.resolve({ ...stream });
    const step = timeframeMs(stream.timeframe);
    const end = (await markets.lastClosed(stream)) + step;
    const wanted = input.to === undefined ? end : ceilToBar(readTime('to', input.to), stream.timeframe);
    const to = Math.min(wanted, end);
    const newest = input.append ? await newestStored(ports, { stream, source, before: to }) : null;
    const from =
      input.from === undefined && newest !== null
        ? newest
        : ceilToBar(
            input.from === undefined ? twoYearsBefore(to) : readTime('from', input.from),
            stream.timeframe,
          );
    if (from >= to)
      throw new InvalidInputError(
        `No bars of ${input.stream} between ${iso(from)} and ${iso(wanted)}: the source's last bar closes at ${iso(end)}`,
      );
    const first = (await markets.firstOpen?.(stream)) ?? null;
    if (first !== null && to <= first)
      throw new InvalidInputError(
        `No bars of ${input.stream} between ${iso(from)} and ${iso(to)}: the source has them from ${iso(first)} to ${iso(end)}`,
      );
    const present = (await ports.series.times({ stream, source, range: { from, to }, asOf: Infinity }))
      .length;
    return { source, stream: streamId(stream), from, to, asOf: Math.max(input.asOf ?? to, to), present };
  },

  /** One stretch of pages from `cursor`; a repeated attempt goes on where the lost one stood. */
  async fetchBars(request: BarsPlan & { cursor: number }): Promise<Chunk> {
    const chunk: Chunk = resumed<Chunk>() ?? { stored: 0, quarantined: 0, next: request.cursor };
    for await (const batch of storedBatches(ports, request, pagesFrom(ports, request, chunk.next))) {
      chunk.stored += batch.stored;
      for (const page of batch.pages) chunk.quarantined += page.faults.length;
      chunk.next = batch.pages.at(-1)?.next ?? null;
      // Only past what is stored: a lost attempt asks again for the pages that it was still gathering.
      beat(chunk);
    }
    return chunk;
  },

  /** How complete the window is; holes are asked for once more, so that what is missing is the venue's or a fault. */
  async measureCoverage(plan: BarsPlan): Promise<BarsReport> {
    const { source, from, to, asOf } = plan;
    const stream = parseStream(plan.stream);
    const key = { stream: plan.stream, source };
    const found = await coverageSteps(ports).measureStream({ ...key, from, to });
    if (found.missing > 0) {
      await fillAll(ports, { ...key, cursor: from, until: to });
      await coverageSteps(ports).measureStream({ ...key, from, to });
    }
    const counts = await countsIn(ports, key, { from, to });
    const { sha256 } = await ports.series.digest({ stream, source, range: { from, to }, asOf });
    const times = await ports.series.times({ stream, source, range: { from, to }, asOf: Infinity });
    // What a killed attempt stored is in the store, though its count is lost.
    const stored = Math.max(0, times.length - plan.present);
    const { expected, missing, exchangeClosed, quarantined } = counts;
    if (stored > 0) await tellNewest(ports, { stream, source, time: times.at(-1) });
    return { stream: plan.stream, stored, expected, missing, exchangeClosed, quarantined, digest: sha256 };
  },
});

/** Pages of a window one after the other, as many as a step takes. */
async function* pagesFrom(ports: Ports, plan: BarsPlan, from: number | null): AsyncGenerator<JudgedPage> {
  const { stream, source, to } = plan;
  const end = performance.now() + STEP_MS;
  let next = from;
  for (let asked = 0; next !== null && asked < PAGES_PER_STEP && performance.now() < end; asked++) {
    beat();
    const page = await judgePage(ports, { stream, source, range: { from: next, to } });
    next = page.next;
    yield page;
  }
}

/** Open of the newest stored bar, which is asked for again so that the window is never empty; null where there is none. */
async function newestStored(
  ports: Ports,
  { stream, source, before }: { stream: Stream; source: Source; before: number },
): Promise<number | null> {
  const range = { from: -Infinity, to: before };
  const key = { stream, source, range, asOf: Infinity };
  const [newest] = await ports.series.read({ ...key, limit: 1, order: 'newest' });
  return newest?.time ?? null;
}

/** Tells of the newest bar where it is the stream's newest: what fills the past is no bar that has closed now. */
async function tellNewest(
  ports: Ports,
  { stream, source, time }: { stream: Stream; source: Source; time: number | undefined },
): Promise<void> {
  const range = { from: time ?? Infinity, to: Infinity };
  const key = { stream, source, range, asOf: Infinity };
  const [newest] = await ports.series.read({ ...key, limit: 1, order: 'newest' });
  if (time === undefined || newest?.time !== time) return;
  await ports.events.publish([closedEvent({ stream, source, bar: newest, at: ports.now() })]);
}

const iso = (time: number): string => new Date(time).toISOString();
