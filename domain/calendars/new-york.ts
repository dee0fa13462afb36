import { DAY, dayOf, easterDay, isWeekday, nthWeekday, weekdayOf } from '../days.js';
import type { Session } from './session.js';

/** NYSE Rule 7.2 from 1985 on, with the unscheduled closings. */
export function newYorkSession(day: number): Session | null {
  if (!isWeekday(day) || holidaysOf(dayOf(day).year).has(day)) return null;
  return { date: day * DAY, from: newYork(day, 9.5), to: newYork(day, closesEarly(day) ? 13 : 16) };
}

const HOUR = 3_600_000;

/** An hour of a day in New York as epoch ms; none of the hours asked for is the one that the clock changes in. */
export function newYork(day: number, hour: number): number {
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
