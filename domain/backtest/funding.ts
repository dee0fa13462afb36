import { InvalidInputError } from '../errors.js';
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

/** @throws InvalidInputError naming the first rate that cannot be paid; one that is NaN would make the cash NaN. */
export function checkFunding({ time, rate }: FundingColumns): void {
  if (time.length !== rate.length)
    throw new InvalidInputError(
      `Funding has ${time.length} times and ${rate.length} rates; they must be equal`,
    );
  for (let i = 0; i < time.length; i++) {
    const [at, before] = [time[i] as number, i > 0 ? (time[i - 1] as number) : -Infinity];
    if (!(at >= before && Math.abs(at) < Infinity))
      throw new InvalidInputError(`Funding rate ${i} has time ${at}; times must ascend, in epoch ms`);
    if (!(Math.abs(rate[i] as number) < Infinity))
      throw new InvalidInputError(
        `Funding rate ${i} is ${rate[i]}; it must be a share of the position's value, as 0.0001`,
      );
  }
}
