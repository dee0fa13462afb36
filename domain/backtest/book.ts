import type { RunSpec, Trade } from './spec.js';

/** Cash, the open position and what has happened so far; it changes with every fill. */
export interface Book {
  cash: number;
  /** Signed units of the base asset. */
  units: number;
  fees: number;
  entries: number;
  exits: number;
  trades: Trade[];
}

export interface Fill {
  spec: RunSpec;
  /** Before slippage. */
  price: number;
  time: number;
  /** Position wanted, −1 … 1 of the size. */
  wanted: number;
}

export const openBook = (cash: number): Book => ({
  cash,
  units: 0,
  fees: 0,
  entries: 0,
  exits: 0,
  trades: [],
});

/** Closes what is held and opens what is wanted: a reversal, and a change of size, pay both sides. */
export function changePosition(book: Book, fill: Fill): void {
  if (book.units !== 0) exit(book, fill);
  if (fill.wanted !== 0) enter(book, fill);
}

function enter(book: Book, { spec, price, time, wanted }: Fill): void {
  const side = Math.sign(wanted);
  const entryPrice = price * (1 + (side * spec.costs.slippageBps) / 10_000);
  const feeShare = spec.costs.feeBps / 10_000;
  // Of a share of equity the fee is paid too, so that a long position never needs more cash than there is.
  const units =
    spec.size.kind === 'units'
      ? spec.size.units * Math.abs(wanted)
      : (book.cash * spec.size.fraction * Math.abs(wanted)) / (entryPrice * (1 + feeShare));
  // A share of nothing, or of a debt, buys nothing.
  if (!(units > 0)) return;
  const fees = units * entryPrice * feeShare;
  book.cash -= side * units * entryPrice + fees;
  book.units = side * units;
  book.fees += fees;
  book.entries++;
  const open = { exitTime: null, exitPrice: null, fees, profit: -fees };
  book.trades.push({ side: side > 0 ? 'long' : 'short', entryTime: time, entryPrice, units, ...open });
}

function exit(book: Book, { spec, price, time }: Fill): void {
  const exitPrice = price * (1 - (Math.sign(book.units) * spec.costs.slippageBps) / 10_000);
  const fees = Math.abs(book.units) * exitPrice * (spec.costs.feeBps / 10_000);
  book.cash += book.units * exitPrice - fees;
  book.fees += fees;
  book.exits++;
  const trade = book.trades.at(-1);
  if (trade) {
    trade.exitTime = time;
    trade.exitPrice = exitPrice;
    trade.fees += fees;
    trade.profit = book.units * (exitPrice - trade.entryPrice) - trade.fees;
  }
  book.units = 0;
}
