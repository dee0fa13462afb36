const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Hours east of Greenwich of RFC 822's zone names and of others that mean one zone only. */
const ZONES: Record<string, number> = {
  ...{ z: 0, ut: 0, utc: 0, gmt: 0, est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 },
  ...{
    wet: 0,
    west: 1,
    cet: 1,
    cest: 2,
    eet: 2,
    eest: 3,
    msk: 3,
    hkt: 8,
    jst: 9,
    kst: 9,
    aest: 10,
    aedt: 11,
  },
};

const TIME = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(?:\s*([ap])\.?m\b\.?)?`;
const ZONE = String.raw`\s*([a-z]{1,4}|(?:gmt|utc)?[+-]\d{2}:?(?:\d{2})?)?(?:\s*\(.*\))?`;
const NAMED = '([a-z]{3,9})';

interface Form {
  pattern: RegExp;
  /** Which group holds year, month, day; the time, the half of the day and its zone follow as the last six. */
  order: [number, number, number];
}

const form = (date: string, time: string, order: Form['order']): Form => ({
  pattern: new RegExp(`^${date}${time}$`, 'i'),
  order,
});

/** `Date.parse` is not used: it reads "Article 7" as a day of 2001, and a time without zone in the machine's zone. */
const FORMS: Form[] = [
  form(String.raw`(\d{4})-(\d{2})-(\d{2})`, `(?:[t ]${TIME}${ZONE})?`, [1, 2, 3]),
  form(
    String.raw`(?:[a-z]{3,9}\.?,?\s+)?(\d{1,2})[\s-]+${NAMED}\.?,?[\s-]+(\d{4}|\d{2})`,
    `(?:,?\\s+${TIME}${ZONE})?`,
    [3, 2, 1],
  ),
  form(
    String.raw`(?:[a-z]{3,9}\.?,?\s+)?${NAMED}\.?\s+(\d{1,2}),?\s+(\d{4})`,
    `(?:,?\\s+${TIME}${ZONE})?`,
    [3, 1, 2],
  ),
  form(String.raw`(\d{1,2})-(\d{1,2})-(\d{4})`, `(?:[t ]${TIME}${ZONE})?`, [3, 2, 1]),
];

/**
 * Epoch ms of an ISO 8601, RFC 822, `Mar 7, 2022` or `d-m-Y H:M` date. What has no zone is UTC by rule; a day
 * that the calendar does not have, an unknown zone and any other form are null.
 */
export function readPublished(text: string): number | null {
  const trimmed = text.trim().slice(0, 120);
  for (const { pattern, order } of FORMS) {
    const found = pattern.exec(trimmed);
    if (found) return instantOf(found, order);
  }
  return null;
}

function instantOf(found: RegExpExecArray, order: Form['order']): number | null {
  const [year, month, day] = [yearOf(found[order[0]]), monthOf(found[order[1]]), Number(found[order[2]])];
  const [written = 0, minute = 0, second = 0] = found.slice(4, 7).map((part) => Number(part ?? 0));
  const hour = hourOf(written, found[8]);
  const offset = offsetOf(found[9]);
  const start = Date.UTC(year, month - 1, day);
  const isDay = new Date(start).getUTCMonth() === month - 1 && day >= 1;
  // A leap second is told as the second after it.
  if (!isDay || hour === null || hour > 24 || minute > 59 || second > 60 || offset === null) return null;
  const millis = Math.floor(1000 * Number(`0.${found[7] ?? 0}`));
  return start + ((hour * 60 + minute) * 60 + second) * 1000 + millis - offset;
}

/** Of 24 hours; null for one that a half of the day does not have. */
function hourOf(written: number, half: string | undefined): number | null {
  if (!half) return written;
  if (written < 1 || written > 12) return null;
  return (written % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

/** RFC 2822: two digits from 50 are of the last century. */
function yearOf(text = ''): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year + (year < 50 ? 2000 : 1900);
}

/** 1 … 12, or NaN. */
function monthOf(text = ''): number {
  if (/^\d+$/.test(text)) return Number(text);
  const at = MONTHS.indexOf(text.slice(0, 3).toLowerCase());
  return at < 0 ? NaN : at + 1;
}

/** Ms east of Greenwich, or null for a zone that is not known. */
function offsetOf(zone: string | undefined): number | null {
  if (!zone) return 0;
  const digits = /([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (!digits)
    return Object.hasOwn(ZONES, zone.toLowerCase()) ? (ZONES[zone.toLowerCase()] ?? 0) * 3_600_000 : null;
  const minutes = Number(digits[2]) * 60 + Number(digits[3] ?? 0);
  return (digits[1] === '-' ? -1 : 1) * minutes * 60_000;
}
