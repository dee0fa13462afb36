import type { Ports } from '../adapters/ports.js';
import { CALENDARS, type CalendarName } from '../domain/calendars.js';
import {
  coverageId,
  drawContract,
  reportOf,
  type CoverageReport,
  type CoverageState,
  type HealReport,
  type StoredCoverage,
} from '../domain/coverage.js';
import { digestOf } from '../domain/digest.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { countBars, intersect, type Intervals } from '../domain/intervals.js';
import { isImport, type Source } from '../domain/sources.js';
import { ceilToBar, parseStream, streamId, timeframeMs, type Stream } from '../domain/streams.js';
import { setsOf, storedCoverage, storedSource, storedTimes, type CoverageKey } from './coverage-store.js';
import { readSource, readTime, type SourceInput, type TimeInput } from './window.js';

export interface CoverageInput {
  stream: string;
  /** Left out: the source that the newest stored bars came from. */
  source?: SourceInput;
  /** The contract is widened to begin here; it never shrinks. */
  from?: TimeInput;
  to?: TimeInput;
  calendar?: CalendarName;
  /** True: the contract reaches up to the venue's last closed bar. */
  follow?: boolean;
}

export const coverageSteps = (ports: Ports) => ({
  /** Draws or widens a stream's contract, holds it against what is stored, and says so where it is broken anew. */
  async measureStream(input: CoverageInput): Promise<CoverageReport> {
    const stream = parseStream(input.stream);
    if (input.calendar && !Object.hasOwn(CALENDARS, input.calendar))
      throw new InvalidInputError(
        `Unknown calendar "${input.calendar}"; known: ${Object.keys(CALENDARS).join(', ')}`,
      );
    const source = input.source ? readSource(input.source) : await storedSource(ports, stream);
    const before = await ports.documents.get<StoredCoverage>('coverage', coverageId(stream, source));
    const times = await storedTimes(ports, { stream, source });
    const range = await rangeOf(ports, { input, stream, source, times, before });
    const { calendar } = input;
    const contract = drawContract({ stream, source, range, times, calendar, before });
    if (input.follow) contract.delistedAt = endOf(range.to, ports.now(), stream, source);
    return measured(ports, { ...blank, ...before, ...contract }, times);
  },

  /** Measures what a heal has come to. Repeated with the same `heal`, it says the same. */
  async settleHeal(request: CoverageKey & { heal: string }): Promise<HealReport> {
    const before = await storedCoverage(ports, request);
    const stream = parseStream(request.stream);
    const step = timeframeMs(stream.timeframe);
    const times = await storedTimes(ports, { stream, source: request.source });
    if (before.heal?.id === request.heal)
      return { ...(await measured(ports, before, times)), healed: before.heal.healed };
    const { present } = await setsOf(ports, before, times);
    const back = intersect(before.missingBars, present);
    const healed = countBars(back, step);
    const heal = { id: request.heal, healed };
    return { ...(await measured(ports, { ...before, heal }, times, back)), healed };
  },
});

/** A market whose last bar is long past has ended; what is no live source ends where its recording does. */
function endOf(to: number, now: number, { timeframe }: Stream, source: Source): number | null {
  const late = now - to > Math.max(WEEK, 10 * timeframeMs(timeframe));
  return source.kind === 'live' && late ? to : null;
}

const WEEK = 7 * 86_400_000;

const blank = { missingBars: [] as Intervals, heal: null };

/** Stores the measurement with its events: one transaction, and the same finding is told once. */
async function measured(
  ports: Ports,
  contract: CoverageState,
  times: Float64Array,
  healed: Intervals = [],
): Promise<CoverageReport> {
  const at = ports.now();
  const sets = await setsOf(ports, contract, times);
  const report = reportOf(contract, sets, at);
  const { gaps: _gaps, gapsLeftOut: _more, ...counts } = report;
  const { stream, source, sourceKey } = contract;
  const event = (type: string, bars: Intervals, salt: unknown) => ({
    id: `evt_${type}_${digestOf({ stream, sourceKey, bars, salt }).slice(0, 24)}`,
    type,
    at,
    payload: {
      stream,
      source,
      bars: countBars(bars, timeframeMs(parseStream(stream).timeframe)),
      from: bars[0],
    },
  });
  const broken = sets.missing.length > 0 && digestOf(sets.missing) !== digestOf(contract.missingBars);
  await ports.documents.upsert<StoredCoverage>(
    'coverage',
    [{ ...contract, ...counts, missingBars: sets.missing }],
    [
      ...(broken ? [event('coverage.broken', sets.missing, at)] : []),
      ...(healed.length > 0 ? [event('bars.healed', healed, contract.heal?.id)] : []),
    ],
  );
  return report;
}

/** The stretch that the contract is about: what was asked for, and else what is stored. */
async function rangeOf(
  ports: Ports,
  given: {
    input: CoverageInput;
    stream: Stream;
    source: Source;
    times: Float64Array;
    before: StoredCoverage | null;
  },
): Promise<{ from: number; to: number }> {
  const { input, stream, source, times, before } = given;
  const { timeframe } = stream;
  const step = timeframeMs(timeframe);
  const read = (name: 'from' | 'to'): number | undefined =>
    input[name] === undefined ? undefined : ceilToBar(readTime(name, input[name]), timeframe);
  const venueEnd = async (): Promise<number> => (await ports.markets(source).lastClosed(stream)) + step;
  const last = times.at(-1);
  const ends = [read('to'), last === undefined ? undefined : last + step, before?.to];
  const known = ends.filter((end) => end !== undefined);
  // An imported file has nothing to come.
  if ((input.follow && !isImport(source)) || known.length === 0) known.push(await venueEnd());
  const [from, to] = [read('from') ?? times[0] ?? before?.from, Math.max(...known)];
  if (from === undefined)
    throw new NotFoundError(
      `No stored bars of ${streamId(stream)}; collect them first, or say where to begin (from)`,
    );
  if (from >= to)
    throw new InvalidInputError(
      `The coverage of ${streamId(stream)} is empty: from ${from} is not before to ${to}`,
    );
  return { from, to };
}
