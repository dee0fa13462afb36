import type { Ports } from '../adapters/ports.js';
import { validateBars, type Bar } from '../domain/bars.js';
import { InvalidInputError } from '../domain/errors.js';
import type { BarsReport } from '../domain/research.js';
import type { Source } from '../domain/sources.js';
import { ceilToBar, parseStream, streamId, timeframeMs } from '../domain/streams.js';
import { beat, resumed } from './beat.js';
import { coverageSteps } from './coverage.js';
import { countsIn } from './coverage-store.js';
import { fillAll } from './healing.js';
import { quarantined } from '../domain/quarantine.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export interface BarsInput extends WindowInput {
  stream: string;
}

/** [from, to) in bar opens; every bar in it has closed by `asOf`. */
export interface BarsPlan {
  source: Source;
  stream: string;
  from: number;
  to: number;
  asOf: number;
}

interface Chunk {
  stored: number;
  quarantined: number;
  next: number | null;
}

/** Pages of one step: about a minute of a polite client, so that a lost attempt loses little. */
const PAGES_PER_STEP = 40;
/** Storing rewrites a partition, so quick pages are stored together: a lost attempt fetches what came in so long again. */
const STORE_EVERY_MS = 2000;

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
    const from = ceilToBar(
      input.from === undefined ? twoYearsBefore(to) : readTime('from', input.from),
      stream.timeframe,
    );
    if (from >= to)
      throw new InvalidInputError(
        `No bars of ${input.stream} between ${iso(from)} and ${iso(wanted)}: the source's last bar closes at ${iso(end)}`,
      );
    return { source, stream: streamId(stream), from, to, asOf: Math.max(input.asOf ?? to, to) };
  },

  /** One stretch of pages from `cursor`; a repeated attempt goes on where the lost one stood. */
  async fetchBars(request: BarsPlan & { cursor: number }): Promise<Chunk> {
    const stream = parseStream(request.stream);
    const markets = ports.markets(request.source);
    const chunk: Chunk = resumed<Chunk>() ?? { stored: 0, quarantined: 0, next: request.cursor };
    let unstored: Bar[] = [];
    let due = ports.now() + STORE_EVERY_MS;
    for (let page = 1, next = chunk.next; page <= PAGES_PER_STEP && next !== null; page++) {
      const range = { from: next, to: request.to };
      const answer = await markets.fetchBars({ stream, range });
      const { good, bad } = validateBars(answer.bars, { timeframe: stream.timeframe, ...range });
      const faults = [
        ...bad.map(({ bar, reason }) => ({ bar: { ...bar } as Record<string, unknown>, reason })),
        ...answer.rejected.map(({ row, reason }) => ({ bar: { row }, reason })),
      ].map((fault) => quarantined(request, fault, ports.now()));
      if (faults.length > 0) await ports.documents.insert('quarantine', faults);
      chunk.quarantined += faults.length;
      unstored = unstored.concat(good);
      next = answer.next;
      const over = next === null || page === PAGES_PER_STEP;
      if (!over && ports.now() < due) continue;
      chunk.stored += (await ports.series.write({ stream, bars: unstored, source: request.source })).stored;
      // The cursor tells of what is stored, never of what is only fetched.
      chunk.next = next;
      unstored = [];
      due = ports.now() + STORE_EVERY_MS;
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
    const { expected, missing, exchangeClosed, quarantined } = counts;
    return { stream: plan.stream, stored: 0, expected, missing, exchangeClosed, quarantined, digest: sha256 };
  },
});

const iso = (time: number): string => new Date(time).toISOString();
