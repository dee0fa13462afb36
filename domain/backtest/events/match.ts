import type { Order } from './book.js';
import type { EventOptions } from './types.js';

export interface BarPrices {
  index: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

/** At which price an order meets the market, and at worst after slippage; null: it does not. */
export interface Match {
  price: number;
  /** False: a resting limit, at its own price. */
  slips: boolean;
  /** No slippage goes beyond a limit. */
  worst: number;
}

/** Market orders, the rest of stops that were reached, stops gapped through and limits that arrive beyond the market. */
export function matchOpen(order: Order, bar: BarPrices): Match | null {
  const { sign } = order;
  const atOpen = { price: bar.open, slips: true, worst: NaN };
  if (order.by === 'inside' && order.laid === bar.index) return null;
  if (order.kind === 'market' || order.triggered) return atOpen;
  if (order.kind !== 'limit') {
    if (sign * (bar.open - stopOf(order)) < 0) return null;
    if (order.kind !== 'stop-limit') {
      order.triggered = true;
      return atOpen;
    }
    // Reached at the open, it is a limit that arrives there.
    Object.assign(order, { kind: 'limit', laid: bar.index, from: bar.index });
    return sign * (order.limit - bar.open) >= 0 ? { ...atOpen, worst: order.limit } : null;
  }
  const arrives = order.from === bar.index && order.by === 'close';
  return arrives && sign * (order.limit - bar.open) >= 0 ? { ...atOpen, worst: order.limit } : null;
}

/** A stop that the bar reaches after its open: at its own level, and worse by slippage. */
export function matchStop(order: Order, bar: BarPrices): Match | null {
  if (order.kind === 'limit' || order.kind === 'market' || order.triggered) return null;
  const { sign } = order;
  const stop = stopOf(order);
  if (sign * ((sign > 0 ? bar.high : bar.low) - stop) < 0) return null;
  if (order.kind !== 'stop-limit') {
    order.triggered = true;
    return { price: stop, slips: true, worst: NaN };
  }
  // Where its limit lies on the better side, the way back to it may lie before the stop: it rests from the next bar on.
  Object.assign(order, { kind: 'limit', from: bar.index + 1, by: 'inside' });
  return sign * (order.limit - stop) >= 0 ? { price: stop, slips: true, worst: order.limit } : null;
}

/** A resting limit that the bar trades through, or touches: at its own price, never a better one. */
export function matchLimit(order: Order, bar: BarPrices, options: EventOptions): Match | null {
  if (order.kind !== 'limit' || order.from > bar.index) return null;
  // Laid inside this bar: what it would be filled by may lie before it.
  if (order.by === 'inside' && order.laid === bar.index) return null;
  const { sign, limit } = order;
  const beyond = sign * (limit - (sign > 0 ? bar.low : bar.high));
  const { limitFill = 'through', tick = 0 } = options;
  const isMet = limitFill === 'touch' ? beyond >= 0 : beyond > 0 && beyond >= tick;
  return isMet ? { price: limit, slips: false, worst: NaN } : null;
}

/** The level of a stop; of a trailing one, from the best price since it was laid. */
export const stopOf = ({ kind, stop, extreme, sign, request }: Order): number =>
  kind === 'trailing' ? extreme * (1 + (sign * (request.trailBps ?? NaN)) / 10_000) : stop;

/** After the fills of a bar: of the bar that it was laid inside of, only the close is known to lie after it. */
export function followExtreme(order: Order, bar: BarPrices): void {
  if (order.kind !== 'trailing' || order.triggered) return;
  const isInside = order.by === 'inside' && order.laid === bar.index;
  const best = order.sign > 0 ? bar.low : bar.high;
  const seen = isInside ? bar.close : best;
  order.extreme = order.sign > 0 ? Math.min(order.extreme, seen) : Math.max(order.extreme, seen);
}
