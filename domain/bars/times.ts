/**
 * How the times of a file are written. Epoch numbers are told apart by their size (years 1973 to 2286), unless a person
 * has named the unit (`given`); `days` are dates at midnight of their own zone, of which only the date counts; `typed` times are epoch ms by the file's own types.
 */
export type TimeKind =
  | { kind: 'epoch'; unit: EpochUnit; given?: true }
  | { kind: 'text'; order: DateOrder; days?: true }
  | { kind: 'typed' };

export type EpochUnit = 's' | 'ms' | 'us' | 'ns';
/** Which number of `03/04/2024` is the day: `ymd` is every form that begins with the year. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';

const PER_MS: Record<EpochUnit, number> = { s: 0.001, ms: 1, us: 1_000, ns: 1_000_000 };

/** The unit that makes of a number a time between 1973 and 2286, or null. */
export function epochUnitOf(value: number): EpochUnit | null {
  if (!(value >= 1e8)) return null;
  if (value < 1e10) return 's';
  // From 1973 on: fewer digits would be days of the first months of 1970.
  if (value >= 1e11 && value < 1e13) return 'ms';
  if (value >= 1e14 && value < 1e16) return 'us';
  if (value >= 1e17 && value < 1e19) return 'ns';
  return null;
}

/** Epoch ms of a number in a unit; µs and ns are cut to whole ms. */
export const epochMs = (value: number, unit: EpochUnit): number =>
  unit === 's' ? Math.round(value * 1_000) : Math.floor(value / PER_MS[unit]);

const YEAR_FIRST =
  /^(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)(?:(?:T| {1,2})(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?\s*(.*)$/i;
const YEAR_LAST =
  /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:(?:T| {1,2})(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*(.*)$/i;
/** ISO 8601's days of the year and weeks: `2013-231`, `2013-W34-1`. */
const ORDINAL = /^(\d{4})-?(\d{3})(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?\s*(.*)$/;
const WEEK = /^(\d{4})-?W(\d\d)-?([1-7])(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?\s*(.*)$/i;
/** `2019-01-01 01-PM`, as CryptoDataDownload once had it. */
const HALF_DAY = /^(\d{4}-\d\d-\d\d) (\d\d)-([AP])M$/i;
const ZONE = /^(?:Z|UTC|GMT)?(?:([+-])(\d\d):?(\d\d)?)?$/i;

/** Which orders of day, month and year a text can have; none where it is no date. */
export function dateOrdersOf(text: string): DateOrder[] {
  const orders: DateOrder[] = ['ymd', 'dmy', 'mdy'];
  return orders.filter((order) => !Number.isNaN(parseTime(text, order)));
}

/**
 * Epoch ms of a date and time in words, or NaN: ISO 8601 in its extended, basic, ordinal and week forms, with or without
 * seconds, fractions and zone, and day-month-year forms. A time without a zone is UTC; fractions are cut to ms.
 */
export function parseTime(text: string, order: DateOrder): number {
  const half = HALF_DAY.exec(text);
  if (half) {
    const hour = (Number(half[2]) % 12) + (half[3]?.toUpperCase() === 'P' ? 12 : 0);
    return parseTime(`${half[1]} ${String(hour).padStart(2, '0')}:00`, order);
  }
  if (order !== 'ymd') return lastYear(text, order);
  const week = WEEK.exec(text);
  if (week) {
    const [, year, number, day, ...clock] = week;
    const fourth = Date.UTC(Number(year), 0, 4);
    const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY;
    return at(monday + ((Number(number) - 1) * 7 + Number(day) - 1) * DAY, clock);
  }
  const date = YEAR_FIRST.exec(text);
  if (date) {
    const [, year, month, day, ...clock] = date;
    return at(dayOf(Number(year), Number(month), Number(day)), clock);
  }
  const ordinal = ORDINAL.exec(text);
  if (!ordinal) return NaN;
  const [, year, day, ...clock] = ordinal;
  const first = Date.UTC(Number(year), 0, 1);
  const time = first + (Number(day) - 1) * DAY;
  return new Date(time).getUTCFullYear() === Number(year) ? at(time, clock) : NaN;
}

const DAY = 86_400_000;

function lastYear(text: string, order: 'dmy' | 'mdy'): number {
  const match = YEAR_LAST.exec(text);
  if (!match) return NaN;
  const [, first, second, year, ...clock] = match;
  const [day, month] = order === 'dmy' ? [first, second] : [second, first];
  return at(dayOf(Number(year), Number(month), Number(day)), clock);
}

/** Midnight of a date, or NaN where the calendar has it not. */
function dayOf(year: number, month: number, day: number): number {
  const time = Date.UTC(year, month - 1, day);
  const date = new Date(time);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? time : NaN;
}

/** A day with the clock time and zone of a match. */
function at(day: number, [hour, minute, second, fraction, zone]: (string | undefined)[]): number {
  const offset = ZONE.exec((zone ?? '').trim().replace(/^(UTC|GMT)(?=[+-])/i, ''));
  const [h, m, s] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  const isMidnight = h === 24 && m === 0 && s === 0;
  if (!offset || m > 59 || s > 59 || (h > 23 && !isMidnight)) return NaN;
  const ms = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const shift = (Number(offset[2] ?? 0) * 60 + Number(offset[3] ?? 0)) * (offset[1] === '-' ? -1 : 1);
  return day + ((h * 60 + m - shift) * 60 + s) * 1_000 + ms;
}
