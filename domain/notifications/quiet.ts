/** A stretch of each day in which nothing is sent; what falls into it is sent at its end. */
export interface QuietHours {
  /** `HH:MM` on the clock of the zone; `to` before `from` is on the next day. */
  from: string;
  to: string;
  /** IANA name, such as Europe/Berlin. */
  timeZone: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Minutes since midnight on the zone's clock. @throws RangeError for a zone that is not known */
export function minutesAt(time: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  formats.set(timeZone, format);
  const [hour = 0, minute = 0] = format.format(time).split(':').map(Number);
  return hour * 60 + minute;
}

export const readMinutes = (clock: string): number => {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return hour * 60 + minute;
};

export const isTimeZone = (name: string): boolean => {
  try {
    minutesAt(0, name);
    return true;
  } catch {
    return false;
  }
};

function isQuiet(quiet: QuietHours, time: number): boolean {
  const now = minutesAt(time, quiet.timeZone);
  const [from, to] = [readMinutes(quiet.from), readMinutes(quiet.to)];
  return from < to ? from <= now && now < to : now >= from || now < to;
}

/**
 * When the quiet hours that `time` lies in are over, epoch ms; null where it lies in none. Where the clocks are put
 * forward over the end, they are over at the first minute that the clock shows after it.
 */
export function quietUntil(quiet: QuietHours | null, time: number): number | null {
  if (!quiet || !isQuiet(quiet, time)) return null;
  const ahead = (readMinutes(quiet.to) - minutesAt(time, quiet.timeZone) + DAY_MINUTES) % DAY_MINUTES;
  let end = Math.floor(time / MINUTE_MS) * MINUTE_MS + ahead * MINUTE_MS;
  // The clocks may have been changed in between: by an hour in most zones, by half of one in some.
  while (isQuiet(quiet, end)) end += MINUTE_MS;
  while (end - MINUTE_MS > time && !isQuiet(quiet, end - MINUTE_MS)) end -= MINUTE_MS;
  return end;
}
