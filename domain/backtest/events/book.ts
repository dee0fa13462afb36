import type { Exits } from '../spec.js';
import { InvalidInputError } from '../../errors.js';
import { readRequest } from './requests.js';
import type { OrderKind, OrderRequest, WorkingOrder } from './types.js';

/** An order that waits. Sides are signs: 1 buys, −1 sells. */
export interface Order {
  id: number;
  request: OrderRequest;
  kind: OrderKind;
  sign: number;
  left: number;
  /** It closes whatever is held then: exits of an entry that grows in parts. */
  closes: boolean;
  /** Laid beside an entry, in a group that no name of a strategy's can be taken for. */
  isExit: boolean;
  limit: number;
  stop: number;
  /** Best price since it was laid: what a trailing stop follows. */
  extreme: number;
  /** The bar it was laid at. */
  laid: number;
  /** Laid by a fill at the open of `laid`, or inside it: then it lives in that bar already. */
  by: 'close' | 'open' | 'inside';
  /** Last bar it can be filled in. */
  lastBar: number;
  /** A stop that was reached: the rest is a market order. */
  triggered: boolean;
  /** No fill before this bar. */
  from: number;
  /** The bar of its last fill: one fill a bar. */
  filledAt: number;
}

export interface OrderBook {
  orders: Order[];
  nextId: number;
}

/** A strategy that lays an order a bar and cancels none would make each bar slower than the one before. */
export const MOST_ORDERS = 1000;

export const openOrderBook = (): OrderBook => ({ orders: [], nextId: 1 });

interface Laying {
  bar: number;
  by: Order['by'];
  /** What a trailing stop starts from. */
  price: number;
}

/** @throws InvalidInputError naming what is wrong with the request. */
export function lay(book: OrderBook, asked: OrderRequest, laying: Laying): Order {
  if (book.orders.length >= MOST_ORDERS)
    throw new InvalidInputError(
      `${book.orders.length} orders are waiting, and no more can; cancel some, or lay them with goodForBars or oco`,
    );
  return layChecked(book, readRequest(asked), laying);
}

function layChecked(book: OrderBook, request: OrderRequest, { bar, by, price }: Laying): Order {
  const order: Order = {
    id: book.nextId++,
    request,
    kind: request.kind,
    sign: request.side === 'buy' ? 1 : -1,
    left: request.units,
    closes: false,
    isExit: false,
    limit: request.limit ?? NaN,
    stop: request.stop ?? NaN,
    extreme: price,
    laid: bar,
    by,
    lastBar: bar + (request.goodForBars ?? Infinity),
    triggered: false,
    from: by === 'close' ? bar + 1 : bar,
    filledAt: -1,
  };
  book.orders.push(order);
  return order;
}

/** Lays what protects an entry of so many signed units: a stop, a target and a trailing stop, one cancelling the others. */
export function layExits(
  book: OrderBook,
  exits: Exits,
  entry: { units: number; closes: boolean } & Laying,
): void {
  const { units, price } = entry;
  // What was sold for nothing has no level beside it.
  if (!(price > 0)) return;
  const sign = Math.sign(units);
  const common = {
    side: sign > 0 ? ('sell' as const) : ('buy' as const),
    units: Math.abs(units),
    reduceOnly: true,
    oco: `exits of ${book.nextId}`,
  };
  const away = (bps: number): number => price * (1 + (sign * bps) / 10_000);
  const { stopBps, trailBps, targetBps } = exits;
  const requests: OrderRequest[] = [
    ...(stopBps ? [{ ...common, kind: 'stop' as const, stop: away(-stopBps) }] : []),
    ...(trailBps ? [{ ...common, kind: 'trailing' as const, trailBps }] : []),
    ...(targetBps ? [{ ...common, kind: 'limit' as const, limit: away(targetBps) }] : []),
  ];
  for (const request of requests)
    Object.assign(layChecked(book, request, entry), { closes: entry.closes, isExit: true });
}

export const removeWhere = (book: OrderBook, goes: (order: Order) => boolean): void => {
  book.orders = book.orders.filter((order) => !goes(order));
};

export const viewOf = ({ id, request, left }: Order): WorkingOrder => ({
  ...request,
  ...(request.exits && { exits: { ...request.exits } }),
  ...{ id, left },
});

/**
 * What a fill does to the others of its group: the first one cancels them, but a target that is filled in part leaves
 * the stop beside what is still held. A stop that is filled in part goes on at the market: nothing waits for a better
 * price then.
 */
export function settleGroup(book: OrderBook, filled: Order, units: number): void {
  const { oco } = filled.request;
  if (oco === undefined) return;
  const isOther = (each: Order): boolean =>
    each !== filled && each.request.oco === oco && each.isExit === filled.isExit;
  if (!filled.isExit || filled.kind !== 'limit') return removeWhere(book, isOther);
  // Those that close whatever is held go with the position.
  if (filled.closes) return;
  for (const each of book.orders) if (isOther(each)) each.left -= units;
  removeWhere(book, (each) => isOther(each) && !(each.left > 0));
}
