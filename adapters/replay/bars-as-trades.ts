import { decimalText, partsOf } from '../../domain/decimals.js';
import type { ReplayBars } from './provider.js';

export interface MadeTrade {
  /** Whole number, ascending with time over all bars of a market. */
  id: number;
  /** Epoch ms, inside its bar. */
  time: number;
  price: number;
  /** Decimal text; those of a bar add up to its volume exactly. */
  amount: string;
  side: 'buy' | 'sell';
}

const PER_BAR = 4;

/**
 * Trades that make a recorded bar again: open, the extremes, close, spread over its length, its volume shared out among
 * them. A bar without volume had no trades.
 */
export function tradesOfBar({ columns }: ReplayBars, place: number, step: number): MadeTrade[] {
  const at = (name: 'time' | 'open' | 'high' | 'low' | 'close' | 'volume'): number =>
    columns[name][place] ?? NaN;
  const [time, open, high, low, close, volume] = [
    at('time'),
    at('open'),
    at('high'),
    at('low'),
    at('close'),
    at('volume'),
  ];
  if (![open, high, low, close].every(Number.isFinite) || !(volume > 0)) return [];
  const prices = close >= open ? [open, low, high, close] : [open, high, low, close];
  const { units, places } = partsOf(volume);
  // Each trade has some volume: one unit of three more places is far below a share of it.
  const fine = units * 1000n;
  const share = fine / BigInt(PER_BAR);
  return prices.map((price, i) => ({
    id: place * PER_BAR + i + 1,
    time: time + Math.floor((step * i) / PER_BAR),
    price,
    amount: decimalText(i === 0 ? fine - share * BigInt(PER_BAR - 1) : share, places + 3),
    side: i % 2 === 0 ? 'buy' : 'sell',
  }));
}

/** The first place whose time is at or after `wanted`. */
export function placeOf(times: Float64Array, wanted: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Trades at or after an instant, at most so many, without those after `now`. */
export function tradesFrom(
  bars: ReplayBars,
  window: { from: number; now: number; most: number; step: number },
): MadeTrade[] {
  const { from, now, most, step } = window;
  const found: MadeTrade[] = [];
  const { time } = bars.columns;
  for (let place = placeOf(time, from - step + 1); place < time.length && found.length < most; place++)
    found.push(...tradesOfBar(bars, place, step).filter((trade) => trade.time >= from && trade.time <= now));
  return found.slice(0, most);
}
