import type { Bar } from './bars.js';
import { floorToBar, timeframeMs, type Timeframe } from './streams.js';
import { barsOfTrades, type Trade } from './trades.js';

/** Trades of a live market since it was connected to, and what is known to be missing among them. */
export interface Tape {
  timeframe: Timeframe;
  trades: Trade[];
  /** Time of the first trade: bars that opened before it lack trades. Null until there is one. */
  since: number | null;
  /** Highest whole-number id; venues count the trades of a market one by one. Null where there are no such ids. */
  highest: number | null;
  /** Ids below it that have not come. */
  absent: Set<number>;
}

export const emptyTape = (timeframe: Timeframe): Tape => ({
  timeframe,
  trades: [],
  since: null,
  highest: null,
  absent: new Set(),
});

/** More holes than this are no late messages: all bars so far are then in doubt. */
const MOST_ABSENT = 10_000;

/** Adds a trade, in whatever order it comes. False where it has come before. */
export function addTrade(tape: Tape, trade: Trade): boolean {
  const id = trade.id !== null && /^\d{1,15}$/.test(trade.id) ? Number(trade.id) : null;
  if (id !== null && tape.highest !== null) {
    if (id <= tape.highest && !tape.absent.delete(id)) return false;
    if (id - tape.highest > MOST_ABSENT) Object.assign(tape, emptyTape(tape.timeframe));
    else for (let each = tape.highest + 1; each < id; each++) tape.absent.add(each);
  }
  if (id !== null) tape.highest = Math.max(id, tape.highest ?? id);
  tape.since ??= trade.time;
  tape.trades.push(trade);
  return true;
}

/** Trades may be late by so much, ms: a bar waits for them before it is closed. */
export const graceOf = (timeframe: Timeframe): number => Math.min(5000, timeframeMs(timeframe) / 20);

/** Up to where bars are over, by the newest trade: every bar that ends at or before it. */
export const overBy = (trade: Trade, timeframe: Timeframe): number =>
  floorToBar(trade.time - graceOf(timeframe), timeframe);

/**
 * The bars that open in [from, to) and are over, where the tape holds all of their trades, or null where it does not:
 * then the venue is asked. A time without trades has no bar.
 */
export function closeBars(tape: Tape, from: number, to: number): Bar[] | null {
  if (tape.since === null || tape.since > from) return null;
  // Ids ascend with time: one that is absent behind a later bar's trade is not of these bars.
  const later = numbersOf(tape, (trade) => trade.time >= to).reduce((a, b) => Math.min(a, b), Infinity);
  for (const id of tape.absent) if (id < later) return null;
  return barsOfTrades({ trades: tape.trades, from, to }, tape.timeframe);
}

/** Forgets what is older than a bar that is to come, and what was missing of it. */
export function cutTape(tape: Tape, before: number): void {
  const older = numbersOf(tape, (trade) => trade.time < before).reduce((a, b) => Math.max(a, b), -Infinity);
  for (const id of tape.absent) if (id < older) tape.absent.delete(id);
  tape.trades = tape.trades.filter((trade) => trade.time >= before);
}

const numbersOf = (tape: Tape, wanted: (trade: Trade) => boolean): number[] =>
  tape.highest === null ? [] : tape.trades.filter(wanted).map((trade) => Number(trade.id));
