import { londonSession } from './calendars/london.js';
import { newYork, newYorkSession } from './calendars/new-york.js';
import type { Session } from './calendars/session.js';
import { DAY, dayOf, isWeekday } from './days.js';
import { interval, intersect, ofStretches, type Intervals } from './intervals.js';
import { ceilToBar, floorToBar, timeframeMs, type Timeframe } from './streams.js';

/**
 * When markets trade. No maintained npm library knows past sessions (`trading-calendar` has 2021 and 2022,
 * `nyse-holidays` no unscheduled closings and no hours), so the rules stand in calendars/. Another market is one more entry.
 */
export type CalendarName = 'always' | 'nyse' | 'lse' | 'forex' | 'weekdays';

export const CALENDARS: Record<
  CalendarName,
  { summary: string; session: ((day: number) => Session | null) | null }
> = {
  always: { summary: 'round the clock', session: null },
  nyse: { summary: 'New York Stock Exchange and Nasdaq, regular hours', session: newYorkSession },
  lse: { summary: 'London Stock Exchange, regular hours', session: londonSession },
  forex: { summary: 'Sunday 17:00 to Friday 17:00 in New York', session: forexSession },
  weekdays: {
    summary: 'Monday to Friday, midnight to midnight UTC: a market whose hours and holidays are not known',
    session: (day) => (isWeekday(day) ? { date: day * DAY, from: day * DAY, to: (day + 1) * DAY } : null),
  },
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

/** The currency day ends at 17:00 in New York; 25 December and 1 January are no trading days. */
function forexSession(day: number): Session | null {
  const { month, date } = dayOf(day);
  if (!isWeekday(day) || (month === 12 && date === 25) || (month === 1 && date === 1)) return null;
  return { date: day * DAY, from: newYork(day - 1, 17), to: newYork(day, 17) };
}
