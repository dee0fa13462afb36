import { DAY, dayOf, easterDay, nthWeekday, weekdayOf, weekdayOnOrAfter } from './days.js';
import { interval, intersect, ofStretches, type Intervals } from './intervals.js';
import { ceilToBar, floorToBar, timeframeMs, type Timeframe } from './streams.js';

/**
 * When markets trade. No maintained npm library knows past sessions (`trading-calendar` has 2021 and 2022,
 * `nyse-holidays` no unscheduled closings and no hours), so the rules stand here: NYSE Rule 7.2 from 1985 on with
 * the unscheduled closings, and the week of foreign exchange. Another market is one more entry.
 */
export type CalendarName = 'always' | 'nyse' | 'forex';

interface Session {
  /** The trading date, as its midnight UTC: what bars of a day or more are dated by. */
  date: number;
  from: number;
  to: number;
}

export const CALENDARS: Record<
  CalendarName,
  { summary: string; session: ((day: number) => Session | null) | null }
> = {
  always: { summary: 'round the clock', session: null },
  nyse: { summary: 'New York Stock Exchange and Nasdaq, regular hours', session: newYorkSession },
  forex: { summary: 'Sunday 17:00 to Friday 17:00 in New York', session: forexSession },
};

/**
 * Opens of the bars that a market has in a range. A bar below a day is expected where any of it lies in a session,
 * a longer one where a trading date lies in it.
 */
export function expectedIn(
  range: { from: number; to: number },
  timeframe: Timeframe,
  name: CalendarName,
): Intervals {
  const { session } = CALENDARS[name];
  const whole = interval(ceilToBar(range.from, timeframe), ceilToBar(range.to, timeframe));
  const [from, to] = whole;
  if (!session || from === undefined || to === undefined) return whole;
  const step = timeframeMs(timeframe);
  const found: { from: number; to: number }[] = [];
  for (let day = Math.floor(from / DAY) - 1; day <= Math.ceil(to / DAY) + 1; day++) {
    const open = session(day);
    if (!open) continue;
    const first = floorToBar(step < DAY ? open.from : open.date, timeframe);
    found.push({ from: first, to: step < DAY ? ceilToBar(open.to, timeframe) : first + step });
  }
  return intersect(ofStretches(found), whole);
}

const VENUES: Record<string, CalendarName> = {
  ...Object.fromEntries(
    ['nyse', 'nasdaq', 'amex', 'arca', 'bats', 'iex'].map((venue) => [venue, 'nyse' as const]),
  ),
  ...Object.fromEntries(
    ['forex', 'fx', 'oanda', 'dukascopy', 'fxcm', 'histdata'].map((venue) => [venue, 'forex' as const]),
  ),
};
const CURRENCIES = new Set(
  'USD EUR GBP JPY CHF AUD NZD CAD SEK NOK DKK PLN HUF CZK TRY ZAR MXN CNH SGD HKD XAU XAG'.split(' '),
);
/** Weekends that must lie in the bars before their absence says something. */
const ENOUGH_WEEKENDS = 2;

export interface CalendarChoice {
  calendar: CalendarName;
  reason: string;
  /** False where there was too little to tell: looked at again with more bars. */
  settled: boolean;
}

/**
 * The calendar of a market: that of its venue where it is known, else what its bars show (a market without a bar on
 * any Saturday closes at weekends). `times`: ascending opens.
 */
export function chooseCalendar(market: {
  exchange: string;
  symbol: string;
  times: ArrayLike<number>;
  timeframe: Timeframe;
}): CalendarChoice {
  const { exchange, symbol, times, timeframe } = market;
  const known = Object.hasOwn(VENUES, exchange) ? VENUES[exchange] : undefined;
  if (known) return { calendar: known, reason: `${exchange} keeps these hours`, settled: true };
  const weekends = weekendsIn(times, timeframe);
  if (weekends.saturdays < ENOUGH_WEEKENDS)
    return { calendar: 'always', reason: 'too few weekends to tell otherwise', settled: false };
  if (weekends.onSaturday > 0)
    return { calendar: 'always', reason: 'it has bars on Saturdays', settled: true };
  const pair = symbol.split('-').every((code) => CURRENCIES.has(code));
  const calendar = pair || weekends.onSunday > 0 ? 'forex' : 'nyse';
  const reason = `no bar on any of ${weekends.saturdays} Saturdays`;
  return { calendar, reason: pair ? `${reason}, and two currencies` : reason, settled: true };
}

function weekendsIn(times: ArrayLike<number>, timeframe: Timeframe) {
  const counted = { saturdays: 0, onSaturday: 0, onSunday: 0 };
  const [first, last] = [times[0], times[times.length - 1]];
  if (first === undefined || last === undefined || timeframeMs(timeframe) > DAY) return counted;
  const saturday = weekdayOnOrAfter(Math.ceil(first / DAY), 6);
  counted.saturdays = Math.max(0, Math.floor((Math.floor(last / DAY) - saturday) / 7) + 1);
  for (let i = 0; i < times.length; i++) {
    const weekday = weekdayOf(Math.floor((times[i] ?? 0) / DAY));
    if (weekday === 6) counted.onSaturday++;
    if (weekday === 0) counted.onSunday++;
  }
  return counted;
}

const isWeekday = (day: number): boolean => weekdayOf(day) >= 1 && weekdayOf(day) <= 5;

/** The currency day ends at 17:00 in New York; 25 December and 1 January are no trading days. */
function forexSession(day: number): Session | null {
  const { month, date } = dayOf(day);
  if (!isWeekday(day) || (month === 12 && date === 25) || (month === 1 && date === 1)) return null;
  return { date: day * DAY, from: newYork(day - 1, 17), to: newYork(day, 17) };
}

function newYorkSession(day: number): Session | null {
  if (!isWeekday(day) || holidaysOf(dayOf(day).year).has(day)) return null;
  return { date: day * DAY, from: newYork(day, 9.5), to: newYork(day, closesEarly(day) ? 13 : 16) };
}

const HOUR = 3_600_000;

/** An hour of a day in New York as epoch ms; none of the hours asked for is the one that the clock changes in. */
function newYork(day: number, hour: number): number {
  const { year } = dayOf(day);
  const [begin, end] =
    year >= 2007
      ? [nthWeekday(year, 3, 0, 2), nthWeekday(year, 11, 0, 1)]
      : [year >= 1987 ? nthWeekday(year, 4, 0, 1) : nthWeekday(year, 4, 0, -1), nthWeekday(year, 10, 0, -1)];
  return day * DAY + (hour + (day >= begin && day < end ? 4 : 5)) * HOUR;
}

/** The day after Thanksgiving, and the days before Independence Day and Christmas where those are weekdays. */
function closesEarly(day: number): boolean {
  const { year, month, date } = dayOf(day);
  if (year < 1993) return false;
  return (
    day === nthWeekday(year, 11, 4, 4) + 1 ||
    (month === 12 && date === 24) ||
    (month === 7 && date === 3 && weekdayOf(day) < 5)
  );
}

/** Mourning, terror and storms, as [year, month, day]. */
const UNSCHEDULED = [
  [1985, 9, 27],
  [1994, 4, 27],
  [2001, 9, 11],
  [2001, 9, 12],
  [2001, 9, 13],
  [2001, 9, 14],
  [2004, 6, 11],
  [2007, 1, 2],
  [2012, 10, 29],
  [2012, 10, 30],
  [2018, 12, 5],
  [2025, 1, 9],
].map(([year = 0, month = 0, day = 0]) => Date.UTC(year, month - 1, day) / DAY);

const years = new Map<number, ReadonlySet<number>>();

function holidaysOf(year: number): ReadonlySet<number> {
  const known = years.get(year);
  if (known) return known;
  const on = (month: number, date: number): number => Date.UTC(year, month - 1, date) / DAY;
  // Saturday's is kept on Friday, Sunday's on Monday; a New Year's Saturday is not kept, since Friday ends the year.
  const kept = (day: number): number => day + (weekdayOf(day) === 0 ? 1 : weekdayOf(day) === 6 ? -1 : 0);
  const newYear = weekdayOf(on(1, 1)) === 6 ? [] : [kept(on(1, 1))];
  const found = new Set([
    ...newYear,
    ...(year >= 1998 ? [nthWeekday(year, 1, 1, 3)] : []),
    nthWeekday(year, 2, 1, 3),
    easterDay(year) - 2,
    nthWeekday(year, 5, 1, -1),
    ...(year >= 2022 ? [kept(on(6, 19))] : []),
    kept(on(7, 4)),
    nthWeekday(year, 9, 1, 1),
    nthWeekday(year, 11, 4, 4),
    kept(on(12, 25)),
    ...UNSCHEDULED,
  ]);
  years.set(year, found);
  return found;
}
