import type { Source } from '../sources.js';
import { sourceKey } from '../sources.js';
import { streamId, type Stream } from '../streams.js';

/** What a store costs, in any one currency: GB-months of both stores, and GBs read from the cold one. */
export interface StoragePrices {
  hotGbMonth: number;
  coldGbMonth: number;
  coldGbRead: number;
}

/**
 * The order of what large clouds list for a disk of a database, for objects, and for objects that leave the region. They
 * are assumptions: whoever knows his own prices writes them into the address.
 */
export const DEFAULT_PRICES: StoragePrices = { hotGbMonth: 0.25, coldGbMonth: 0.023, coldGbRead: 0.09 };

/** Seven numbers of eight bytes. What packing saves, it saves in both stores. */
const BYTES_PER_BAR = 56;
/** Bringing bars back reads them once more: that must have paid for itself after so many months, or they swing. */
const PAYBACK_MONTHS = 3;

export type Temperature = 'hot' | 'cold';

export interface Placement {
  to: Temperature;
  reason: string;
  /** A month, against staying; 0 where it stays. */
  saving: number;
}

/** Where a stretch of bars that is old enough for the cold store should lie; `readBars` is what is read of it a month. */
export function placeBars(
  stretch: { at: Temperature; bars: number; readBars: number },
  prices: StoragePrices,
): Placement {
  const { at, bars, readBars } = stretch;
  const gb = (count: number): number => (count * BYTES_PER_BAR) / 1e9;
  const hot = gb(bars) * prices.hotGbMonth;
  const cold = gb(bars) * prices.coldGbMonth + gb(readBars) * prices.coldGbRead;
  const times = bars > 0 ? readBars / bars : 0;
  const read = `read ${times < 10 ? Number(times.toFixed(1)) : Math.round(times)} times a month`;
  if (at === 'hot')
    return cold < hot
      ? { to: 'cold', reason: `old and ${read}: cheaper in the cold store`, saving: hot - cold }
      : { to: 'hot', reason: `old but ${read}: reading it cold would cost more`, saving: 0 };
  const back = gb(bars) * prices.coldGbRead;
  return (cold - hot) * PAYBACK_MONTHS > back
    ? { to: 'hot', reason: `${read}: reading it cold costs more`, saving: cold - hot }
    : { to: 'cold', reason: `${read}: cheaper in the cold store`, saving: 0 };
}

/** Bars of a stream and month (`2024-03`) that were read on one day. */
export interface ReadCount {
  stream: string;
  sourceKey: string;
  month: string;
  bars: number;
}

const DAY_MS = 86_400_000;
/** How far back reads count. */
export const READ_WINDOW_MS = 30 * DAY_MS;

export const readKey = ({ stream, source }: { stream: Stream; source: Source }, month: string): string =>
  `${streamId(stream)} ${sourceKey(source)} ${month}`;

/** First and next month's first instant. */
export function monthOf(time: number): { month: string; from: number; to: number } {
  const date = new Date(time);
  const [year, index] = [date.getUTCFullYear(), date.getUTCMonth()];
  const [from, to] = [Date.UTC(year, index, 1), Date.UTC(year, index + 1, 1)];
  return { month: date.toISOString().slice(0, 7), from, to };
}

/** Bars read of each stream and month by `readKey`, from the counts of the last 30 days. */
export function readsOf(counts: Iterable<ReadCount>): Map<string, number> {
  const reads = new Map<string, number>();
  for (const { stream, sourceKey: source, month, bars } of counts) {
    const key = `${stream} ${source} ${month}`;
    reads.set(key, (reads.get(key) ?? 0) + bars);
  }
  return reads;
}

/** Shares out `bars` read between two opens, evenly over its months: what a reader of many years asks for is one answer. */
export function shareOfMonths(from: number, to: number, bars: number): { month: string; bars: number }[] {
  const shares: { month: string; bars: number }[] = [];
  const length = Math.max(1, to - from);
  for (let at = from; at <= to;) {
    const { month, to: end } = monthOf(at);
    shares.push({ month, bars: (bars * Math.max(1, Math.min(end, to) - at)) / length });
    at = end;
  }
  return shares;
}
