import type { BarColumns } from '../bars.js';
import type { SentimentPoint } from '../features.js';
import { seededRandom } from '../random.js';

/** Versions of bars, ascending by time and, of one time, by when they became known. */
export type BarVersions = BarColumns & { knownAt: Float64Array };

export interface NewsPoint extends SentimentPoint {
  /** What its source says; the platform may have known it later. */
  publishedAt: number;
}

/** All that a decision may be made from, with the instants at which it became known. */
export interface MarketData {
  bars: BarVersions;
  /** Ascending by `knownAt`. */
  news: readonly NewsPoint[];
  timeframeMs: number;
}

const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume', 'knownAt'] as const;
const PRICES = ['open', 'high', 'low', 'close'] as const;

/** Bars that were known at their close. */
export const punctual = (bars: BarColumns, timeframeMs: number): BarVersions => ({
  ...bars,
  knownAt: bars.time.map((open) => open + timeframeMs),
});

/** The last version of each bar, whenever it became known: what a whole history looks like afterwards. */
export function latestBars({ bars }: Pick<MarketData, 'bars'>): BarColumns {
  const { time } = bars;
  const last = (row: number): boolean => time[row] !== time[row + 1];
  // The usual case costs nothing.
  return time.every((_, row) => last(row)) ? bars : rowsOf(bars, last);
}

/** What had happened by an instant: bars that had closed and news that were out, however late they became known. */
export function truncated(data: MarketData, at: number): MarketData {
  return {
    ...data,
    bars: rowsOf(data.bars, (row) => closeOf(data, row) <= at),
    news: data.news.filter((point) => point.publishedAt <= at),
  };
}

/** What was known at an instant. */
export function knownAt(data: MarketData, at: number): MarketData {
  return {
    ...data,
    bars: rowsOf(data.bars, (row) => (data.bars.knownAt[row] ?? Infinity) <= at),
    news: data.news.filter((point) => point.knownAt <= at),
  };
}

/** The same history as it would be seen by one that begins later. */
export const startingAt = (data: MarketData, from: number): MarketData => ({
  ...data,
  bars: rowsOf(data.bars, (row) => (data.bars.time[row] ?? 0) >= from),
});

/** Ways in which the future may turn out other than it did; each keeps a bar a bar. */
export const FUTURES = ['rise', 'fall', 'reverse'] as const;

/** The same past with another future: bars that close, and news that come out, after the instant. */
export function perturbed(data: MarketData, at: number, future: (typeof FUTURES)[number]): MarketData {
  const bars = rowsOf(data.bars, () => true);
  const first = bars.time.findIndex((_, row) => closeOf(data, row) > at);
  const end = bars.time.length - 1;
  for (let row = first; first >= 0 && row <= end; row++) {
    const from = future === 'reverse' ? first + end - row : row;
    // Bars drift away by a percent each, so that every one of them is another one.
    const drift = 1.01 ** Math.min(row - first + 1, 60);
    const factor = { rise: 1.2 * drift, fall: 0.8 / drift, reverse: 1.03 }[future];
    for (const name of PRICES) bars[name][row] = (data.bars[name][from] ?? NaN) * factor;
    bars.volume[row] = (data.bars.volume[from] ?? 0) * 3 + 1;
  }
  const news = data.news.map((point): NewsPoint => {
    const { opinion: _, ...known } = point;
    return point.publishedAt > at ? { ...known, value: point.value > 0 ? -1 : 1 } : point;
  });
  return { ...data, bars, news };
}

export const closeOf = ({ bars, timeframeMs }: MarketData, row: number): number =>
  (bars.time[row] ?? NaN) + timeframeMs;

/** Copies of the rows. */
function rowsOf(bars: BarVersions, keep: (row: number) => boolean): BarVersions {
  const rows: number[] = [];
  for (let row = 0; row < bars.time.length; row++) if (keep(row)) rows.push(row);
  const made = {} as BarVersions;
  for (const name of NAMES) made[name] = Float64Array.from(rows, (row) => bars[name][row] as number);
  return made;
}

/**
 * What was known at an instant of bars that had closed: of a bar with several versions the latest one known then. A bar
 * whose first version came later still (history that was loaded afterwards) is read as that version.
 */
export function asKnown(data: MarketData, at: number): MarketData {
  const { time, knownAt: known } = data.bars;
  const isFirst = (row: number): boolean => time[row] !== time[row - 1];
  const reads = (row: number): boolean => isFirst(row) || (known[row] ?? Infinity) <= at;
  return {
    ...data,
    bars: rowsOf(data.bars, (row) => closeOf(data, row) <= at && reads(row)),
    news: data.news.filter((point) => point.knownAt <= at),
  };
}

/** The same past with the bars that close after an instant in another order, and none of them as it was. */
export function shuffledFuture(data: MarketData, at: number, seed: string): MarketData {
  const bars = rowsOf(data.bars, () => true);
  const first = bars.time.findIndex((_, row) => closeOf(data, row) > at);
  if (first < 0) return data;
  const random = seededRandom(`future ${seed} ${at}`);
  const order = Array.from({ length: bars.time.length - first }, (_, i) => first + i);
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [order[i], order[other]] = [order[other] ?? first, order[i] ?? first];
  }
  for (const [i, from] of order.entries()) {
    // Moved as well: an average of all that comes does not see the order.
    const factor = 1.2 + 0.2 * random();
    for (const name of PRICES) bars[name][first + i] = (data.bars[name][from] ?? NaN) * factor;
    bars.volume[first + i] = (data.bars.volume[from] ?? 0) * 3 + 1;
  }
  const news = data.news.map((point): NewsPoint => {
    const { opinion: _, ...rest } = point;
    return point.knownAt > at ? { ...rest, value: point.value > 0 ? -1 : 1 } : point;
  });
  return { ...data, bars, news };
}
