/** How a source usually publishes, by what it published. */
export interface Rhythm {
  /** Median time between two items, ms; null with fewer than MIN_ITEMS items. */
  medianMs: number | null;
  /** Longest silence that is nothing unusual, ms: the greater of its 95th percentile and six medians. */
  patienceMs: number | null;
  /** Hours of the day (UTC) in which it never published, where it was watched for a week or more. */
  quietHours: number[];
}

/** A stretch in which a source that usually publishes was silent. */
export interface Silence {
  from: number;
  to: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Fewer items tell no rhythm. */
const MIN_ITEMS = 8;
/** Quiet hours are found in so many days or more, and where so many items fell into them. */
const MIN_DAYS = 7;
const MIN_ITEMS_FOR_HOURS = 40;

/** Times of publication, in any order. */
export function rhythmOf(times: readonly number[]): Rhythm {
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  if (sorted.length < MIN_ITEMS) return { medianMs: null, patienceMs: null, quietHours: [] };
  const quietHours = quietHoursOf(sorted);
  const waits = sorted
    .slice(1)
    .map((time, i) => wakingMs(sorted[i] as number, time, quietHours))
    .sort((a, b) => a - b);
  const medianMs = Math.max(1, quantile(waits, 0.5));
  return { medianMs, patienceMs: Math.max(6 * medianMs, quantile(waits, 0.95)), quietHours };
}

/**
 * Silences within [from, to) that are longer than the source's patience; hours in which it never publishes do not
 * count as waiting. The last one, up to `to`, is told as well.
 */
export function silencesOf(times: readonly number[], range: Silence, rhythm = rhythmOf(times)): Silence[] {
  const { patienceMs, quietHours } = rhythm;
  if (patienceMs === null) return [];
  const inside = times.filter((time) => time >= range.from && time < range.to).sort((a, b) => a - b);
  const marks = [range.from, ...inside, range.to];
  return marks.slice(1).flatMap((to, i) => {
    const from = marks[i] as number;
    return wakingMs(from, to, quietHours) > patienceMs ? [{ from, to }] : [];
  });
}

function quietHoursOf(sorted: number[]): number[] {
  const span = (sorted.at(-1) as number) - (sorted[0] as number);
  if (span < MIN_DAYS * DAY || sorted.length < MIN_ITEMS_FOR_HOURS) return [];
  const seen = new Set(sorted.map(hourOf));
  const quiet = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => !seen.has(hour));
  // A source that speaks once a day is no source that sleeps for 23 hours.
  return quiet.length <= 16 ? quiet : [];
}

const hourOf = (time: number): number => Math.floor((((time % DAY) + DAY) % DAY) / HOUR);

/** Milliseconds between two instants, without those in quiet hours. */
function wakingMs(from: number, to: number, quietHours: readonly number[]): number {
  if (quietHours.length === 0) return to - from;
  const days = Math.floor((to - from) / DAY);
  let waking = days * (24 - quietHours.length) * HOUR;
  for (let at = from + days * DAY; at < to;) {
    const next = Math.min(to, (Math.floor(at / HOUR) + 1) * HOUR);
    if (!quietHours.includes(hourOf(at))) waking += next - at;
    at = next;
  }
  return waking;
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
