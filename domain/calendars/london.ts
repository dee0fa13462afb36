import { DAY, dayOf, easterDay, isWeekday, nthWeekday, weekdayOf } from '../days.js';
import type { Session } from './session.js';

/**
 * London Stock Exchange, 8:00 to 16:30, from 1996 on. It keeps the bank holidays of England: Banking and Financial Dealings
 * Act 1971, schedule 1, with the royal proclamations, as gov.uk/bank-holidays lists them.
 */
export function londonSession(day: number): Session | null {
  if (!isOpen(day)) return null;
  return { date: day * DAY, from: london(day, 8), to: london(day, closesEarly(day) ? 12.5 : 16.5) };
}

const HOUR = 3_600_000;

/** Summer time runs from the last Sunday of March to the last of October; it changes at night. */
function london(day: number, hour: number): number {
  const { year } = dayOf(day);
  const isSummer = day >= nthWeekday(year, 3, 0, -1) && day < nthWeekday(year, 10, 0, -1);
  return day * DAY + (hour - (isSummer ? 1 : 0)) * HOUR;
}

const isOpen = (day: number): boolean => isWeekday(day) && !holidaysOf(dayOf(day).year).has(day);

/** The last trading days before Christmas and before the New Year. */
function closesEarly(day: number): boolean {
  const { year, month } = dayOf(day);
  if (month !== 12) return false;
  return [dayAt(year, 12, 25), dayAt(year + 1, 1, 1)].some((feast) => {
    let last = feast - 1;
    while (!isOpen(last)) last--;
    return last === day;
  });
}

const dayAt = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date) / DAY;

/** Holidays that were moved, by the year and the ordinary day; and those of one year only. */
const MOVED: Record<number, { may?: [number, number]; spring?: [number, number] }> = {
  2002: { spring: [6, 4] },
  2012: { spring: [6, 4] },
  2020: { may: [5, 8] },
  2022: { spring: [6, 2] },
};
/** The millennium, jubilees, a wedding, a funeral and a coronation. */
const ONCE = [
  [1999, 12, 31],
  [2002, 6, 3],
  [2011, 4, 29],
  [2012, 6, 5],
  [2022, 6, 3],
  [2022, 9, 19],
  [2023, 5, 8],
].map(([year = 0, month = 0, date = 0]) => dayAt(year, month, date));

const years = new Map<number, ReadonlySet<number>>();

function holidaysOf(year: number): ReadonlySet<number> {
  const known = years.get(year);
  if (known) return known;
  const { may, spring } = MOVED[year] ?? {};
  const easter = easterDay(year);
  const found = new Set([
    substitute(dayAt(year, 1, 1)),
    easter - 2,
    easter + 1,
    may ? dayAt(year, ...may) : nthWeekday(year, 5, 1, 1),
    spring ? dayAt(year, ...spring) : nthWeekday(year, 5, 1, -1),
    nthWeekday(year, 8, 1, -1),
    ...christmas(year),
    ...ONCE,
  ]);
  years.set(year, found);
  return found;
}

/** The Monday after a weekend. */
const substitute = (day: number): number => day + (weekdayOf(day) === 6 ? 2 : weekdayOf(day) === 0 ? 1 : 0);

/** Of two substitutes the later one is the Tuesday. */
function christmas(year: number): number[] {
  const first = dayAt(year, 12, 25);
  const weekday = weekdayOf(first);
  if (weekday === 6) return [first + 2, first + 3];
  if (weekday === 0) return [first + 1, first + 2];
  return [first, substitute(first + 1)];
}
