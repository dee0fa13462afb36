import { slippedPrice } from './slippage.js';
import type { Costs, Trade } from './spec.js';

/** Money that one or several positions share. */
export interface Account {
  cash: number;
  fees: number;
  /** What fills cost beyond the price of the bar. */
  slippage: number;
  /** Paid on balance; a receipt is negative. */
  funding: number;
}

/** What is held of one instrument and what has happened with it; it changes with every fill. */
export interface Position {
  account: Account;
  /** Signed units of the base asset. */
  units: number;
  /** The part of the size that is in place, −1 … 1. */
  held: number;
  entries: number;
  exits: number;
  trades: Trade[];
  /** Average price of what is held now. */
  basis: number;
  /** Of the open trade: units that have left it already, and what they earned before costs. */
  exited: number;
  realised: number;
  /** Time of the last fill that reduced it. */
  lastExit: number;
  /** Told of each fill: signed units, price after slippage. */
  onFill: ((units: number, price: number) => void) | null;
}

export interface Fill {
  costs: Costs;
  /** Before slippage. */
  price: number;
  time: number;
  /** Of the bar of the fill. */
  volume: number;
  /** False: at the price as it is, as a resting limit. */
  slips?: boolean;
  /** Slippage does not go beyond this price. */
  worst?: number;
}

export const openAccount = (cash: number): Account => ({ cash, fees: 0, slippage: 0, funding: 0 });

export const openPosition = (account: Account): Position => ({
  account,
  units: 0,
  held: 0,
  entries: 0,
  exits: 0,
  trades: [],
  basis: NaN,
  exited: 0,
  realised: 0,
  lastExit: NaN,
  onFill: null,
});

/**
 * Buys (above 0) or sells so many units; what goes through zero is an exit and an entry. Gives the price after
 * slippage.
 */
export function fillUnits(position: Position, units: number, fill: Fill): number {
  const reduces = position.units * units < 0;
  const leaves = reduces && Math.abs(units) > Math.abs(position.units) ? position.units + units : 0;
  const first = leaves === 0 ? units : -position.units;
  const price = fill.slips === false ? fill.price : priceOf(fill, units);
  pay(position, first, price, fill);
  if (leaves !== 0) pay(position, leaves, price, fill);
  return price;
}

function priceOf(fill: Fill, units: number): number {
  const price = slippedPrice(fill, units);
  const { worst = NaN } = fill;
  if (Number.isNaN(worst)) return price;
  return units > 0 ? Math.min(price, worst) : Math.max(price, worst);
}

function pay(position: Position, units: number, price: number, fill: Fill): void {
  const { account } = position;
  const fees = Math.abs(units) * price * (fill.costs.feeBps / 10_000);
  account.cash -= units * price + fees;
  account.fees += fees;
  account.slippage += units * (price - fill.price);
  const paid = { units, price, fees, time: fill.time };
  if (position.units * units < 0) reduce(position, paid);
  else add(position, paid);
  position.onFill?.(units, price);
}

interface Paid {
  units: number;
  price: number;
  fees: number;
  time: number;
}

function add(position: Position, { units, price, fees, time }: Paid): void {
  const trade = position.units === 0 ? undefined : position.trades.at(-1);
  const held = Math.abs(position.units);
  position.units += units;
  const more = Math.abs(units);
  if (trade) {
    position.basis = (position.basis * held + price * more) / (held + more);
    trade.entryPrice = (trade.entryPrice * trade.units + price * more) / (trade.units + more);
    trade.units += more;
    trade.fees += fees;
    return settle(position, trade);
  }
  position.entries++;
  position.basis = price;
  position.exited = position.realised = 0;
  // Spelled out: spread objects cost more than the rest of a fill.
  position.trades.push({
    side: units > 0 ? 'long' : 'short',
    entryTime: time,
    entryPrice: price,
    exitTime: null,
    exitPrice: null,
    units: more,
    fees,
    profit: -fees,
  });
}

function reduce(position: Position, { units, price, fees, time }: Paid): void {
  const trade = position.trades.at(-1);
  if (!trade) return;
  const less = Math.abs(units);
  const before = position.exited;
  position.realised -= units * (price - position.basis);
  position.exited += less;
  position.lastExit = time;
  trade.exitPrice = before === 0 ? price : ((trade.exitPrice ?? 0) * before + price * less) / position.exited;
  trade.fees += fees;
  position.units = less === Math.abs(position.units) ? 0 : position.units + units;
  if (position.units === 0) {
    position.exits++;
    trade.exitTime = time;
  }
  settle(position, trade);
}

/** What left the trade has earned; of what stays only the costs are counted. */
function settle(position: Position, trade: Trade): void {
  trade.profit = position.realised - trade.fees - (trade.funding ?? 0);
}

/** Longs pay an `amount` above 0; it is charged to the open trade. */
export function payFunding(position: Position, amount: number): void {
  const trade = position.trades.at(-1);
  if (position.units === 0 || !trade) return;
  position.account.cash -= amount;
  position.account.funding += amount;
  trade.funding = (trade.funding ?? 0) + amount;
  settle(position, trade);
}

/** At the end of a run: a trade that was left in part becomes a closed one and an open one, costs by their units. */
export function splitOpen(position: Position): void {
  const trade = position.trades.at(-1);
  const { exited, realised, basis } = position;
  if (!trade || trade.exitTime !== null || exited === 0) return;
  const share = exited / trade.units;
  const part = (of: number): { fees: number; funding?: number } => ({
    fees: trade.fees * of,
    ...(trade.funding === undefined ? {} : { funding: trade.funding * of }),
  });
  const costs = (of: number): number => (trade.fees + (trade.funding ?? 0)) * of;
  const side = trade.side === 'long' ? 1 : -1;
  const left = {
    units: exited,
    entryPrice: (trade.exitPrice ?? NaN) - (side * realised) / exited,
    ...part(share),
    exitTime: position.lastExit,
    profit: realised - costs(share),
  };
  const stays = {
    units: Math.abs(position.units),
    entryPrice: basis,
    ...part(1 - share),
    ...{ exitPrice: null, profit: -costs(1 - share) },
  };
  position.trades.splice(-1, 1, { ...trade, ...left }, { ...trade, ...stays });
  position.exits++;
  position.entries++;
}
