import { payFunding, type Position } from './book.js';
import type { FundingColumns } from './spec.js';

/** Pays a perpetual's funding as bars go by; call it at each open, before that bar's fills. */
export type PayDue = (at: { time: number; price: number }) => void;

/**
 * A payment falls due at the first open at or after its time: the position that was held over it pays, valued at this
 * open. What falls due before the first bar is passed over: nothing was held. Null where no rates are given.
 */
export function fundingOf(position: Position, rates: FundingColumns | null | undefined): PayDue | null {
  if (!rates || rates.time.length === 0) return null;
  let next = 0;
  return ({ time, price }) => {
    while (next < rates.time.length && (rates.time[next] ?? NaN) <= time) {
      if (position.units !== 0) payFunding(position, position.units * price * (rates.rate[next] ?? NaN));
      next++;
    }
  };
}
