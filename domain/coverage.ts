import { expectedIn, type CalendarName } from './calendars.js';
import { chooseCalendar } from './calendars/choice.js';
import {
  countBars,
  intersect,
  interval,
  ofTimes,
  stretches,
  subtract,
  union,
  type Intervals,
} from './intervals.js';
import type { Source } from './sources.js';
import { sourceKey } from './sources.js';
import { parseStream, streamId, timeframeMs, type Stream } from './streams.js';

/** What the venue answered about holes: asked then, it had no bars here and had bars before and after. */
export interface Proof {
  askedAt: number;
  closed: Intervals;
}

/** What a stream owes, stored in `coverage`; what it holds is read from the bars themselves. Times are bar opens. */
export interface CoverageContract {
  id: string;
  stream: string;
  source: Source;
  sourceKey: string;
  calendar: CalendarName;
  calendarReason: string;
  /** False where there was too little to tell the calendar. */
  calendarSettled: boolean;
  from: number;
  to: number;
  /** First bar of the venue where it was asked for earlier ones and has none; null where it was not. */
  listedAt: number | null;
  /** Where the venue's bars end, if they have ended. */
  delistedAt: number | null;
  proofs: Proof[];
}

/**
 * A contract against what is stored: `expected` falls into four parts that share no bar. A stored bar counts as
 * present whatever was proved or quarantined before; bars outside the sessions are no fault and not expected.
 */
export interface CoverageSets {
  expected: Intervals;
  present: Intervals;
  exchangeClosed: Intervals;
  quarantined: Intervals;
  missing: Intervals;
  outside: Intervals;
}

/** The same as numbers of bars. */
export type CoverageCounts = Record<keyof CoverageSets, number>;

export type GapState = 'exchange-closed' | 'quarantined' | 'missing';

/** Neighbouring bars that are not present, half-open in bar opens. */
export interface CoverageGap {
  from: number;
  to: number;
  bars: number;
  state: GapState;
}

/** What people and programs are shown; at most `GAPS_SHOWN` gaps, since it travels through Temporal. */
export interface CoverageReport
  extends Omit<CoverageContract, 'id' | 'proofs' | 'sourceKey' | 'calendarSettled'>, CoverageCounts {
  /** Present ÷ (expected − exchange-closed); 1 where nothing is owed. */
  coverage: number;
  gaps: CoverageGap[];
  gapsLeftOut: number;
  measuredAt: number;
}

/** A contract with what was missing at the last measurement, and the last heal by the id of who asked for it. */
export interface CoverageState extends CoverageContract {
  missingBars: Intervals;
  heal: { id: string; healed: number } | null;
}

/** As stored in `coverage`. */
export interface StoredCoverage extends CoverageState, CoverageCounts {
  coverage: number;
  measuredAt: number;
}

export interface HealReport extends CoverageReport {
  /** Bars that were missing when the heal began and are stored now. */
  healed: number;
}

const GAPS_SHOWN = 300;

export const coverageId = (stream: Stream, source: Source): string =>
  `cov_${streamId(stream).replaceAll('/', '_')}_${sourceKey(source)}`;

/** The contract to begin with or to go on with: it grows to the range given and never shrinks. */
export function drawContract(args: {
  stream: Stream;
  source: Source;
  range: { from: number; to: number };
  /** Opens of all stored bars, ascending. */
  times: ArrayLike<number>;
  calendar?: CalendarName | undefined;
  before: CoverageContract | null;
}): CoverageContract {
  const { stream, source, range, times, before } = args;
  const chosen = args.calendar
    ? { calendar: args.calendar, reason: 'asked for', settled: true }
    : before?.calendarSettled
      ? { calendar: before.calendar, reason: before.calendarReason, settled: true }
      : source.kind === 'recorded'
        ? chooseCalendar({ ...stream, times })
        : { calendar: 'always' as const, reason: `${stream.exchange} trades round the clock`, settled: true };
  return {
    id: coverageId(stream, source),
    stream: streamId(stream),
    source,
    sourceKey: sourceKey(source),
    calendar: chosen.calendar,
    calendarReason: chosen.reason,
    calendarSettled: chosen.settled,
    from: Math.min(range.from, before?.from ?? Infinity),
    to: Math.max(range.to, before?.to ?? -Infinity),
    // A bar from before the listing is there all the same: then the venue has learned, or another source has it.
    listedAt: before?.listedAt && (times[0] ?? Infinity) >= before.listedAt ? before.listedAt : null,
    delistedAt: before?.delistedAt ?? null,
    proofs: before?.proofs ?? [],
  };
}

/** Sorts every bar that the contract expects into one state. `times`, `quarantined`: bar opens in any order. */
export function assess(
  contract: CoverageContract,
  held: { times: ArrayLike<number>; quarantined: ArrayLike<number> },
): CoverageSets {
  const { timeframe } = parseStream(contract.stream);
  const step = timeframeMs(timeframe);
  const range = { from: Math.max(contract.from, contract.listedAt ?? -Infinity), to: contract.to };
  const all = expectedIn(range, timeframe, contract.calendar);
  const stored = intersect(ofTimes(held.times, step), interval(contract.from, contract.to));
  const expected =
    contract.delistedAt === null ? all : intersect(all, interval(-Infinity, contract.delistedAt));
  const present = intersect(stored, expected);
  const absent = subtract(expected, present);
  const quarantined = intersect(absent, ofTimes(held.quarantined, step));
  const exchangeClosed = subtract(intersect(absent, closedBy(contract.proofs)), quarantined);
  return {
    expected,
    present,
    exchangeClosed,
    quarantined,
    missing: subtract(subtract(absent, quarantined), exchangeClosed),
    outside: subtract(stored, expected),
  };
}

/** Everything that was proved so far. */
export const closedBy = (proofs: readonly Proof[]): Intervals =>
  proofs.reduce<Intervals>((sum, proof) => union(sum, proof.closed), []);

export function countSets(sets: CoverageSets, step: number): CoverageCounts {
  const counts = Object.entries(sets).map(([name, set]) => [name, countBars(set, step)]);
  return Object.fromEntries(counts) as CoverageCounts;
}

export function shareOf({ present, expected, exchangeClosed }: CoverageCounts): number {
  const owed = expected - exchangeClosed;
  return owed > 0 ? present / owed : 1;
}

/** The assessment as numbers and gaps; missing gaps come first where there are too many to show. */
export function reportOf(contract: CoverageContract, sets: CoverageSets, measuredAt: number): CoverageReport {
  const { stream, source, calendar, calendarReason, from, to, listedAt, delistedAt } = contract;
  const shown = { stream, source, calendar, calendarReason, from, to, listedAt, delistedAt };
  const step = timeframeMs(parseStream(stream).timeframe);
  const counts = countSets(sets, step);
  const all = gapsOf(sets, step);
  const gaps = all.slice(0, GAPS_SHOWN).sort((a, b) => a.from - b.from);
  const more = { gaps, gapsLeftOut: all.length - gaps.length, measuredAt };
  return { ...shown, ...counts, coverage: shareOf(counts), ...more };
}

function gapsOf(sets: CoverageSets, step: number): CoverageGap[] {
  const states: [GapState, Intervals][] = [
    ['missing', sets.missing],
    ['quarantined', sets.quarantined],
    ['exchange-closed', sets.exchangeClosed],
  ];
  return states.flatMap(([state, set]) =>
    stretches(set).map(({ from, to }) => ({ from, to, bars: (to - from) / step, state })),
  );
}
