import type { Exits } from '../spec.js';

export type OrderKind = 'market' | 'limit' | 'stop' | 'stop-limit' | 'trailing';

/** What a strategy asks for; it can be filled from the next bar on. */
export interface OrderRequest {
  side: 'buy' | 'sell';
  kind: OrderKind;
  /** Of the base asset, above 0. */
  units: number;
  /** Of limit and stop-limit. */
  limit?: number;
  /** Of stop and stop-limit. */
  stop?: number;
  /** Of trailing: the distance from the best price since, in basis points of it. */
  trailBps?: number;
  /** Bars it can be filled in; absent: until it is cancelled. */
  goodForBars?: number;
  /** The first fill of a group cancels the others of that name. */
  oco?: string;
  /** Never opens or turns a position; cancelled when there is none left. */
  reduceOnly?: boolean;
  /** Orders laid when it is first filled, one cancelling the other. */
  exits?: Exits;
}

export interface WorkingOrder extends OrderRequest {
  id: number;
  /** Units not filled yet. */
  left: number;
}

export interface FillEvent {
  /** Null: of a target. */
  order: number | null;
  /** Bar of the fill. */
  bar: number;
  time: number;
  /** Above 0 bought, below 0 sold. */
  units: number;
  /** After slippage. */
  price: number;
}

/**
 * What a strategy sees: bars up to the current one, and what it holds. Nothing of it can be written to, and the future
 * is not behind it. `back` counts bars before the current one; before the first bar all prices are NaN.
 */
export interface EventContext {
  /** The current bar, from 0. */
  readonly index: number;
  readonly time: number;
  open(back?: number): number;
  high(back?: number): number;
  low(back?: number): number;
  close(back?: number): number;
  volume(back?: number): number;
  /** A copy of the last values up to the current bar, oldest first; fewer where there are fewer. */
  history(column: 'time' | 'open' | 'high' | 'low' | 'close' | 'volume', count: number): Float64Array;
  /** Signed units held. */
  readonly position: number;
  readonly cash: number;
  /** At the current close. */
  readonly equity: number;
  /** Copies, oldest first. */
  orders(): WorkingOrder[];
  /** Gives the order's id. @throws InvalidInputError naming what is wrong with it. */
  order(request: OrderRequest): number;
  /** False where no such order waits. */
  cancel(id: number): boolean;
  /** The position wanted from the next open on, −1 … 1 of the spec's size. */
  target(wanted: number): void;
}

/** A user's callbacks. What `onBar` gives back, if anything, is taken as the target; NaN keeps what is wanted. */
export interface EventStrategy {
  /** After each close. */
  onBar(context: EventContext): number | void;
  /** After the close of the bar of the fill, before `onBar`. */
  onFill?(context: EventContext, fill: FillEvent): void;
}

export interface EventOptions {
  /** What fills a resting limit: `through` (default) a price beyond it, `touch` its own price. */
  limitFill?: 'through' | 'touch';
  /** Smallest step of the price: how far beyond is needed at least. 0: anything beyond. */
  tick?: number;
}
