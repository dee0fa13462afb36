import type { Bar } from './bars.js';
import { sumDecimals } from './decimals.js';
import { ceilToBar, floorToBar, timeframeMs, type Timeframe } from './streams.js';

/** One trade as a venue tells it. */
export interface Trade {
  /** Unique within a market where the venue gives ids; null where it gives none. */
  id: string | null;
  /** Epoch ms UTC. */
  time: number;
  price: number;
  /** Base asset units, as sent: texts keep every digit. */
  amount: number | string;
}

export interface TradesRead {
  /** In the venue's order; the same trade may come twice. */
  trades: readonly Trade[];
  /** Every trade in [from, to) has been read. */
  from: number;
  to: number;
}

/**
 * Bars from trades, by the rules of the venues themselves. A trade belongs to the bar whose [open, close) holds its
 * time. Open and close are the first and last trade in the venue's order (times are often equal to the millisecond),
 * volume is the exact sum. A time without trades has no bar: none is invented. Only bars that [from, to) holds whole
 * are made, since any other lacks trades.
 */
export function barsOfTrades({ trades, from, to }: TradesRead, timeframe: Timeframe): Bar[] {
  const step = timeframeMs(timeframe);
  const first = ceilToBar(from, timeframe);
  const end = floorToBar(to, timeframe);
  const groups = new Map<number, Trade[]>();
  for (const trade of inOrder(trades)) {
    const time = floorToBar(trade.time, timeframe);
    if (!(time >= first && time < end)) continue;
    const group = groups.get(time);
    if (group) group.push(trade);
    else groups.set(time, [trade]);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([time, group]) => {
      const prices = group.map((trade) => trade.price);
      return {
        time,
        open: prices[0] ?? NaN,
        high: prices.reduce((a, b) => Math.max(a, b), -Infinity),
        low: prices.reduce((a, b) => Math.min(a, b), Infinity),
        close: prices.at(-1) ?? NaN,
        volume: sumDecimals(group.map((trade) => trade.amount)),
        knownAt: time + step,
      };
    });
}

/** By time, trades of one time in the order they came in or, where all ids are whole numbers, by id; each id once. */
function inOrder(trades: readonly Trade[]): Trade[] {
  const seen = new Set<string>();
  const once = trades.filter(({ id }) => id === null || (!seen.has(id) && seen.add(id)));
  const numbered = once.every(({ id }) => id !== null && /^\d{1,15}$/.test(id));
  const byId = (a: Trade, b: Trade): number => (numbered ? Number(a.id) - Number(b.id) : 0);
  return once.sort((a, b) => a.time - b.time || byId(a, b));
}

/**
 * Bars as longer bars, from all that the venue has in [from, to): one that lacks shorter ones is made of the others, as
 * the venue would (a time without trades has no bar). Only bars that [from, to) holds whole are made.
 */
export function barsOfBars(
  read: { bars: readonly Bar[]; from: number; to: number },
  timeframe: Timeframe,
): Bar[] {
  const step = timeframeMs(timeframe);
  const first = ceilToBar(read.from, timeframe);
  const end = floorToBar(read.to, timeframe);
  const groups = new Map<number, Bar[]>();
  for (const bar of read.bars.toSorted((a, b) => a.time - b.time)) {
    const time = floorToBar(bar.time, timeframe);
    if (time < first || time >= end) continue;
    const group = groups.get(time);
    if (group) group.push(bar);
    else groups.set(time, [bar]);
  }
  return [...groups].map(([time, group]) => ({
    time,
    open: group[0]?.open ?? NaN,
    high: group.reduce((most, bar) => Math.max(most, bar.high), -Infinity),
    low: group.reduce((least, bar) => Math.min(least, bar.low), Infinity),
    close: group.at(-1)?.close ?? NaN,
    volume: sumDecimals(group.map((bar) => bar.volume)),
    knownAt: group.reduce((latest, bar) => Math.max(latest, bar.knownAt), time + step),
  }));
}
