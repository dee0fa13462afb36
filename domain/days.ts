/** Days as whole numbers from 1970-01-01 (UTC), and what calendars ask of them. Weekday 0 is Sunday. */
export const DAY = 86_400_000;

export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

export const isWeekday = (day: number): boolean => weekdayOf(day) >= 1 && weekdayOf(day) <= 5;

export function dayOf(day: number): { year: number; month: number; date: number } {
  const time = new Date(day * DAY);
  return { year: time.getUTCFullYear(), month: time.getUTCMonth() + 1, date: time.getUTCDate() };
}

export const weekdayOnOrAfter = (day: number, weekday: number): number =>
  day + ((weekday - weekdayOf(day) + 7) % 7);

/** The n-th weekday of a month, counted from its end where n is negative; month 1 is January. */
export function nthWeekday(year: number, month: number, weekday: number, n: number): number {
  const first = Date.UTC(year, month - 1, 1) / DAY;
  if (n > 0) return weekdayOnOrAfter(first, weekday) + (n - 1) * 7;
  const last = Date.UTC(year, month, 0) / DAY;
  return last - ((weekdayOf(last) - weekday + 7) % 7) + (n + 1) * 7;
}

/** Easter Sunday of the Gregorian calendar, by the arithmetic of Meeus, Jones and Butcher. */
export function easterDay(year: number): number {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const [i, k] = [Math.floor(c / 4), c % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  return Date.UTC(year, month - 1, (h + l - 7 * m + 33 * month + 19) % 32) / DAY;
}
